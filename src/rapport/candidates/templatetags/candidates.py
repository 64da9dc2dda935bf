"""How parts of a candidate read on the screen."""

import re
from datetime import date, datetime

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from rapport.candidates import contact_rules
from rapport.candidates.models import ContactPoint, Education, Experience
from rapport.lib import clock

register = template.Library()


@register.filter
def mark_word(text: str, word: str) -> SafeString | str:
    """The text with the first place where a word stands marked; as it is when the word is not in it."""
    found = re.search(re.escape(word), text, re.IGNORECASE)
    if not found:
        return conditional_escape(text)
    return format_html("{}<mark>{}</mark>{}", text[: found.start()], found.group(), text[found.end() :])


@register.filter
def contact_url(point: ContactPoint) -> str:
    """Where a contact point leads: a page of the web, or a call; "" for an e-mail address, which has its composer."""
    if point.kind == contact_rules.LINK:
        return contact_rules.shown_link(point.normal)
    return f"tel:{point.normal.partition('x')[0]}" if point.kind == contact_rules.PHONE else ""


@register.filter
def has_several(points: list[ContactPoint], kind: str) -> bool:
    """Whether there is more than one contact point of a kind."""
    return sum(point.kind == kind for point in points) > 1


@register.filter
def contact_text(point: ContactPoint) -> str:
    """A contact point as people read it: links without scheme, phones in groups, e-mail as entered."""
    if point.kind == contact_rules.PHONE:
        return contact_rules.shown_phone(point.normal)
    return point.normal if point.kind == contact_rules.LINK else point.value


@register.filter
def period(row: Experience | Education) -> str:
    """From when to when: "Mar 2020 – now", "2014 – 2018", "" where nothing is known."""
    by_year = isinstance(row, Education) or row.date_precision == "year"
    start, end = _month(row.start_on, by_year), _month(row.end_on, by_year)
    if getattr(row, "is_current", False):
        end = "now"
    return " – ".join(dict.fromkeys(part for part in (start, end) if part))


def _month(day: date | None, by_year: bool) -> str:
    if day is None:
        return ""
    return f"{day:%Y}" if by_year else f"{day:%b %Y}"


@register.filter
def month_value(day: date | str | None) -> str:
    """A stored first day as a form shows it, "2024-03"; what was typed as it is."""
    return f"{day:%Y-%m}" if isinstance(day, date) else day or ""


@register.filter
def is_past(moment: datetime | None) -> bool:
    """Whether a moment has passed; one that is not set never passes."""
    return moment is not None and moment <= clock.now()


@register.filter
def words(names: list[str]) -> str:
    """A list as a sentence reads it: "title, place and source"."""
    plain = [name.replace("_", " ") for name in names]
    return " and ".join(filter(None, [", ".join(plain[:-1]), plain[-1] if plain else ""]))


@register.filter
def paragraphs(text: str) -> SafeString:
    """Lines of a text as paragraphs, empty lines left out."""
    return format_html_join("", "<p>{}</p>", ((line,) for line in text.split("\n") if line.strip()))
