"""Which state of a job may follow which, and which moments each change sets."""

from rapport.lib.errors import Conflict

FOLLOWS = {
    "draft": ("open", "closed"),
    "open": ("paused", "closed"),
    "paused": ("open", "closed"),
    "closed": ("open",),
}
WORDS = {"draft": "a draft", "open": "open", "paused": "paused", "closed": "closed"}


def check_change(title: str, before: str, after: str) -> None:
    """Raise Conflict when a job in state `before` cannot become `after`."""
    if after not in FOLLOWS[before]:
        raise Conflict(f"{title} is {WORDS[before]}; it cannot become {WORDS[after]} from there.")


def possible(state: str) -> tuple[str, ...]:
    """The states that may follow."""
    return FOLLOWS[state]
