"""Dates and periods as résumés write them, in English, German, French and Spanish.

Dates come out in ISO 8601 with the precision that was written: "2019", "2019-03" or "2019-03-15". Seasons and quarters keep their year
(a quarter its first month). Two-digit years count only beside a month.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_MONTHS = (
    "january januar janvier enero jan jän janv ene jänner",
    "february februar février fevrier febrero feb fév fev févr febr",
    "march märz maerz mars marzo mar mär mrz",
    "april avril abril apr avr abr",
    "may mai mayo",
    "june juni juin junio jun",
    "july juli juillet julio jul juil",
    "august août aout agosto aug ago",
    "september septembre septiembre setiembre sept sep",
    "october oktober octobre octubre oct okt",
    "november novembre noviembre nov",
    "december dezember décembre decembre diciembre dec dez déc dic",
)
MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_PRESENT_WORDS = (
    "present", "current", "currently", "till now", "until now", "now", "present day", "present time", "today", "to date", "till date", "date", "ongoing", "heute", "jetzt", "aktuell",
    "laufend", "dato", "présent", "à ce jour", "ce jour", "aujourd'hui", "aujourd’hui", "actuel", "actuelle", "en cours", "actual",
    "actualmente", "actualidad", "la actualidad", "la fecha", "presente", "hoy", "oggi", "heden",
)  # fmt: skip
_SINCE_WORDS = ("since", "from", "seit", "ab", "depuis", "desde", "as of")
_SEASONS = "spring|summer|fall|autumn|winter|frühjahr|sommer|herbst|printemps|été|automne|hiver|primavera|verano|otoño|invierno"

_month = (
    "(?:" + "|".join(sorted((re.escape(name) for name in MONTH_NUMBERS), key=len, reverse=True)) + r")(?![a-zà-ÿ])\.?"
)
_year = r"(?:19[4-9]\d|20[0-4]\d)"
_DATE = (
    rf"(?:(?P<d_iso>{_year}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))"
    rf"|(?P<d_dmy>(?:0?[1-9]|[12]\d|3[01])\s?[./]\s?(?:0?[1-9]|[12]\d|3[01])\s?[./]\s?{_year})"
    rf"|(?P<d_day_month>(?:(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?)?{_month}[\s,/-]*(?:(?:0?[1-9]|[12]\d|3[01])"
    rf"(?:st|nd|rd|th)?,\s*)?(?:de\s+|del\s+)?{_year})"
    rf"|(?P<d_month_short>{_month}\s?['’`]?\s?\d\d(?!\d|\s?[,.]?\s?{_year}))"
    rf"|(?P<d_ym>{_year}\s?[/.-]\s?(?:1[0-2]|0?[1-9])(?!\d))"
    rf"|(?P<d_my>(?:1[0-2]|0?[1-9])\s?[/.-]\s?{_year})"
    rf"|(?P<d_my_short>(?:1[0-2]|0[1-9])/(?:[0-4]\d|9\d)(?!\d|/))"
    rf"|(?P<d_season>(?:{_SEASONS})\s+(?:of\s+)?{_year})"
    rf"|(?P<d_quarter>q[1-4]\s*/?\s*{_year})"
    rf"|(?P<d_year>{_year}))"
)
_second = _DATE.replace("(?P<d_", "(?P<e_")
_present = "(?P<present>" + "|".join(sorted(map(re.escape, _PRESENT_WORDS), key=len, reverse=True)) + r")\b"
_between = r"(?:\s{2,}(?=[\w’'`])|\s*(?:–|—|-|‐|‑|−|‒|~|to|bis|until|till|through|thru|à|au|a|al|hasta|jusqu['’]à)\s*(?:la\s+|el\s+|zu[mr]\s+)?)"
_RANGE = re.compile(
    rf"(?<![\w/.-]){_DATE}{_between}(?:{_present}|{_second}|(?P<e_short>\d\d(?![\d.,%]))(?=\W|$))", re.I
)
_MONTH_SPAN = re.compile(
    rf"(?<!\w)(?P<first>{_month}){_between}(?P<last>{_month})[\s,/-]*(?P<year>{_year})(?!\d)", re.I
)
_OPEN = re.compile(
    rf"(?<![\w/.-])(?:(?:{'|'.join(_SINCE_WORDS)})\s+{_DATE}|{_second}\s*(?:–|—|-)(?=\s*$|\s*[\t|)\]]))", re.I
)
_ONE = re.compile(rf"(?<![\w/.-]){_DATE}(?![\w%/]|[.-]\d)", re.I)
_HAS_YEAR = re.compile(r"(?:19|20)\d\d|[’'`]?\d\d\b")


@dataclass(frozen=True, slots=True)
class Period:
    """What one piece of text says about time; `start` and `end` are ISO dates or "", span offsets into that text.

    A single date stands in both `start` and `end`, and `is_range` is false.
    """

    start: str
    end: str
    is_current: bool
    span: tuple[int, int]
    is_range: bool = True


@lru_cache(maxsize=4096)
def find_periods(text: str) -> tuple[Period, ...]:
    """All periods and single dates of a text, from left to right, without overlaps."""
    if not _HAS_YEAR.search(text):
        return ()
    found: list[Period] = []
    for pattern, make in ((_RANGE, _range_of), (_MONTH_SPAN, _month_span_of), (_OPEN, _open_of), (_ONE, _one_of)):
        for match in pattern.finditer(text):
            if any(match.start() < p.span[1] and match.end() > p.span[0] for p in found):
                continue
            period = make(match)
            if period is not None:
                found.append(period)
    return tuple(sorted(found, key=lambda period: period.span))


def has_date(text: str) -> bool:
    return bool(find_periods(text))


def is_only_dates(text: str) -> bool:
    """Nothing but dates and the signs around them ("Jan 2019 –", "(2014)", "03/2015–08/2017, 2 years")."""
    periods = find_periods(text)
    if not periods:
        return False
    rest = text
    for period in reversed(periods):
        rest = rest[: period.span[0]] + rest[period.span[1] :]
    return (
        len(
            re.sub(
                r"[\W\d_]|years?|months?|yrs?|mos|jahre?|monate?|ans?|mois|años?|meses|present|full|time",
                "",
                rest,
                flags=re.I,
            )
        )
        <= 2
    )


def _range_of(match: re.Match[str]) -> Period | None:
    start = _iso(match, "d_")
    if not start:
        return None
    if match.group("present"):
        return Period(start, "", True, match.span())
    end = start[:2] + match.group("e_short") if match.group("e_short") else _iso(match, "e_")
    if match.group("e_short") and (len(start) != 4 or end < start):
        return None
    if not end or end[:4] < start[:4]:
        return None
    return Period(start, end, False, match.span())


def _month_span_of(match: re.Match[str]) -> Period:
    year = match.group("year")
    months = [_month_number(match.group(name)) for name in ("first", "last")]
    start_year = int(year) - (1 if months[0] > months[1] else 0)
    return Period(f"{start_year}-{months[0]:02}", f"{year}-{months[1]:02}", False, match.span())


def _open_of(match: re.Match[str]) -> Period | None:
    start = _iso(match, "d_") or _iso(match, "e_")
    return Period(start, "", True, match.span()) if start else None


def _one_of(match: re.Match[str]) -> Period | None:
    day = _iso(match, "d_")
    return Period(day, day, False, match.span(), is_range=False) if day else None


def _iso(match: re.Match[str], prefix: str) -> str:
    """The ISO date of whichever alternative matched; "" when it is no real date."""
    groups = match.groupdict()
    for kind, make in _MAKERS.items():
        if groups.get(prefix + kind):
            return make(groups[prefix + kind])
    return ""


def _month_number(text: str) -> int:
    return MONTH_NUMBERS[text.lower().rstrip(".")]


def _from_words(text: str) -> str:
    year = re.findall(_year, text)[-1]
    month = _month_number(re.search(_month, text, re.I).group(0))  # type: ignore[union-attr]  # the pattern that led here has it
    return f"{year}-{month:02}"


def _from_short(text: str) -> str:
    month = _month_number(re.match(_month, text, re.I).group(0))  # type: ignore[union-attr]  # the pattern that led here has it
    return f"{_full_year(text[-2:])}-{month:02}"


def _full_year(digits: str) -> str:
    return ("19" if int(digits) > 49 else "20") + digits


def _day_first(text: str) -> str:
    first, second, year = (int(part) for part in re.split(r"\s?[./]\s?", text))
    month = second if second <= 12 else first
    return f"{year}-{month:02}" if month <= 12 else ""


def _year_month(text: str) -> str:
    year, month = re.split(r"\s?[/.-]\s?", text)
    return f"{year}-{int(month):02}"


def _month_year(text: str) -> str:
    month, year = re.split(r"\s?[/.-]\s?", text)
    return f"{year}-{int(month):02}"


_MAKERS = {
    "iso": lambda text: text,
    "dmy": _day_first,
    "day_month": _from_words,
    "month_short": _from_short,
    "ym": _year_month,
    "my": _month_year,
    "my_short": lambda text: f"{_full_year(text[3:])}-{text[:2]}",
    "season": lambda text: text[-4:],
    "quarter": lambda text: f"{text[-4:]}-{int(text[1]) * 3 - 2:02}",
    "year": lambda text: text,
}


def count_months(periods: Iterable[tuple[str, str, bool]], today: date) -> int:
    """Months covered by (start, end, is_current) periods, overlaps counted once.

    An end month counts in full; an end that is only a year ends with that year's beginning unless it is the start year too.
    """
    spans = sorted(filter(None, (_month_range(start, end, current, today) for start, end, current in periods)))
    total, reached = 0, 0
    for first, after in spans:
        total += max(0, after - max(first, reached))
        reached = max(reached, after)
    return total


def _month_range(start: str, end: str, is_current: bool, today: date) -> tuple[int, int] | None:
    if not start:
        return None
    first = int(start[:4]) * 12 + (int(start[5:7]) - 1 if len(start) > 4 else 0)
    now = today.year * 12 + today.month - 1
    if is_current or not end:
        after = now if is_current else first + 1
    elif len(end) > 4:
        after = int(end[:4]) * 12 + int(end[5:7])
    else:
        after = int(end) * 12 + (12 if end == start[:4] else 0)
    return (first, min(after, now + 1)) if after > first else None
