"""Moving the applications of one candidate to another: a part of a merge, inside the transaction of whoever merges.

Two applications for one job become one: the one that is further ahead goes on, the other is kept as "merged", which no
list shows. A promise to either holds: of two open ones the earlier.
"""

from uuid import UUID

from rapport.applications.models import Application, Promise
from rapport.lib import clock
from rapport.lib.journal import Journal

MOVED = frozenset((Application._meta.label_lower,))
ORDER = (Application.State.HIRED, Application.State.ACTIVE, Application.State.REJECTED, Application.State.WITHDRAWN)


def move_applications_of(*, journal: Journal, from_id: UUID, to_id: UUID) -> None:
    """Everything of one candidate to the other; both are locked."""
    rows = Application.objects.select_for_update(of=("self",)).filter(candidate_id__in=[from_id, to_id])
    found = list(rows.exclude(state=Application.State.MERGED).select_related("stage").order_by("id"))
    own = {row.job_id: row for row in found if row.candidate_id == to_id}
    for row in found:
        if row.candidate_id == from_id and row.job_id in own:
            _fold(journal, *sorted((own[row.job_id], row), key=_rank))
    theirs = Application.objects.filter(candidate_id=from_id).order_by("id")
    journal.change(theirs, candidate_id=to_id)


def _rank(row: Application) -> tuple:
    return ORDER.index(Application.State(row.state)), -row.stage.position, row.applied_at, row.id


def _fold(journal: Journal, kept: Application, folded: Application) -> None:
    open_promises = {
        row.application_id: row
        for row in Promise.objects.select_for_update().filter(application__in=[kept, folded], state=Promise.State.OPEN)
    }
    ours, theirs = open_promises.get(kept.id), open_promises.get(folded.id)
    now = clock.now()
    if theirs and ours:
        later = max(ours, theirs, key=lambda row: (row.hear_by_on, row.id))
        reason = "The same person was promised an earlier answer."
        journal.change([later], state=Promise.State.RELEASED, closed_at=now, reason=reason)
        theirs = None if later is theirs else theirs
    journal.change([folded], state=Application.State.MERGED, ended_at=now)
    if theirs:
        journal.change([theirs], application_id=kept.id)
