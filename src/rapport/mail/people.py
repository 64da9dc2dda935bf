"""Whose address is this? Apps above know the people; they tell by `add_finder`, so that mail need not know them."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

Finder = Callable[[str], Mapping[str, UUID]]
Follower = Callable[[Sequence[Mapping[str, UUID]]], Sequence[Mapping[str, UUID]]]
_finders: list[Finder] = []
_followers: list[Follower] = []


def add_finder(finder: Finder) -> None:
    """Let an app say which subjects an address in normal form belongs to, such as {"candidate": id}; {} for nobody's."""
    if finder not in _finders:
        _finders.append(finder)


def add_follower(follower: Follower) -> None:
    """Let an app say who the stored subjects of several messages are by now, for those that have become part of others."""
    if follower not in _followers:
        _followers.append(follower)


def who_now(subjects: Sequence[Mapping[str, UUID]]) -> Sequence[Mapping[str, UUID]]:
    """Stored subjects of several messages as they are called now, in their order."""
    for follower in _followers:
        subjects = follower(subjects)
    return subjects


def find_subjects(address: str) -> dict[str, UUID]:
    """The subjects that an address belongs to; empty for a stranger's."""
    found: dict[str, UUID] = {}
    for finder in _finders if address else ():
        found |= finder(address)
    return found
