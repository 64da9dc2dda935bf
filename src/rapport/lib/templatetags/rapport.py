"""Template tags and filters of the whole product; built in, so that no template has to load them."""

import zlib
from datetime import date, datetime
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from rapport.lib import clock, icons, wording

register = template.Library()
HUES = 8


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """{% icon "mail" %} is decoration; {% icon "mail" label="Mail" %} speaks. Names: lucide.dev/icons."""
    return icons.icon(str(name), size, str(label))


@register.simple_tag
def mark() -> SafeString:
    """The product's sign."""
    return mark_safe(icons.MARK)  # noqa: S308 - a constant


@register.simple_tag
def avatar(name: str, id: Any = "", size: str = "") -> SafeString:
    """Initials on a hue that follows the id. Sizes: "s" 20 px, "" 24 px, "m" 40 px, "l" 56 px. Says nothing by itself."""
    hue = zlib.crc32(str(id or name).encode()) % HUES
    classes = f"avatar hue-{hue}" + (f" avatar-{size}" if size else "")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, wording.initials(str(name)))


@register.filter
def split_words(text: str) -> list[str]:
    return str(text).split()


@register.filter
def any_current(items: list[Any]) -> bool:
    """Whether one of these places is the present page."""
    return any(item["is_current"] if isinstance(item, dict) else item.is_current for item in items or ())


@register.filter
def near_date(value: date | datetime | None) -> SafeString | str:
    """A day in the reader's zone: "today", "Fri 27 Nov", "3 Feb 2025"; the exact one on hover. A dash for None."""
    if value is None or value == "":
        return "–"
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    day = local.date() if isinstance(local, datetime) else local
    exact = wording.exact_moment(local) if isinstance(local, datetime) else f"{day:%A} {day.day} {day:%B %Y}"
    text = wording.near_date(day, timezone.localtime(clock.now()).date())
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, text)


@register.filter
def month(value: str) -> str:
    """ "Mar 2020" for "2020-03"; anything else as it is."""
    return wording.month(value)


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """How long ago, the exact moment in the reader's zone on hover. A dash for None."""
    if value is None or value == "":
        return "–"
    local = timezone.localtime(value)
    text = wording.ago(value, clock.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), wording.exact_moment(local), text)


@register.filter
def clock_time(value: datetime | None) -> SafeString | str:
    """The time of day in the reader's zone, "16:40", the exact moment on hover."""
    if value is None or value == "":
        return "–"
    local = timezone.localtime(value)
    exact = wording.exact_moment(local)
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, f"{local:%H:%M}")


@register.filter
def number_short(count: int | None, cap: int = 10_000) -> str:
    """1,204 below the cap, "10,000+" from it on."""
    return wording.number_short(count, cap)


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """The present query string with some parameters changed; None takes one away: "?q=python&sort=name"."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag
def bar(value: float | None, max: float = 100, tone: str = "") -> SafeString:
    """A thin bar, `value` of `max`; tones: "" (neutral), "accent", "good", "warn", "bad". The number stands beside it."""
    share = min(1.0, (value or 0) / max) if max else 0.0
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-fill" width="{}" height="4"/></svg>',
        tone,
        f"{share * 100:.4g}",
    )


@register.simple_tag
def sparkline(values: list[float], label: str = "") -> SafeString:
    """A line of 66 x 20 px through the values, first to last; `label` says the finding in words."""
    low, high = min(values, default=0), max(values, default=0)
    step, reach = 62 / (len(values) - 1 or 1), (high - low) or 1
    points = [(2 + step * at, 18 - 16 * (value - low) / reach) for at, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    end_x, end_y = points[-1] if points else (2, 18)
    return format_html(
        '<svg class="sparkline" viewBox="0 0 66 20" role="img" aria-label="{}"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2"/></svg>',
        label,
        path,
        f"{end_x:.1f}",
        f"{end_y:.1f}",
    )


def _open_components(context: Context) -> list[dict[str, str]]:
    """The slots of each component that is being rendered, the innermost last."""
    state: Any = context.render_context
    found: list[dict[str, str]] = state.setdefault("slots", [])
    return found


class SlotNode(template.Node):
    """Content for a named place of the component around it."""

    def __init__(self, name: FilterExpression, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> str:
        _open_components(context)[-1][self.name.resolve(context)] = self.nodelist.render(context)
        return ""


class ComponentNode(template.Node):
    """Renders components/<name>.html with what stands between the tags as `body`, and slots by their names."""

    def __init__(self, name: FilterExpression, variables: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.name, self.variables, self.nodelist = name, variables, nodelist

    def render(self, context: Context) -> str:
        stack = _open_components(context)
        stack.append({})
        body = self.nodelist.render(context)
        values = {name: value.resolve(context) for name, value in self.variables.items()}
        shared = {name: context[name] for name in ("request", "csrf_token") if name in context}
        engine = context.template.engine  # type: ignore[union-attr]  # set while rendering
        page = engine.get_template(f"components/{self.name.resolve(context)}.html")
        return page.render(Context({**shared, **stack.pop(), **values, "body": mark_safe(body)}))  # noqa: S308 - rendered


@register.tag
def component(parser: Parser, token: Token) -> ComponentNode:
    """{% component "dialog" id="archive" title="Archive" %} … {% slot "footer" %} … {% endslot %} {% endcomponent %}"""
    _, name, *rest = token.split_contents()
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(parser.compile_filter(name), token_kwargs(rest, parser), nodelist)


@register.tag
def slot(parser: Parser, token: Token) -> SlotNode:
    """A named part inside {% component %}."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(parser.compile_filter(name), nodelist)
