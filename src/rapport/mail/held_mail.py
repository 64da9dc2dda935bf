"""Mail that waits because of a domain's limit. Apps above hold it; they tell how much by `add_counter`, so that mail need not
know them. The sentence with which it is held names the domain, and is what it is found by.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

START = "Mail for "
Counting = Callable[[datetime], Mapping[str, int]]
_counters: list[Counting] = []


def words_for(domain: str, why: str) -> str:
    """The sentence that says why mail for a domain waits."""
    return f"{START}{domain} waits: {why}."


def add_counter(counter: Counting) -> None:
    """Let an app say how many of its mails wait now, by domain."""
    if counter not in _counters:
        _counters.append(counter)


def count(now: datetime) -> Counter[str]:
    """How many mails wait now, by domain."""
    found: Counter[str] = Counter()
    for counter in _counters:
        found.update(counter(now))
    return found
