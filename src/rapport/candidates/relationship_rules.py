"""How close we are with a candidate: what counts, for how much, and how it fades. Pure.

Only contact both sides take part in counts. Mail to many tells how busy we were, not how close anybody is, and a link
that a mail filter opened tells nothing.

| sign     | what happened                                                       | points |
|----------|---------------------------------------------------------------------|--------|
| wrote    | they wrote to us, themselves                                        |     10 |
| answered | we wrote to them alone, within half a year after they had written   |      4 |
| clicked  | they followed a link in our mail, and no program did                |      3 |

A kind of sign counts once a day. Points halve every 90 days, so the strength at a moment is the sum of
points * 2^(-age / 90 days). Two people are in the same order at every later moment as long as nothing happens: what is
stored is the logarithm of the sum as of `ZERO`, which needs no update while time goes by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

HALF_LIFE = timedelta(days=90)
ANSWER_WITHIN = timedelta(days=182)
ZERO = datetime(2020, 1, 1, tzinfo=UTC)
POINTS = {"wrote": 10, "answered": 4, "clicked": 3}
SENTENCES = {"wrote": "They wrote to us", "answered": "We answered them", "clicked": "They followed a link in our mail"}

# Of which verbs signs come; the statement that counts them says the same (operations/relationships.py).
VERBS = {"message.received": "wrote", "message.sent": "answered", "message.clicked": "clicked"}

# From how many points on a relationship is called so, the closest first.
WARM = 8.0
COOL = 2.0
LEVELS = ((25.0, "Close"), (WARM, "Warm"), (COOL, "Cool"))
FADED = "Faded"
RECENT = timedelta(days=30)
WARMING_SHARE = 0.5
SILENT = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that counted, with what it is still worth."""

    kind: str
    at: datetime
    points: float

    @property
    def sentence(self) -> str:
        return SENTENCES[self.kind]


def sign_of(verb: str, data: Mapping[str, Any]) -> str:
    """The kind of sign that an activity may be; "" for what never counts."""
    counts = {
        "message.received": data.get("kind") == "reply",
        "message.sent": not data.get("is_bulk"),
        "message.clicked": data.get("verdict") == "human",
    }
    return VERBS[verb] if counts.get(verb) else ""


def half_lives(moment: datetime) -> float:
    """How many half-lives have passed since ZERO."""
    return (moment - ZERO) / HALF_LIFE


def worth(kind: str, at: datetime, now: datetime) -> float:
    """The points that a sign is still worth; one of the future counts in full."""
    return float(POINTS[kind] * 2.0 ** -max(0.0, (now - at) / HALF_LIFE))


def strength_at(log2_points: float, now: datetime) -> float:
    """The strength at a moment of a sum that is stored as a logarithm."""
    return float(2.0 ** (log2_points - half_lives(now)))


def level_of(strength: float) -> str:
    """The word for a strength."""
    return next((word for least, word in LEVELS if strength >= least), FADED)
