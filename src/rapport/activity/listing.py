"""On whose timelines an activity stands: those of its subjects, but for what another of them tells already."""

from collections.abc import Mapping
from typing import TypeVar

# Kinds without a timeline of their own: what happens to them is told by the candidate or sequence they belong to.
UNLISTED_KINDS = frozenset({"message", "conversation", "enrollment"})
# What happens in a sequence or to a task is told by the candidate and the sequence. The job and the application that it
# is about are named for who may see it: they hear nothing of it, and it costs them no row.
NEARER_KINDS = frozenset({"sequence", "enrollment", "task"})
FARTHER_KINDS = frozenset({"job", "application"})

Id = TypeVar("Id")


def listed(subjects: Mapping[str, Id]) -> dict[str, Id]:
    """Those of the subjects that it is listed under."""
    left_out = UNLISTED_KINDS if NEARER_KINDS.isdisjoint(subjects) else UNLISTED_KINDS | FARTHER_KINDS
    return {kind: key for kind, key in subjects.items() if kind not in left_out}
