"""Looking for duplicates of whoever is new or changed, by following the record."""

from functools import cache

from rapport.activity.models import Activity
from rapport.activity.operations import follow_with
from rapport.candidates.queries import any_candidate, resolve_merged
from rapport.hygiene.models import AuditRun, LinkageRun
from rapport.hygiene.operations import ask_for_audit, ask_for_linkage, look_again
from rapport.lib.actors import SYSTEM

FOLLOWER = "hygiene.look_again"
READ = 1000  # activities in one step, each of which may be another person
AT_ONCE = 200
# What changes how somebody compares with others.
CHANGES = frozenset(
    (
        "candidate.created", "candidate.attached", "candidate.updated", "candidate.detached", "candidate.merged",
        "candidate.unmerged", "candidate.back", "contact_point.added", "contact_point.removed", "document.added",
    )
)  # fmt: skip


@cache
def begin() -> None:
    """A pool that was never looked through or audited is, once, when a worker starts."""
    if not any_candidate(SYSTEM):
        return
    if not LinkageRun.objects.exists():
        ask_for_linkage(actor=SYSTEM)
    if not AuditRun.objects.exists():
        ask_for_audit(actor=SYSTEM)


def follow_changes() -> int:
    """One step of the loop: look at those whom the next activities concern; returns how many activities were read."""
    begin()
    return follow_with(name=FOLLOWER, limit=READ, handle=_look)


def _look(activities: list[Activity]) -> None:
    changed = (activity.find_subject_id("candidate") for activity in activities if activity.verb in CHANGES)
    ids = list(dict.fromkeys(resolve_merged(key for key in changed if key).values()))
    for start in range(0, len(ids), AT_ONCE):
        look_again(candidate_ids=ids[start : start + AT_ONCE])
