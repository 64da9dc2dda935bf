"""Making a normal form settle: what is normal already stays as it is. Pure."""

from collections.abc import Callable

MOST_STEPS = 12


def settle(step: Callable[[str], str], text: str) -> str:
    """What a text becomes when a step is taken over and over until nothing changes.

    Where steps go round in a circle, its first member by the alphabet is meant, wherever one came in: so what comes out
    settles to itself.
    """
    seen: list[str] = []
    while text not in seen and len(seen) < MOST_STEPS:
        seen.append(text)
        text = step(text)
    return min(seen[seen.index(text) :]) if text in seen else text
