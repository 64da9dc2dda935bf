"""Ending the comparison of a step's variants, and taking that back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, NotFound
from rapport.lib.ids import first_id_at
from rapport.outreach import queries
from rapport.outreach.activities import VARIANT_CHOSEN, VARIANTS_BROUGHT_BACK
from rapport.outreach.models import Delivery, Sequence, Step, StepVersion, Variant
from rapport.outreach.subjects import subjects_of_sequence
from rapport.outreach.variants import MOST_VARIANTS


@transaction.atomic
def choose_winner(*, actor: Actor, sequence_id: UUID, step_id: UUID, letter: str) -> list[str]:
    """Give one variant to everybody who has not got the step yet; returns the letters that are retired by it.

    Who got another one goes on in the same thread. Records variant.chosen; twice is harmless. Raises NotFound, Conflict
    for a variant that is not given any more.
    """
    sequence, step = _lock(actor, sequence_id, step_id)
    given = {row.letter: row for row in Variant.objects.filter(step=step, retired_at=None)}
    if letter not in given:
        raise Conflict(f"Variant {letter[:1]} is not given to anybody any more. Reload the page to see how it is now.")
    others = sorted(given.keys() - {letter})
    if not others:
        return []
    now = clock.now()
    Variant.objects.filter(step=step, letter__in=others).update(retired_at=now)
    _touch(sequence, now)
    data = {"name": sequence.name, "step": step.position, "letter": letter}
    record(VARIANT_CHOSEN, actor=actor, subjects=subjects_of_sequence(sequence), data=data)
    return others


@transaction.atomic
def bring_back_variants(*, actor: Actor, sequence_id: UUID, step_id: UUID, letters: Collection[str]) -> list[str]:
    """Give retired variants again; returns the letters that were retired. Twice is harmless.

    Where nobody got the step meanwhile the comparison goes on as if they had not been gone, else counting begins anew.
    Records variant.brought_back. Raises NotFound, Conflict when there would be too many, or it is no mail any more.
    """
    sequence, step = _lock(actor, sequence_id, step_id)
    rows = list(Variant.objects.filter(step=step, letter__in=list(letters), retired_at__isnull=False))
    if not rows:
        return []
    if step.kind not in Step.MAILS:
        raise Conflict(f"This step is a {step.get_kind_display().lower()} now: only mails have variants.")
    if Variant.objects.filter(step=step, retired_at=None).count() + len(rows) > MOST_VARIANTS:
        raise Conflict(f"A step has {MOST_VARIANTS} variants at most. Take one out first.")
    now = clock.now()
    since = min(row.retired_at for row in rows if row.retired_at)
    was_reworded = StepVersion.objects.filter(step=step, created_at__gte=since).exists()
    if was_reworded or Delivery.objects.filter(id__gte=first_id_at(since), step=step).exists():
        step.compared_since = now
        step.save(update_fields=["compared_since"])
    Variant.objects.filter(id__in=[row.id for row in rows]).update(retired_at=None)
    _touch(sequence, now)
    found = sorted(row.letter for row in rows)
    data = {"name": sequence.name, "step": step.position, "letters": ", ".join(found)}
    record(VARIANTS_BROUGHT_BACK, actor=actor, subjects=subjects_of_sequence(sequence), data=data)
    return found


def _lock(actor: Actor, sequence_id: UUID, step_id: UUID) -> tuple[Sequence, Step]:
    sequence = queries.lock_sequence(actor, sequence_id)
    step = Step.objects.filter(id=step_id, sequence=sequence, retired_at=None).first()
    if step is None:
        raise NotFound("There is no such step in this sequence.")
    return sequence, step


def _touch(sequence: Sequence, now: datetime) -> None:
    """Who is editing the sequence at this moment is told before saving."""
    sequence.updated_at = now
    sequence.save(update_fields=["updated_at"])
