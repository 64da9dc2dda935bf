"""Deciding about suggestions, and storing what linkage found."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.candidates.models import Candidate
from rapport.hygiene import queries
from rapport.hygiene.activities import NOT_THE_SAME
from rapport.hygiene.models import Suggestion
from rapport.hygiene.permissions import MERGE
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.ids import new_id

STORE = """
INSERT INTO hygiene_suggestion (id, first_id, second_id, state, bits, is_sure, reasons, found_at)
SELECT v.id, v.first, v.second, 'open', v.bits, v.sure, ARRAY(SELECT jsonb_array_elements_text(v.reasons::jsonb)), %(now)s
FROM unnest(%(ids)s::uuid[], %(firsts)s::uuid[], %(seconds)s::uuid[], %(bits)s::float8[], %(sure)s::bool[], %(reasons)s::text[])
  AS v(id, first, second, bits, sure, reasons)
JOIN candidates_candidate a ON a.id = v.first AND a.merged_into_id IS NULL
JOIN candidates_candidate b ON b.id = v.second AND b.merged_into_id IS NULL
ON CONFLICT (first_id, second_id) DO UPDATE
SET bits = excluded.bits, is_sure = excluded.is_sure, reasons = excluded.reasons
WHERE hygiene_suggestion.state = 'open'
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Two candidates whom linkage holds for one."""

    first_id: UUID
    second_id: UUID
    bits: float
    is_sure: bool
    reasons: list[str]


@transaction.atomic
def store_found(found: Iterable[Found], *, about: Iterable[UUID] | None = None) -> None:
    """Store suggestions; what was decided ("not the same", merged) stays decided.

    Open ones about the candidates `about` that were not found again are taken back.
    """
    import json

    rows = list(found)
    pairs = [tuple(sorted((row.first_id, row.second_id))) for row in rows]
    if about is not None:
        stale = Suggestion.objects.filter(state=Suggestion.State.OPEN)
        ids = list(about)
        for suggestion in [*stale.filter(first_id__in=ids), *stale.filter(second_id__in=ids)]:
            if (suggestion.first_id, suggestion.second_id) not in pairs:
                suggestion.delete()
    if not rows:
        return
    values: dict[str, Any] = {
        "ids": [new_id() for _ in rows], "firsts": [pair[0] for pair in pairs], "seconds": [pair[1] for pair in pairs],
        "bits": [row.bits for row in rows], "sure": [row.is_sure for row in rows],
        "reasons": [json.dumps(row.reasons) for row in rows], "now": clock.now(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)


@transaction.atomic
def dismiss_suggestion(*, actor: Actor, suggestion_id: UUID) -> Suggestion:
    """Remember for good that two people are not the same; doing it twice does nothing. Records candidate.told_apart."""
    require(actor, MERGE)
    suggestion = queries.get_suggestion(actor, suggestion_id)
    moved = Suggestion.objects.filter(id=suggestion.id, state=Suggestion.State.OPEN).update(
        state=Suggestion.State.DISMISSED, decided_at=clock.now(), decided_by_id=actor.id
    )
    if moved:
        people = Candidate.objects.in_bulk([suggestion.first_id, suggestion.second_id])
        first, second = people[suggestion.first_id], people[suggestion.second_id]
        for one, other in ((first, second), (second, first)):
            data = {"other_id": other.id, "other_name": str(other)}
            record(NOT_THE_SAME, actor=actor, subjects=[one], data=data)
    suggestion.refresh_from_db()
    return suggestion


@transaction.atomic
def reopen_suggestion(*, actor: Actor, suggestion_id: UUID) -> Suggestion:
    """Undo of "not the same"."""
    require(actor, MERGE)
    suggestion = queries.get_suggestion(actor, suggestion_id)
    rows = Suggestion.objects.filter(id=suggestion.id, state=Suggestion.State.DISMISSED)
    rows.update(state=Suggestion.State.OPEN, decided_at=None, decided_by=None)
    suggestion.refresh_from_db()
    return suggestion
