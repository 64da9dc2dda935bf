"""A row of a CSV file as a candidate's draft, by the mapping of its columns. Pure."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from rapport.candidates.contact_rules import NotAContact, read_email
from rapport.candidates.drafts import CandidateDraft, ContactPointDraft, EducationDraft, SkillDraft
from rapport.lib.spreadsheets import entered_text

LONGEST_NAME = 300
MOST_CONTACTS = 20
MOST_WORDS = 200
MOST_NAMES = 3
_LIST = re.compile(r"[;|\n]+")
_COMMA_LIST = re.compile(r"[;|\n,]+")
_ADDRESSES = re.compile(r"[;,|\n]+|\s+(?=\S+@)|(?<=\w)\s+(?=https?://)")
_SEVERAL = re.compile(r"[;,|\s]")  # without one of these _ADDRESSES finds nothing, which takes it ten times as long
_NUMBERS = re.compile(r"[;,|\n]+")
_YEARS = re.compile(r"^\D{0,12}(\d{1,2}(?:[.,]\d+)?)")
_FORMULA = re.compile(r"^[=@]|^[+-](?=[A-Za-z(@=])")
CONTACT_KINDS = {"email": "email", "phone": "phone", "link": "link"}


_skill = lru_cache(maxsize=4096)(SkillDraft)  # the rows of a table name the same ones again and again


class RowProblem(ValueError):
    """Why a row cannot be imported, as a sentence."""


def build_draft(cells: Sequence[str], mapping: Sequence[str], options: Mapping[str, Any]) -> CandidateDraft:
    """The draft of one row; raises RowProblem when it has no usable name, a wrong e-mail address or too many cells.

    options: source, tags (names), owner_id; a row's own source and tags come first.
    """
    if len(cells) > len(mapping) and any(cell.strip() for cell in cells[len(mapping) :]):
        raise RowProblem(
            f"This row has {len(cells)} cells, but there are {len(mapping)} columns: a text with the delimiter in it "
            "needs quotation marks."
        )
    values: defaultdict[str, list[str]] = defaultdict(list)
    for cell, name in zip(cells, mapping, strict=False):
        if name and (value := cell.strip()):
            values[name].append(entered_text(value) if value[0] == "'" else value)
    owner_id = options.get("owner_id")
    return CandidateDraft(
        full_name=_name(values),
        pronouns=_first(values, "pronouns"),
        title=_first(values, "title"),
        organisation=_first(values, "organisation"),
        place=_place(values),
        summary="\n\n".join(values["summary"]),
        languages=_words(values["languages"]),
        years_experience=_years(_first(values, "years_experience")),
        source=_first(values, "source") or options.get("source", ""),
        owner_id=UUID(owner_id) if owner_id else None,
        contact_points=_contacts(values),
        educations=_educations(values),
        skills=tuple(map(_skill, _words(values["skills"]))),
        tags=(*_words(values["tags"]), *options.get("tags", ())),
        notes=tuple(values["note"]),
    )


def _first(values: Mapping[str, list[str]], name: str) -> str:
    found = values.get(name)
    return found[0] if found else ""


def _name(values: Mapping[str, list[str]]) -> str:
    given, family = _first(values, "given_name"), _first(values, "family_name")
    name = " ".join(part for part in (given, family) if part) or _first(values, "full_name")
    if not any(letter.isalpha() for letter in name):
        raise RowProblem(f"The name {name!r} has no letters." if name.strip("\0 ") else "The name is missing.")
    if _FORMULA.match(name):
        raise RowProblem("The name is a spreadsheet formula.")
    if len(name) > LONGEST_NAME:
        raise RowProblem(
            f"The name has {len(name):,} characters; up to {LONGEST_NAME} are kept. Are the columns right?"
        )
    return name


def _place(values: Mapping[str, list[str]]) -> str:
    if whole := _first(values, "place"):
        return whole
    return ", ".join(filter(None, (_first(values, name) for name in ("city", "region", "country"))))


def _contacts(values: Mapping[str, list[str]]) -> tuple[ContactPointDraft, ...]:
    points = []
    for value in values.get("email", ()):
        for address in _addresses(value):
            try:
                read_email(address)
            except NotAContact as problem:
                raise RowProblem(str(problem)) from problem
            points.append(ContactPointDraft("email", address))
    points += [
        ContactPointDraft("phone", number.strip())
        for value in values.get("phone", ())
        for number in _NUMBERS.split(value)
        if number.strip()
    ]
    points += [ContactPointDraft("link", address) for value in values.get("link", ()) for address in _addresses(value)]
    if len(points) > MOST_CONTACTS:
        raise RowProblem(f"This row has {len(points)} contact points; up to {MOST_CONTACTS} are kept.")
    return tuple(points)


def _addresses(value: str) -> list[str]:
    """The addresses in a cell."""
    parts = _ADDRESSES.split(value) if _SEVERAL.search(value) else [value]
    return [address for part in parts if (address := part.strip())]


def _educations(values: Mapping[str, list[str]]) -> tuple[EducationDraft, ...]:
    school, degree = _first(values, "school"), _first(values, "degree")
    return (EducationDraft(school, degree),) if school or degree else ()


def _words(cells: Sequence[str]) -> tuple[str, ...]:
    """The entries of list cells: separated by ; | or line ends where there are any, else by commas."""
    words: dict[str, str] = {}
    for cell in cells:
        pattern = _LIST if _LIST.search(cell) else _COMMA_LIST
        for word in pattern.split(cell):
            if bare := word.strip():
                words.setdefault(bare.casefold(), bare)
    if len(words) > MOST_WORDS:
        raise RowProblem(f"A list in this row has {len(words):,} entries; up to {MOST_WORDS} are kept.")
    return tuple(words.values())


def _years(text: str) -> float | None:
    found = _YEARS.match(text)
    return float(found[1].replace(",", ".")) if found else None


def leave_out_shared(drafts: Sequence[CandidateDraft]) -> list[tuple[CandidateDraft, str]]:
    """Drafts without the contact points that several names of the same batch share, and a sentence about what was left.

    An address or a number that stands beside more than MOST_NAMES different names (info@, a switchboard, a column that
    means something else) tells nobody apart: attaching by it would make one person of many.
    """
    names: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for draft in drafts:
        for point in draft.contact_points:
            names[point.kind, point.value].add(draft.full_name.casefold())
    shared = {key for key, found in names.items() if len(found) > MOST_NAMES}
    return [_without(draft, shared) for draft in drafts] if shared else [(draft, "") for draft in drafts]


def _without(draft: CandidateDraft, shared: set[tuple[str, str]]) -> tuple[CandidateDraft, str]:
    left = [point.value for point in draft.contact_points if (point.kind, point.value) in shared]
    if not left:
        return draft, ""
    kept = tuple(point for point in draft.contact_points if (point.kind, point.value) not in shared)
    return replace(
        draft, contact_points=kept
    ), f"{', '.join(left)} stands beside many names in this file and was left out."
