"""Icons of the lucide package as small inline SVG; size and stroke come from the stylesheet."""

import re
from functools import cache

import lucide
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# The product's sign: two arcs that meet, drawn for it.
MARK = (
    '<svg class="mark" viewBox="0 0 20 20" aria-hidden="true">'
    '<path d="M3 10a4.25 4.25 0 0 1 8.5 0v6M17 10a4.25 4.25 0 0 1-8.5 0V4"/></svg>'
)


@cache
def shapes(name: str) -> SafeString:
    """What is drawn inside an icon's 24 x 24 box; raises lucide.IconDoesNotExist for an unknown name."""
    svg = lucide._render_icon(name, None)
    inside = re.sub(r"^<svg[^>]*>|</svg>$", "", svg.strip())
    return mark_safe(re.sub(r">\s+<", "><", inside).replace(" />", "/>").strip())  # noqa: S308 - from the package, no input


@cache
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """An icon: decoration by default, an image with a name when `label` is given. Sizes: 12, 14, 16, 20."""
    if not name:
        return mark_safe("")
    classes = "icon" if size == 16 else f"icon icon-{size}"
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="{}" viewBox="0 0 24 24" {}>{}</svg>', classes, voice, shapes(name))
