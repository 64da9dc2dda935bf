"""What higher apps teach this one: the names and pages of their subjects, who watches them, and who may not know.

This app knows ids and kinds; a candidate's name, a job's page or the members of a hiring team are not its business.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapport.activity.models import Activity


@dataclass(frozen=True, slots=True)
class Label:
    """How a subject is called, and the address of its page."""

    text: str
    url: str


Labels = Callable[[Collection[UUID]], Mapping[UUID, Label]]
Watchers = Callable[[Sequence[Activity]], Mapping[UUID, set[UUID]]]
Screen = Callable[[Sequence[Activity], Collection[UUID]], set[tuple[UUID, UUID]]]

_labels: dict[str, Labels] = {}
_watchers: list[Watchers] = []
_screens: list[Screen] = []


def name_subjects(kind: str, labels: Labels) -> None:
    """Teach how subjects of a kind are called; the first kind taught leads the text of a notice."""
    _labels[kind] = labels


def add_watchers(watchers: Watchers) -> None:
    """Teach who hears of an activity without following: {activity id: user ids}, such as a candidate's owner."""
    _watchers.append(watchers)


def add_screen(screen: Screen) -> None:
    """Teach what must be kept from whom: for activities and users, the pairs (activity id, user id) to leave out."""
    _screens.append(screen)


def find_labels(activities: Sequence[Activity]) -> dict[UUID, Label]:
    """For each activity the label of its leading subject; one statement for each kind."""
    found: dict[UUID, Label] = {}
    for kind, labels in _labels.items():
        wanted = {a.id: a.find_subject_id(kind) for a in activities if a.id not in found and kind in a.subjects}
        known = labels({key for key in wanted.values() if key}) if wanted else {}
        found |= {activity_id: known[key] for activity_id, key in wanted.items() if key and key in known}
    return found


def find_watchers(activities: Sequence[Activity]) -> dict[UUID, set[UUID]]:
    watching: dict[UUID, set[UUID]] = {}
    for watchers in _watchers:
        for activity_id, user_ids in watchers(activities).items():
            watching.setdefault(activity_id, set()).update(user_ids)
    return watching


def find_screened(activities: Sequence[Activity], user_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    return set().union(*(screen(activities, user_ids) for screen in _screens)) if _screens else set()
