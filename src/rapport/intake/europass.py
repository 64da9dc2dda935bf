"""Europass CVs (SkillsPassport, schema 3) as XML or JSON, mapped to JSON Resume.

Birth date, gender, nationality and photo are left out on purpose: they must not reach a search or a score.
"""

import re
from datetime import date
from html import unescape
from typing import Any
from xml.etree import ElementTree

from rapport.intake.document import Refusal
from rapport.intake.json_resume import clean, show_structured
from rapport.intake.plain_text import without_endless_references


def read_europass(data: bytes) -> dict[str, Any]:
    """A Europass XML file. Raises Refusal corrupt; files with definitions of their own are refused (XML bombs)."""
    if b"<!ENTITY" in data or b"<!DOCTYPE" in data:
        raise Refusal("corrupt", "This XML file carries its own definitions, which are not read. Ask for a PDF.")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  # entity declarations are refused above
    except (ElementTree.ParseError, ValueError) as error:
        raise Refusal("corrupt", "This Europass file is damaged and cannot be read. Ask for a new copy.") from error
    return from_europass(_as_dict(root, 0))


def _as_dict(node: Any, depth: int) -> Any:
    """Elements as nested dicts: attributes and children by name, repeated children as lists, "…List" wrappers as lists."""
    children = list(node)
    if depth > 40 or (not children and not node.attrib):
        return (node.text or "").strip()
    result: dict[str, Any] = {key: value for key, value in node.attrib.items() if not key.startswith("{")}
    for child in children:
        name = child.tag.rsplit("}", 1)[-1]
        value = _as_dict(child, depth + 1)
        if name.endswith("List"):
            result[name[:-4]] = [_as_dict(item, depth + 2) for item in child]
        elif name in result:
            known = result[name]
            result[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            result[name] = value
    return result


def from_europass(passport: Any) -> dict[str, Any]:
    """A SkillsPassport as nested dicts. Raises Refusal unknown_type when it holds no CV."""
    learner = _at(passport, "LearnerInfo")
    if not isinstance(learner, dict):
        raise Refusal("unknown_type", "This Europass file holds no CV.")
    data = {
        "basics": _basics(learner),
        "work": [_job(item) for item in _items(learner, "WorkExperience")],
        "education": [_school(item) for item in _items(learner, "Education")],
        "languages": _languages(_at(learner, "Skills", "Linguistic")),
        "skills": _skills(_at(learner, "Skills")),
        "certificates": [
            {"name": _text(item, "Description")}
            for item in _items(learner, "Achievement")
            if _text(item, "Title", "Code") in ("certifications", "courses")
        ],
    }
    return show_structured(clean(data), date.today()).as_json()  # noqa: DTZ011  # only counts years of current jobs


def _at(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _items(value: Any, *path: str) -> list[Any]:
    found = _at(value, *path)
    return found if isinstance(found, list) else [found] if found else []


def _text(value: Any, *path: str) -> str:
    """Plain text at a path; Europass keeps HTML in its text fields."""
    found = _at(value, *path)
    if not isinstance(found, str):
        return ""
    plain = re.sub(
        r"<\s*/?\s*(?:p|li|br|ul|ol|div)[^>]*>", "\n", unescape(without_endless_references(found)), flags=re.I
    )
    plain = re.sub(r"<[^>]{0,200}>", "", plain)
    return "\n".join(" ".join(line.split()) for line in plain.splitlines() if line.strip())


def _basics(learner: dict[str, Any]) -> dict[str, Any]:
    person = _at(learner, "Identification") or {}
    contact = _at(person, "ContactInfo") or {}
    address = _at(contact, "Address", "Contact") or {}
    names = (_text(person, "PersonName", "FirstName"), _text(person, "PersonName", "Surname"))
    websites = [_text(item, "Contact") for item in _items(contact, "Website")]
    return {
        "name": " ".join(filter(None, names)),
        "label": _text(learner, "Headline", "Description", "Label"),
        "email": _text(contact, "Email", "Contact"),
        "phone": next((_text(item, "Contact") for item in _items(contact, "Telephone")), ""),
        "url": websites[0] if websites else "",
        "location": {
            "address": _text(address, "AddressLine"),
            "postalCode": _text(address, "PostalCode"),
            "city": _text(address, "Municipality"),
            "countryCode": {"UK": "GB", "EL": "GR"}.get(
                _text(address, "Country", "Code"), _text(address, "Country", "Code")
            ),
        },
    }


def _job(item: Any) -> dict[str, Any]:
    place = _at(item, "Employer", "ContactInfo", "Address", "Contact") or {}
    return {
        "name": _text(item, "Employer", "Name"),
        "position": _text(item, "Position", "Label"),
        "location": ", ".join(filter(None, (_text(place, "Municipality"), _text(place, "Country", "Label")))),
        "summary": _text(item, "Activities"),
        **_period(_at(item, "Period")),
    }


def _school(item: Any) -> dict[str, Any]:
    return {
        "institution": _text(item, "Organisation", "Name"),
        "studyType": _text(item, "Title"),
        "area": _text(item, "Field", "Label"),
        **_period(_at(item, "Period")),
    }


def _period(period: Any) -> dict[str, str]:
    dates = {"startDate": _date(_at(period, "From")), "endDate": _date(_at(period, "To"))}
    return {key: value for key, value in dates.items() if value}


def _date(parts: Any) -> str:
    """ "2001", "2001-03" from year and month, which XML writes as "--03" and JSON as a number."""
    year = str(_at(parts, "year") or _at(parts, "Year") or "")
    month = re.sub(r"\D", "", str(_at(parts, "month") or _at(parts, "Month") or ""))
    if not re.fullmatch(r"[12]\d{3}", year):
        return ""
    return f"{year}-{int(month):02}" if month and 1 <= int(month) <= 12 else year


def _languages(linguistic: Any) -> list[dict[str, str]]:
    native = [
        {"language": _text(item, "Description", "Label"), "fluency": "Native speaker"}
        for item in _items(linguistic, "MotherTongue")
    ]
    foreign = []
    for item in _items(linguistic, "ForeignLanguage"):
        levels = _at(item, "ProficiencyLevel") or {}
        level = _text(levels, "SpokenInteraction") or _text(levels, "Reading")
        foreign.append({"language": _text(item, "Description", "Label"), "fluency": level})
    return native + foreign


def _skills(skills: Any) -> list[dict[str, str]]:
    """The free texts of the skill fields; the skills they name are found in the text."""
    texts = [
        _text(skills, kind, "Description")
        for kind in ("JobRelated", "Computer", "Communication", "Organisational", "Other")
    ]
    lines = [line for text in texts for line in text.splitlines()]
    return [{"name": line} for line in lines if line][:60]
