"""The request as the views of the workspace get it."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from rapport.lib.actors import Actor


class Request(HttpRequest):
    """What the middlewares add: `actor` is who asks, `htmx` is true for a part of a page."""

    actor: Actor
    htmx: HtmxDetails


def next_url(request: HttpRequest, fallback: str) -> str:
    """Where the person came from (`next`, posted or asked), if it is a page of ours; else the fallback."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if not (url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)):
        return fallback
    return iri_to_uri(url)  # it may become a header: no line ends, nothing but ASCII


def whole_number(text: str | None) -> int:
    """A number of a query or form as far as a column holds it (nine digits); 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def find_id(text: str | None) -> UUID | None:
    """An id of a query or form; None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
