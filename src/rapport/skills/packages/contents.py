"""What a package gives: skills, occupations, and words for titles and addresses. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapport.skills.esco import Concept


@dataclass(slots=True)
class Contents:
    """`skipped` counts what was left out by the reason; `words` are lists by their kind, for kept.py."""

    concepts: Sequence[Concept] = ()
    occupations: Sequence[tuple[str, str]] = ()  # address and name
    words: dict[str, list[str]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
