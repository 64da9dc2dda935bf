"""Moving the enrollments of one candidate to another: a part of a merge, inside the transaction of whoever merges.

Different sequences go on side by side, under the caps of the governor. Of two in one sequence the one that is further
ahead goes on; the other exits as "merged", and what of it had not left the house is not sent.
"""

from uuid import UUID

from rapport.lib import clock
from rapport.lib.journal import Journal
from rapport.outreach.models import Delivery, Enrollment

MOVED = frozenset((Enrollment._meta.label_lower,))


def move_enrollments_of(*, journal: Journal, from_id: UUID, to_id: UUID) -> None:
    """Everything of one candidate to the other; both are locked."""
    rows = Enrollment.objects.select_for_update(of=("self",)).filter(candidate_id__in=[from_id, to_id])
    found = list(rows.order_by("id"))
    active = [row for row in found if row.state == Enrollment.State.ACTIVE]
    own = {row.sequence_id: row for row in active if row.candidate_id == to_id}
    for row in active:
        if row.candidate_id == from_id and row.sequence_id in own:
            ahead = max(own[row.sequence_id], row, key=lambda one: (one.sent_count, one.candidate_id == to_id))
            _exit(journal, row if ahead is own[row.sequence_id] else own[row.sequence_id])
    journal.change([row for row in found if row.candidate_id == from_id], candidate_id=to_id)


def _exit(journal: Journal, row: Enrollment) -> None:
    now = clock.now()
    reason = "The sequence goes on under the same person."
    in_hand = Delivery.objects.select_for_update().filter(id=row.delivery_id) if row.delivery_id else []
    for delivery in in_hand:
        if delivery.state == Delivery.State.PLANNED:
            journal.change([delivery], state=Delivery.State.SKIPPED, reason=reason, finished_at=now)
            journal.change([row], delivery_id=None)
        elif delivery.state == Delivery.State.CLAIMED:
            # A worker holds it: it is given up for good, and a merge that is taken back sends the step anew.
            Delivery.objects.filter(id=delivery.id).update(state=Delivery.State.SKIPPED, reason=reason, finished_at=now)
            Enrollment.objects.filter(id=row.id).update(delivery_id=None)
            row.delivery_id = None
    journal.change(
        [row],
        state=Enrollment.State.EXITED,
        exit_reason="merged",
        exit_note=reason,
        ended_at=now,
        next_due_at=None,
        waits_for="",
    )
