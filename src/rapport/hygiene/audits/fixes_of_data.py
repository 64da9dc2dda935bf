"""Fixes that correct what is stored about people: from what is known already, or into the standard form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rapport.candidates import contact_rules, operations
from rapport.candidates.contact_rules import NotAContact
from rapport.candidates.models import Candidate, ContactPoint, Education, Experience
from rapport.candidates.name_rules import read_name
from rapport.candidates.operations import Correction
from rapport.candidates.permissions import visible_to
from rapport.candidates.queries import names_of
from rapport.hygiene.audits.fixes_of_people import people
from rapport.hygiene.audits.people_sql import MISSPELT
from rapport.hygiene.audits.registry import Change, Done, Fix
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.places import find_place

CANDIDATE, CONTACT, EXPERIENCE, EDUCATION = "candidate", "contact", "experience", "education"
LABELS = {
    "full_name": "Name", "title": "Title", "organisation": "Organisation", "place": "Place", "city": "City", "normal": "Address",
    "start_on": "Start", "end_on": "End", "is_current": "Present job", "source_id": "Source",
}  # fmt: skip
NOTHING = "There is nothing to go by; look at the profile."
Corrections = dict[str, list[Correction]]
Read = Callable[[Actor, Sequence[UUID]], Corrections]
MAKE: dict[str, Callable[..., list[Correction]]] = {
    CANDIDATE: operations.correct_candidates,
    CONTACT: operations.rewrite_contact_points,
    EXPERIENCE: lambda **given: operations.correct_periods(kind=EXPERIENCE, **given),
    EDUCATION: lambda **given: operations.correct_periods(kind=EDUCATION, **given),
}


def correcting_fix(key: str, label: str, sentence: str, read: Read, done: str) -> Fix:
    """A fix that makes the corrections that `read` finds; its undo makes them the other way round."""

    def plan(actor: Actor, ids: Sequence[UUID], value: str) -> list[Change]:
        return changes_of(actor, ids, read(actor, ids))

    def apply(actor: Actor, ids: Sequence[UUID], value: str) -> Done:
        return make(actor, read(actor, ids), done)

    return Fix(key, label, sentence, plan, apply, take_back)


def changes_of(actor: Actor, ids: Sequence[UUID], corrections: Corrections) -> list[Change]:
    """Corrections as lines of a preview; last come those for whom there is none."""
    names = names_of(actor, ids)
    every = [one for group in corrections.values() for one in group]
    found = [Change(one.candidate_id, names.get(one.candidate_id, ""), *_in_words(one)) for one in every]
    settled = {one.candidate_id for one in every}
    left = [Change(key, names[key], "", NOTHING, is_refused=True) for key in ids if key in names and key not in settled]
    return [*found, *left]


def make(actor: Actor, corrections: Corrections, done: str) -> Done:
    """Make corrections of each kind; `done` is said of the people."""
    made = {kind: MAKE[kind](actor=actor, corrections=group) for kind, group in corrections.items() if group}
    ids = list(dict.fromkeys(one.candidate_id for group in made.values() for one in group))
    return Done(ids, f"{people(len(ids))} {done}", {"made": made, "ids": ids})


def take_back(actor: Actor, undo: Mapping[str, Any], done_at: datetime) -> Sequence[UUID]:
    """Those for whom everything went back: of somebody who was changed since, what still fits goes back."""
    left: set[UUID] = set()
    for kind, group in undo["made"].items():
        back = MAKE[kind](actor=actor, corrections=[one.reversed for one in group])
        left |= {one.candidate_id for one in group} - {one.candidate_id for one in back}
    return [key for key in undo["ids"] if key not in left]


def _in_words(one: Correction) -> tuple[str, str]:
    names = [name for name in LABELS if name in one.after and one.before[name] != one.after[name]]
    sides = (", ".join(f"{LABELS[name]}: {_word(side[name])}" for name in names) for side in (one.before, one.after))
    before, after = sides
    return before, after


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in (None, "") else "–"


def _people(actor: Actor, ids: Sequence[UUID]) -> list[Candidate]:
    return list(Candidate.objects.filter(visible_to(actor), id__in=list(ids)).order_by("-id"))


def _only_differing(candidate_id: UUID, row_id: UUID, row: Any, after: Mapping[str, Any]) -> Iterator[Correction]:
    differing = {name: value for name, value in after.items() if getattr(row, name) != value}
    if differing:
        yield Correction(candidate_id, row_id, {name: getattr(row, name) for name in differing}, differing)


def read_careers(actor: Actor, ids: Sequence[UUID]) -> Corrections:
    """Title and organisation of those who lack a title, from the job they have, else the one they had last."""
    latest: dict[UUID, Experience] = {}
    for job in Experience.objects.filter(candidate_id__in=list(ids)).exclude(title=""):
        latest.setdefault(job.candidate_id, job)  # the model's order is: present jobs first, then the latest
    found: list[Correction] = []
    for person in _people(actor, ids):
        last = latest.get(person.id)
        if last and not person.title:
            after = {"title": last.title, "organisation": person.organisation or last.organisation}
            found += _only_differing(person.id, person.id, person, after)
    return {CANDIDATE: found}


def read_standard_forms(actor: Actor, ids: Sequence[UUID]) -> Corrections:
    """Names in one case with capitals, places that are known by now, addresses as they were meant."""
    found: list[Correction] = []
    persons = _people(actor, ids)
    for person in persons:
        found += _only_differing(person.id, person.id, person, {**_name(person), **_place(person)})
    contacts: list[Correction] = []
    points = ContactPoint.objects.filter(candidate__in=persons).exclude(status=ContactPoint.Status.OUTDATED)
    for point in points.select_related("candidate"):
        after = _contact(point)
        if after:
            before = {name: getattr(point, name) for name in after}
            contacts.append(Correction(point.candidate_id, point.id, before, after))
    return {CANDIDATE: found, CONTACT: contacts}


def _name(person: Candidate) -> dict[str, Any]:
    upper, lower = person.full_name.upper(), person.full_name.lower()
    if upper == lower or person.full_name not in (upper, lower):
        return {}
    name = read_name(person.full_name)
    return {"full_name": name.full, "given_name": name.given, "family_name": name.family}


def _place(person: Candidate) -> dict[str, Any]:
    place = find_place(person.place) if person.place and not person.city and not person.country_code else None
    if place is None:
        return {}
    return {
        "city": place.city, "country_code": place.country_code, "latitude": place.latitude, "longitude": place.longitude,
        "time_zone": place.time_zone,
    }  # fmt: skip


def _contact(point: ContactPoint) -> dict[str, Any]:
    """What a contact point is to hold: read anew from what was entered, with a misspelt provider spelt right."""
    value = point.value
    domain = value.rpartition("@")[2].strip().lower()
    if point.kind == "email" and domain in MISSPELT:
        value = value[: -len(value.rpartition("@")[2])] + MISSPELT[domain]
    try:
        contact = contact_rules.read_contact(point.kind, value, point.candidate.country_code)
    except NotAContact:
        return {}
    if contact.normal == point.normal:
        return {}
    return {
        "value": contact.value,
        "normal": contact.normal,
        "status": ContactPoint.Status.UNVERIFIED,
        "status_note": "",
    }


def read_dates(actor: Actor, ids: Sequence[UUID]) -> Corrections:
    """Start and end that are the wrong way round change places; a present job that has ended is none any more."""
    visible = [person.id for person in _people(actor, ids)]
    today = clock.today()
    jobs: list[Correction] = []
    for job in Experience.objects.filter(candidate_id__in=visible):
        jobs += _only_differing(job.candidate_id, job.id, job, {**_turned(job), **_ended(job, today)})
    schools: list[Correction] = []
    for school in Education.objects.filter(candidate_id__in=visible):
        schools += _only_differing(school.candidate_id, school.id, school, _turned(school))
    return {EXPERIENCE: jobs, EDUCATION: schools}


def _turned(row: Experience | Education) -> dict[str, Any]:
    if row.start_on and row.end_on and row.end_on < row.start_on:
        return {"start_on": row.end_on, "end_on": row.start_on}
    return {}


def _ended(job: Experience, today: date) -> dict[str, Any]:
    end = max(job.end_on, job.start_on) if job.end_on and job.start_on else job.end_on
    return {"is_current": False} if job.is_current and end and end < today else {}


FILL_IN = correcting_fix(
    "fill", "Fill in titles", "Who lacks a title gets that of the job they have, or had last.", read_careers, "filled in",
)  # fmt: skip
STANDARD_FORM = correcting_fix(
    "standard", "Write in standard form",
    "Names in capitals get small letters, places are looked up again, misspelt mail providers are spelt right.",
    read_standard_forms, "put into standard form",
)  # fmt: skip
CORRECT_DATES = correcting_fix(
    "dates", "Put dates right",
    "Where the end lies before the start, the two change places. A present job with an end in the past becomes a past one.",
    read_dates, "put right",
)  # fmt: skip
