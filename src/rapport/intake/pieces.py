"""Pieces of text as they stand on a page. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters that stand together. The origin is the page's upper left corner, `top` < `bottom`, all in points.

    `boxes` holds left, top, right, bottom of each character of `text`; empty unless they were asked for.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    size: float = 10.0
    bold: tuple[tuple[int, int], ...] = ()
    is_upright: bool = True
    page: int = 1
    boxes: tuple[tuple[float, float, float, float], ...] = ()

    @property
    def level(self) -> float:
        """Where it stands from the top: the baseline, for text turned on its side the upper end."""
        return self.baseline if self.is_upright else self.top


Row = list[Piece]
