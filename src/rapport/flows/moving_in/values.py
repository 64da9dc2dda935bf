"""Reading the values of another system's rows: text out of HTML, moments, flags. Pure; nothing is raised."""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from rapport.candidates.text_rules import CONTROL
from rapport.flows.moving_in.shape import Colleague
from rapport.mail.html_text import to_text

Row = Mapping[str, Any]
_TAG = re.compile(r"</?(?:p|div|br|span|a|b|i|u|em|strong|ul|ol|li|h[1-6]|table|tr|td|img|font|script|style|blockquote|html|body|pre|hr)\b[^<>]*>", re.IGNORECASE)  # fmt: skip
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_MOMENT = re.compile(r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$", re.IGNORECASE)  # fmt: skip
_NOTHING = {"", "null", "none", "\\n", "nan"}
_TRUE = {"true", "t", "1", "yes", "y"}
EARLIEST, LATEST = 1970, 2200


def text(value: Any) -> str:
    """A value as text; what stands for nothing is "". A number keeps no needless ".0"."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dict | list):
        return ""
    found = CONTROL.sub(" ", str(value)).strip()
    return "" if found.casefold() in _NOTHING else found


def words(value: Any) -> str:
    """Text that may be HTML, as a person would read it."""
    found = text(value)
    if _TAG.search(found):
        return to_text(found).strip()
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), found)


def line(value: Any) -> str:
    """Text on one line, HTML taken away."""
    return " ".join(words(value).split())


def key(value: Any) -> str:
    """An id of the other system as text; "" when it is none that can be kept."""
    found = text(value)
    return found if len(found) <= 120 and "\0" not in found else ""


def flag(value: Any) -> bool:
    return value if isinstance(value, bool) else text(value).casefold() in _TRUE


def moment(value: Any) -> datetime | None:
    """An aware moment of ISO text, a day, or milliseconds or seconds since 1970; None for anything else.

    A time without a zone is UTC, as these exports write it. Years outside 1970 to 2200 are mistakes.
    """
    if isinstance(value, bool):
        return None
    found = text(value)
    if found.isdigit() and len(found) in (10, 13):
        return _in_range(datetime.fromtimestamp(int(found) / (1000 if len(found) == 13 else 1), UTC))
    parts = _MOMENT.match(found)
    if not parts:
        return None
    year, month, day, hour, minute, second, fraction, zone = parts.groups()
    zoned = "+00:00" if not zone or zone.upper() in ("Z", "UTC") else zone[:3] + ":" + zone[-2:]
    clean = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}.{(fraction or '0')[:6]:0<6}{zoned}"
    try:
        return _in_range(datetime.fromisoformat(clean).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _in_range(found: datetime) -> datetime | None:
    return found if EARLIEST <= found.year <= LATEST else None


def day(value: Any) -> date | None:
    found = moment(value)
    return found.date() if found else None


def first(row: Row, *names: str) -> Any:
    """The first of these columns that holds something."""
    for name in names:
        value = row.get(name)
        if value not in (None, "", [], {}):
            return value
    return None


def items(value: Any) -> list[Any]:
    """A list of a JSON export; anything else is an empty one."""
    return value if isinstance(value, list) else []


def inner(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def ordered(moments: Iterable[datetime | None]) -> list[datetime]:
    return sorted(found for found in moments if found)


def colleague(value: Any) -> Colleague | None:
    """The user an object of a JSON export names; its address where it says one."""
    row = inner(value)
    name = line(row.get("name")) or " ".join(filter(None, (line(row.get("first_name")), line(row.get("last_name")))))
    email = text(first(row, "email", "primary_email_address"))
    return Colleague(name, email.casefold()) if name or email else None
