"""One rate with an interval that stays true however often somebody looks at it.

The bets of `confidence.py`, whose outcomes lie between -1 and 1, hold for outcomes of 0 and 1 as well: their mean is the rate.
"""

from rapport.outreach.experiments.confidence import Comparison
from rapport.outreach.experiments.verdicts import LEVEL


def rate_interval(ones: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a rate, of `ones` among `n`; (0, 1) for nobody."""
    evidence = Comparison(level)
    if ones:
        evidence.table = {1.0: ones}
        evidence.total = evidence.squares = float(ones)
    evidence.look(n)
    return max(0.0, evidence.lower), min(1.0, evidence.upper)
