"""Correcting many people at once, so that it can be taken back: what a value was is compared before it is replaced.

A correction names what it replaces and what it puts there; whoever was changed meanwhile is left as they are. Turned
round (`Correction.reversed`), it is its own undo.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from rapport.activity.operations import Happening, record_many
from rapport.candidates import queries
from rapport.candidates.activities import CANDIDATE_UPDATED, CONTACT_POINT_ADDED, CONTACT_POINT_REMOVED
from rapport.candidates.models import Candidate, ContactPoint, Education, Experience
from rapport.candidates.operations.rights import visible
from rapport.candidates.permissions import EDIT
from rapport.lib import clock
from rapport.lib.actors import Actor

# Columns of a candidate that may be corrected, with the types in which they travel.
CORRECTABLE = {
    "full_name": "text", "given_name": "text", "family_name": "text", "title": "text", "organisation": "text", "place": "text",
    "city": "text", "country_code": "text", "latitude": "float8", "longitude": "float8", "time_zone": "text",
    "source_id": "uuid",
}  # fmt: skip
DERIVED = ("given_name", "family_name", "city", "country_code", "latitude", "longitude", "time_zone")
PERIODS: dict[str, tuple[type[models.Model], str]] = {
    "experience": (Experience, "experiences"), "education": (Education, "educations"),
}  # fmt: skip
SET_VALUES = """
UPDATE candidates_candidate c SET {columns}, version = c.version + 1, updated_at = %s
FROM jsonb_to_recordset(%s::jsonb) AS v(id uuid, {types}) WHERE c.id = v.id
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """Columns of one row, by name: what they hold now, and what they are to hold. `row_id` is a candidate's, or that of a row of theirs."""

    candidate_id: UUID
    row_id: UUID
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def reversed(self) -> "Correction":
        return Correction(self.candidate_id, self.row_id, self.after, self.before)

    def fits(self, row: models.Model) -> bool:
        return all(getattr(row, name) == value for name, value in self.before.items())


@transaction.atomic
def correct_candidates(*, actor: Actor, corrections: Sequence[Correction]) -> list[Correction]:
    """Correct fields of candidates in a few statements; returns the corrections that were made.

    Passed over is whoever the actor may not see, or whose fields hold something else by now. Records candidate.updated
    for each, with before and after. Raises NotAllowed without candidates.edit.
    """
    ids = visible(actor, {one.candidate_id for one in corrections}, EDIT)
    rows = Candidate.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id").in_bulk()
    made = [one for one in corrections if one.candidate_id in rows and one.fits(rows[one.candidate_id])]
    together: dict[tuple[str, ...], list[Correction]] = defaultdict(list)
    for one in made:
        if unknown := set(one.after) - set(CORRECTABLE):
            raise ValueError(f"{sorted(unknown)} cannot be corrected")
        together[tuple(sorted(one.after))].append(one)
    for names, group in together.items():
        _set_values(names, group)
    record_many(CANDIDATE_UPDATED, actor=actor, happenings=[_told(one) for one in made])
    return made


def _set_values(names: Sequence[str], corrections: Sequence[Correction]) -> None:
    sql = SET_VALUES.format(
        columns=", ".join(f"{name} = v.{name}" for name in names),
        types=", ".join(f"{name} {CORRECTABLE[name]}" for name in names),
    )
    lines = [{"id": str(one.candidate_id)} | _plain(one.after) for one in corrections]
    with connection.cursor() as cursor:
        cursor.execute(sql, [clock.now(), json.dumps(lines)])


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


def _told(one: Correction) -> Happening:
    """Columns that follow from others are not told, unless they are all there is."""
    names = [name for name in one.after if one.before[name] != one.after[name]]
    shown = [name for name in names if name not in DERIVED]
    if not shown and {"city", "country_code"} & set(names):
        shown = ["city"]
    return Happening(
        {"candidate": one.candidate_id},
        {
            "changed": sorted(name.removesuffix("_id") for name in shown),
            "before": {name: one.before[name] for name in shown},
            "after": {name: one.after[name] for name in shown},
        },
    )


