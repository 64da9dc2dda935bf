"""Taking what is due: the governor is asked, texts are written, and rows of the ledger say that this worker has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from rapport.lib import clock
from rapport.mail.buckets import Level
from rapport.mail.models import Mailbox
from rapport.mail.operations.pacing import lock_bucket, take
from rapport.mail.queries.pacing import find_level, room_in
from rapport.outreach import ledger
from rapport.outreach.ending import end_many
from rapport.outreach.going_on import go_on, leave_gone
from rapport.outreach.holding import hold_back
from rapport.outreach.ledger import DueRow, NewDelivery
from rapport.outreach.models import Delivery, Passage, Step
from rapport.outreach.parcels import Parcel, write_parcel
from rapport.outreach.plans import Plan
from rapport.outreach.sorting import sort_due
from rapport.outreach.step_tasks import add_tasks

FAILING_REST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claimed:
    """`handled` counts enrollments looked at: also those that were put off or ended."""

    parcels: list[Parcel]
    handled: int


NOTHING = Claimed([], 0)


def room_of(mailbox: Mailbox, now: datetime, level: Level | None = None) -> tuple[int, str]:
    """How many messages the mailbox may send now, and why no more. A failing one is tried with a single message.

    `level` is what its bucket holds, where that is locked.
    """
    if mailbox.why_it_rests:
        return 0, mailbox.why_it_rests
    room, why = room_in(level or find_level(mailbox.id), mailbox, now)
    if mailbox.state == Mailbox.State.FAILING:
        if mailbox.last_error_at and mailbox.last_error_at + FAILING_REST > now:
            return 0, mailbox.last_error
        return min(room, 1), mailbox.last_error
    return room, why


def claim_due(plan: Plan, *, lease: int, limit: int) -> Claimed:
    """Take up to `limit` due enrollments of one sequence in one transaction; the others are put off or ended.

    Texts are written after it: other workers wait for the lock on claims.
    """
    now = clock.now()
    with transaction.atomic():
        ledger.go_by_keys()
        ledger.lock_claims()
        if not ledger.hold_lease(lease):  # whoever took it over has been through, and would not see these rows
            return NOTHING
        bucket = lock_bucket(plan.mailbox.id)
        room, _ = room_of(plan.mailbox, now, bucket.level)
        rows = ledger.lock_due(plan.sequence.id, now, min(room, limit)) if room > 0 else []
        claimed = Claimed(_take(plan, rows, lease, now), len(rows)) if rows else NOTHING
        take(bucket, plan.mailbox, len(claimed.parcels), now)
    for parcel in claimed.parcels:
        write_parcel(parcel, now)
    return claimed


def _take(plan: Plan, rows: Sequence[DueRow], lease: int, now: datetime) -> list[Parcel]:
    """Let everybody go the way that they are sorted into; returns what is to be sent."""
    due = sort_due(plan, rows, now)
    hold_back(plan, due, rows, now)
    ledger.postpone(due.later)
    go_on(plan, due.passed_over, now, Passage.How.OVER)
    go_on(plan, due.waited, now, Passage.How.WAIT)
    leave_gone(plan, due.gone, now)
    end_many(plan.sequence, due.ended, now)
    add_tasks(plan, due.tasks, due.known, now)
    return _write(plan, due.go, lease, now)


def _write(plan: Plan, parcels: Sequence[Parcel], lease: int, now: datetime) -> list[Parcel]:
    """Put the parcels into the ledger; those that wait for approval stay there, the others are returned."""
    known = [parcel for parcel in parcels if parcel.is_approved]
    fresh = [parcel for parcel in parcels if not parcel.is_approved]
    automatic = [parcel for parcel in fresh if parcel.step.kind == Step.Kind.AUTO]
    planned = [parcel for parcel in fresh if parcel.step.kind == Step.Kind.APPROVAL]
    mailbox_id = plan.mailbox.id
    won = ledger.claim_approved(
        [(parcel.enrollment_id, parcel.delivery_id) for parcel in known],
        [parcel.known.address for parcel in known], [parcel.step.version.id for parcel in known],
        [parcel.step.letter for parcel in known], lease=lease, now=now,
    )  # fmt: skip
    won |= ledger.claim(
        [_row(parcel) for parcel in automatic],
        mailbox_id=mailbox_id,
        lease=lease,
        state=Delivery.State.CLAIMED,
        now=now,
    )
    ledger.claim(
        [_row(parcel) for parcel in planned], mailbox_id=mailbox_id, lease=None, state=Delivery.State.PLANNED, now=now
    )
    return [parcel for parcel in parcels if parcel.delivery_id in won]


def _row(parcel: Parcel) -> NewDelivery:
    return NewDelivery(
        parcel.delivery_id, parcel.enrollment_id, parcel.step.id, parcel.step.version.id, parcel.tries + 1,
        parcel.message_id, parcel.known.address, parcel.step.letter,
    )  # fmt: skip
