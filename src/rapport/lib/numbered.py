"""Pages of a list that is counted, for lists of some thousand rows that people leaf through by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


def start_of(number: int, total: int, limit: int) -> tuple[int, int]:
    """The page that is nearest to the wanted number, and how many rows stand before it."""
    number = max(1, min(number, -(-total // limit)))
    return number, (number - 1) * limit


@dataclass(frozen=True, slots=True)
class NumberedPage(Generic[T]):
    """One page of `total` rows, of which `before` stand before it."""

    rows: Sequence[T]
    total: int
    number: int
    before: int

    @property
    def first(self) -> int:
        """The place of the first row, from 1; 0 for no rows."""
        return self.before + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.before + len(self.rows) if self.rows else 0

    @property
    def has_next(self) -> bool:
        return self.before + len(self.rows) < self.total
