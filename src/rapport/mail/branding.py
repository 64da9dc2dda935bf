"""Branded mail: the HTML of a text set on the house's letterhead, its styles inlined, once when the text is compiled. Pure.

Mail programs know neither stylesheets of ours nor much of CSS: tables hold the layout, styles stand in the elements, and
what is said for dark readers in a style element changes colours alone, so that a program that drops it loses nothing.
The colour of the house is a decoration and is used as it is; where words carry it, it is darkened (or lightened, for
dark readers) until they can be read.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache

from rapport.mail.markup import plain_html
from rapport.mail.merge_fields import without_controls

COLOUR = re.compile(r"#[0-9a-f]{6}")
GREEN = "#1d6b4f"  # the product's own, for a house that has not chosen one
READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3
PAPER, DARK_PAPER = "#ffffff", "#1f2422"
DARK_QUERY = "@media (prefers-color-scheme: dark)"

_STYLES = """
body { margin: 0; padding: 0; background: #f3f2ee; }
.page { width: 100%; background: #f3f2ee; }
.around { padding: 16px 8px; }
.sheet { width: 100%; max-width: 600px; background: PAPER; border-top: 4px solid COLOUR; }
.head { padding: 24px 24px 0; }
.plate { background: PAPER; }
.logo { display: block; border: 0; max-width: 100%; height: auto; font: bold 20px/28px FONT; color: INK; }
.name { margin: 0; font: bold 20px/28px FONT; color: INK; }
.text { padding: 20px 24px 8px; font: 16px/26px FONT; color: #1f2422; word-break: break-word; }
.foot { padding: 16px 24px 24px; font: 13px/20px FONT; color: #5a615d; border-top: 1px solid #e4e2dc; word-break: break-word; }
p, ul, ol { margin: 0 0 16px; }
ul, ol { padding-left: 24px; }
li { margin: 0 0 4px; }
.foot p { margin: 0 0 8px; }
a { color: INK; }
.foot a { color: #5a615d; }
"""
_FONT = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
# Selector and what it becomes for dark readers. A logo is made for paper, so it keeps its paper.
_DARK = (
    (".page", "background: #141816"),
    (".sheet", "background: DARK_PAPER; border-top-color: COLOUR"),
    (".text", "color: #e6e8e6"),
    (".name", "color: DARK_INK"),
    (".text a", "color: DARK_INK"),
    (".foot", "color: #a7aeaa; border-top-color: #3a413d"),
    (".foot a", "color: #a7aeaa"),
    (".plate", "background: PAPER; padding: 8px; border-radius: 6px"),
)
_PAGE = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>{styles}</style>
<style data-css-inline="keep">{dark}</style>
<style data-css-inline="keep">{outlook}</style>
</head>
<body class="page">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0"><tbody><tr><td class="around" align="center">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="sheet" width="100%" cellpadding="0" cellspacing="0" border="0"><tbody>
<tr><td class="head" align="left">
{head}
</td></tr>
<tr><td class="text" align="left">
{text}
</td></tr>
{foot}</tbody></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></tbody></table>
</body>
</html>"""
_FOOT = """<tr><td class="foot" align="left">
{foot}
</td></tr>
"""


@dataclass(frozen=True, slots=True)
class Logo:
    """Where the logo is, what it shows in words, and how large it stands there, in CSS pixels."""

    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Brand:
    """What branded mail looks like; without a logo the house's name stands in its place. `footer` are plain lines."""

    name: str
    colour: str = GREEN
    footer: str = ""
    logo: Logo | None = None

    @property
    def sure_colour(self) -> str:
        """The colour; one that is none could carry more than a colour into the styles."""
        return self.colour if COLOUR.fullmatch(self.colour) else GREEN

    @property
    def footer_text(self) -> str:
        """The lines below a text, as a text says them."""
        return without_controls(self.footer).strip()


def lay_out(text: str, brand: Brand, *, closing: str = "") -> str:
    """The whole HTML of a branded mail; `text` is the HTML of what was written, `closing` stands last in the footer.

    Lines stay short, and what is the same for everybody stands in lines of its own: `write_message` knows those by heart.
    """
    footer = brand.footer_text
    lines = [part for part in (plain_html(footer) if footer else "", closing) if part]
    ink, dark_ink = (readable(brand.sure_colour, on=ground) for ground in (PAPER, DARK_PAPER))
    page = _PAGE.format(
        styles=_filled(_STYLES, brand, ink, dark_ink),
        dark=f"\n{DARK_QUERY} {{\n{_filled(_dark_rules(''), brand, ink, dark_ink)}\n}}\n",
        # Outlook on the web and on phones has no such query and marks what it recoloured instead.
        outlook=f"\n{_filled(_dark_rules('[data-ogsc] '), brand, ink, dark_ink)}\n",
        head=_head(brand),
        text=text,
        foot=_FOOT.format(foot="\n".join(lines)) if lines else "",
    )
    return _inlined(page)


def seen_in(html_part: str, *, dark: bool) -> str:
    """The HTML of a mail as a reader sees it whose program is light or dark, whatever the one who looks has chosen."""
    return html_part.replace(DARK_QUERY, "@media all" if dark else "@media not all")


@lru_cache(maxsize=64)
def readable(colour: str, *, on: str) -> str:
    """This colour, or the nearest lighter or darker one that words on this ground can have."""
    base, ground = _channels(colour), _channels(on)
    target = 0 if _luminance(ground) > 0.18 else 255
    for step in range(101):
        mixed = tuple(round(channel + (target - channel) * step / 100) for channel in base)
        if contrast(mixed, ground) >= READABLE:
            return "#{:02x}{:02x}{:02x}".format(*mixed)
    return "#000000" if target == 0 else "#ffffff"


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2, “contrast ratio”)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    """WCAG 2.2, “relative luminance”."""
    shares = [channel / 255 for channel in colour]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _head(brand: Brand) -> str:
    if brand.logo is None:
        return f'<p class="name">{_escaped(brand.name)}</p>'
    logo = brand.logo
    return (
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tbody><tr><td class="plate">\n'
        f'<img class="logo" src="{_escaped(logo.url)}" alt="{_escaped(logo.alt)}" width="{logo.width}" height="{logo.height}">\n'
        "</td></tr></tbody></table>"
    )


def _escaped(text: str) -> str:
    return html.escape(without_controls(text))


def _dark_rules(prefix: str) -> str:
    rules = [f"{prefix}{selector} {{ {said.replace(';', ' !important;')} !important; }}" for selector, said in _DARK]
    return "\n".join(rules)


def _filled(rules: str, brand: Brand, ink: str, dark_ink: str) -> str:
    """Rules with their colours and the font."""
    for name, value in (
        ("DARK_PAPER", DARK_PAPER), ("DARK_INK", dark_ink), ("PAPER", PAPER), ("INK", ink),
        ("COLOUR", brand.sure_colour), ("FONT", _FONT),
    ):  # fmt: skip
        rules = rules.replace(name, value)
    return rules


def _inlined(page: str) -> str:
    from css_inline import CSSInliner  # imported late: commands start quickly

    inlined = CSSInliner(load_remote_stylesheets=False).inline(page)
    return inlined.replace(' data-css-inline="keep"', "")
