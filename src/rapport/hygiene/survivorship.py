"""Which of two values a merged person keeps. Pure; texts that belong together (a name, a place) go together.

| field                         | kept unless a person chooses                     |
|-------------------------------|--------------------------------------------------|
| name                          | the survivor's                                   |
| title, organisation, place …  | the survivor's, the other's where it is empty    |
| languages                     | both                                             |
| years of experience           | the greater                                      |
| owner, source                 | the survivor's, the other's where there is none  |
| archived                      | only if both are                                 |
| first seen, last contact      | the earlier; the later                           |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapport.candidates import language_rules

SURVIVOR, OTHER = "survivor", "other"
# what is chosen together: (label, columns)
CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "full_name": ("Name", ("full_name", "given_name", "family_name")),
    "pronouns": ("Pronouns", ("pronouns",)),
    "title": ("Title", ("title", "title_normal", "seniority")),
    "organisation": ("Organisation", ("organisation", "organisation_normal")),
    "place": ("Place", ("place", "city", "country_code", "latitude", "longitude", "time_zone")),
    "summary": ("Summary", ("summary",)),
    "years_experience": ("Years of experience", ("years_experience",)),
    "language_code": ("Writes in", ("language_code",)),
    "owner": ("Owner", ("owner_id",)),
    "source": ("Source", ("source_id",)),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`values` are the survivor's new columns; `kept` says of each choice whose value it is."""

    values: dict[str, Any]
    kept: dict[str, str]


def survive(survivor: Any, other: Any, chosen: Mapping[str, str]) -> Outcome:
    """What the survivor's columns become. `chosen` maps a choice to SURVIVOR or OTHER and beats the default."""
    kept = {name: _default(name, survivor, other, columns) for name, (_, columns) in CHOICES.items()}
    kept |= {name: whose for name, whose in chosen.items() if name in CHOICES and whose in (SURVIVOR, OTHER)}
    values: dict[str, Any] = {}
    for name, (_, columns) in CHOICES.items():
        person = survivor if kept[name] == SURVIVOR else other
        values |= {column: getattr(person, column) for column in columns}
    values["languages"] = language_rules.together(survivor.languages, other.languages)
    values["created_at"] = min(survivor.created_at, other.created_at)
    for column in ("last_contact_at", "last_activity_at"):
        values[column] = max(filter(None, (getattr(survivor, column), getattr(other, column))), default=None)
    if survivor.archived_at and not other.archived_at:
        values["archived_at"], values["archive_reason"] = None, ""
    return Outcome(values, kept)


def _default(name: str, survivor: Any, other: Any, columns: tuple[str, ...]) -> str:
    mine, theirs = getattr(survivor, columns[0]), getattr(other, columns[0])
    if name == "years_experience" and mine is not None and theirs is not None:
        return SURVIVOR if mine >= theirs else OTHER
    return OTHER if mine in (None, "") and theirs not in (None, "") else SURVIVOR


def standing(person: Any, belongings: int) -> tuple[Any, ...]:
    """Who stays by default is who sorts first: not archived, with more belongings, known for longer."""
    return person.archived_at is not None, -belongings, person.created_at, str(person.id)
