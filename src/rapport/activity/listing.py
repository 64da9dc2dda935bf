"""On whose timelines an activity stands: those of its subjects, but for what another of them tells already."""

from collections.abc import Mapping
from functools import lru_cache
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
    return {kind: subjects[kind] for kind in _listed_kinds(tuple(subjects))}


@lru_cache(maxsize=512)
def _listed_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    left_out = UNLISTED_KINDS if NEARER_KINDS.isdisjoint(kinds) else UNLISTED_KINDS | FARTHER_KINDS
    return tuple(kind for kind in kinds if kind not in left_out)
