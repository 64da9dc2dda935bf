"""vCards (RFC 6350, and the older versions 2.1 and 3.0) as résumés: name, contact points, title, organisation, links, note."""

import quopri
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from rapport.intake.contacts import network_of
from rapport.intake.document import Refusal
from rapport.intake.json_resume import clean, show_structured
from rapport.intake.places import region_or_country
from rapport.intake.plain_text import decode_text

_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(?P<value>.*)", re.S
)
_MAX_LINES = 5_000


def read_vcard(data: bytes) -> dict[str, Any]:
    """The first card of a file, in the shape of `Resume.as_json`. Raises Refusal unknown_type when it names nobody."""
    fields: dict[str, list[tuple[str, str]]] = {}
    for name, parameters, value in _fields(decode_text(data)):
        if name == "END":
            break
        fields.setdefault(name, []).append((parameters, value))
    name = _name(fields)
    if not name and "EMAIL" not in fields:
        raise Refusal("unknown_type", "This vCard names nobody.")
    links = [_plain(value) for _, value in _all(fields, "URL", "X-SOCIALPROFILE") if value.startswith("http")]
    title = _first(fields, "TITLE") or _first(fields, "ROLE")
    organisation = _parts(_first_raw(fields, "ORG"))[0]
    basics = {
        "name": name,
        "label": title,
        "email": _first(fields, "EMAIL"),
        "phone": _phone(fields.get("TEL", [])),
        "url": next((link for link in links if not network_of(link)[0]), ""),
        "summary": _first(fields, "NOTE"),
        "location": _location(_first_raw(fields, "ADR")),
        "profiles": [
            {"network": network_of(link)[0], "username": network_of(link)[1], "url": link}
            for link in links
            if network_of(link)[0]
        ],
    }
    work = [{"name": organisation, "position": title}] if organisation or title else []
    return show_structured(clean({"basics": basics, "work": work}), date.today()).as_json()  # noqa: DTZ011  # only counts years


def _fields(text: str) -> Iterator[tuple[str, str, str]]:
    """(name, parameters, value) of each line; folded lines are joined, quoted-printable and its soft line ends decoded."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    unfolded = re.sub(r"=\r?\n", "", unfolded) if "QUOTED-PRINTABLE" in unfolded.upper() else unfolded
    for line in unfolded.splitlines()[:_MAX_LINES]:
        match = _LINE.match(line)
        if match is None:
            continue
        value = match.group("value")
        if "QUOTED-PRINTABLE" in match.group("parameters").upper():
            value = quopri.decodestring(value.encode("latin-1", "replace")).decode("utf-8", "replace")
        yield match.group("name").upper(), match.group("parameters").upper(), value.strip()


def _all(fields: dict[str, list[tuple[str, str]]], *names: str) -> list[tuple[str, str]]:
    return [pair for name in names for pair in fields.get(name, [])]


def _first_raw(fields: dict[str, list[tuple[str, str]]], name: str) -> str:
    return fields[name][0][1] if fields.get(name) else ""


def _first(fields: dict[str, list[tuple[str, str]]], name: str) -> str:
    return _plain(_first_raw(fields, name))


def _plain(value: str) -> str:
    """A value without its escapes."""
    value = re.sub(r"^mailto:|^tel:", "", value, flags=re.I)
    return re.sub(r"\\([,;\\])", r"\1", re.sub(r"\\n", "\n", value, flags=re.I)).strip()


def _parts(value: str) -> list[str]:
    return [_plain(part) for part in re.split(r"(?<!\\);", value)]


def _name(fields: dict[str, list[tuple[str, str]]]) -> str:
    """Given, further and family name of N without titles; FN where N has not both."""
    family, given, further = [*_parts(_first_raw(fields, "N")), "", "", ""][:3]
    if not (family and given) and (shown := _first(fields, "FN")):
        return shown
    return " ".join(" ".join((given, further, family)).replace(",", " ").split())


def _phone(numbers: list[tuple[str, str]]) -> str:
    """A mobile number first; no fax."""
    usable = [(parameters, value) for parameters, value in numbers if "FAX" not in parameters]
    ordered = sorted(usable, key=lambda row: "CELL" not in row[0])
    return _plain(ordered[0][1]) if ordered else ""


def _location(address: str) -> dict[str, str]:
    """Parts of ADR: post box, extension, street, town, region, postal code, country."""
    parts = [*_parts(address), *[""] * 7][:7]
    if not any(parts):
        return {}
    code = region_or_country(parts[6])
    return {
        "countryCode": code,
        "address": parts[2],
        "city": parts[3],
        "region": parts[4],
        "postalCode": parts[5],
        "country": parts[6],
    }
