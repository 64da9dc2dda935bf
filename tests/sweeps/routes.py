"""All addresses of the product, read from its URL patterns."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver


@dataclass(frozen=True)
class Route:
    """One pattern; `methods` are those its view declares, None where it declares none."""

    name: str
    namespace: str
    pattern: str
    parameters: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def methods(self) -> tuple[str, ...] | None:
        return declared_methods(self.view)

    @property
    def is_ours(self) -> bool:
        return self.view.__module__.startswith("rapport.")

    def url(self, values: Mapping[str, Any]) -> str:
        """The address with the values of its parameters; `template_id` may be given per app as `mail:template_id`."""
        chosen = {name: values.get(f"{self.namespace}:{name}", values.get(name)) for name in self.parameters}
        return reverse(self.name, kwargs=chosen)

    def __str__(self) -> str:
        return self.name


def all_routes() -> list[Route]:
    """Every named pattern once; the address that its name leads to counts."""
    found = {route.name: route for route in _walk(get_resolver(), "", "") if route.name}
    return sorted(found.values(), key=lambda route: route.name)


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern, entry.namespace or namespace)
        else:
            name = f"{namespace}:{entry.name}" if namespace else entry.name or ""
            yield Route(name, namespace, pattern, _parameters(pattern), entry.callback)


def _parameters(pattern: str) -> tuple[str, ...]:
    """Of `jobs/<uuid:job_id>/` as of `^key/(?P<key>.+)/$`."""
    return tuple(re.findall(r"<(?:\w+:)?(\w+)>", pattern))


def declared_methods(view: Any) -> tuple[str, ...] | None:
    """What `require_http_methods` was given, found in the closures of a decorated view."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            value = cell.cell_contents
            if isinstance(value, list) and value and all(isinstance(item, str) and item.isupper() for item in value):
                return tuple(value)
        view = getattr(view, "__wrapped__", None)
    return None