@transaction.atomic
def correct_periods(*, actor: Actor, kind: str, corrections: Sequence[Correction]) -> list[Correction]:
    """Correct dates of jobs ("experience") or schools ("education"); returns the corrections that were made.

    Records candidate.updated for each person, once. Raises NotAllowed without candidates.edit.
    """
    model, changed = PERIODS[kind]
    ids = _lock(actor, {one.candidate_id for one in corrections})
    wanted = [one for one in corrections if one.candidate_id in ids]
    rows: dict[UUID, Any] = model._default_manager.in_bulk([one.row_id for one in wanted])
    made = [
        one
        for one in wanted
        if one.row_id in rows and rows[one.row_id].candidate_id == one.candidate_id and one.fits(rows[one.row_id])
    ]
    for one in made:
        for name, value in one.after.items():
            setattr(rows[one.row_id], name, value)
    names = sorted({name for one in made for name in one.after})
    if made:
        model._default_manager.bulk_update([rows[one.row_id] for one in made], names, batch_size=500)
        Candidate.objects.filter(id__in={one.candidate_id for one in made}).update(
            version=models.F("version") + 1, updated_at=clock.now()
        )
    told = dict.fromkeys(one.candidate_id for one in made)
    happenings = [Happening({"candidate": key}, {"changed": [changed]}) for key in told]
    record_many(CANDIDATE_UPDATED, actor=actor, happenings=happenings)
    return made


@transaction.atomic
def rewrite_contact_points(*, actor: Actor, corrections: Sequence[Correction]) -> list[Correction]:
    """Replace contact points (value, normal, status, status_note) by what was meant; returns the corrections that were made.

    Passed over is what was changed meanwhile, and what would be somebody else's. Records contact_point.removed and
    contact_point.added for each. Raises NotAllowed without candidates.edit.
    """
    ids = _lock(actor, {one.candidate_id for one in corrections})
    wanted = [one for one in corrections if one.candidate_id in ids]
    points = ContactPoint.objects.in_bulk([one.row_id for one in wanted])
    fitting = [one for one in wanted if one.row_id in points and one.fits(points[one.row_id])]
    taken = _taken(points, fitting)
    made = [one for one in fitting if (points[one.row_id].kind, one.after["normal"]) not in taken]
    for one in made:
        point = points[one.row_id]
        for name, value in one.after.items():
            setattr(point, name, value)
        point.status_at = clock.now()
    names = ["value", "normal", "status", "status_note", "status_at"]
    ContactPoint.objects.bulk_update([points[one.row_id] for one in made], names, batch_size=500)
    for verb, side in ((CONTACT_POINT_REMOVED, "before"), (CONTACT_POINT_ADDED, "after")):
        happenings = [
            Happening({"candidate": one.candidate_id}, {"kind": points[one.row_id].kind, "value": getattr(one, side)["value"]})
            for one in made
        ]  # fmt: skip
        record_many(verb, actor=actor, happenings=happenings)
    return made


def _taken(points: Mapping[UUID, ContactPoint], corrections: Sequence[Correction]) -> set[tuple[str, str]]:
    """What would then stand in two rows: somebody has it already, or two corrections come to the same."""
    changing = [one for one in corrections if one.after["normal"] != one.before["normal"]]
    wanted = [(points[one.row_id].kind, one.after["normal"]) for one in changing]
    own = ContactPoint.objects.filter(candidate_id__in=[one.candidate_id for one in changing])
    there = set(own.values_list("kind", "normal")) | set(queries.find_by_contact_points(wanted))
    counts = Counter(wanted)
    return {key for key in wanted if key in there or counts[key] > 1}


def _lock(actor: Actor, candidate_ids: Collection[UUID]) -> set[UUID]:
    ids = visible(actor, candidate_ids, EDIT)
    rows = Candidate.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id")
    return set(rows.values_list("id", flat=True))
