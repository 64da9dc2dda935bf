"""Reading how close we are with candidates: of one with its reasons, and lists of those to write to."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Power

from rapport.accounts.capabilities import require
from rapport.activity.hiding import hidden_from
from rapport.activity.queries import list_happened
from rapport.candidates import relationship_rules as rules
from rapport.candidates.models import Candidate, Signal
from rapport.candidates.permissions import VIEW, visible_to
from rapport.candidates.queries import COUNT_CAP, CandidateRow, list_by_ids
from rapport.candidates.relationship_rules import Sign
from rapport.lib import clock
from rapport.lib.actors import Actor

PAGE = 50
SIGNS_SHOWN = 6
# What the signs of the last days are worth at a moment.
RECENT = """(
SELECT coalesce(sum(p.points * power(2.0, extract(epoch FROM s.at - %s)::float8 / %s)), 0)
FROM candidates_signal s JOIN unnest(%s::text[], %s::int[]) AS p(kind, points) ON p.kind = s.kind
WHERE s.candidate_id = candidates_candidate.id AND s.at >= %s)"""


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close we are with one candidate now; `signs` are the latest of `count`, each with what it is still worth."""

    strength: float
    signs: list[Sign]
    count: int

    @property
    def level(self) -> str:
        return rules.level_of(self.strength)

    @property
    def older(self) -> int:
        """How many more there are."""
        return self.count - len(self.signs)


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """A row of a list: the candidate, how close we are now, and when something last counted."""

    row: CandidateRow
    strength: float
    last_signal_at: datetime

    @property
    def level(self) -> str:
        return rules.level_of(self.strength)


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page, by what the lists are ordered by."""

    log2_points: float
    id: UUID


@dataclass(frozen=True, slots=True)
class RelationshipPage:
    """`total` stops at COUNT_CAP; `next_after` asks for the rows that follow, None where there are none."""

    rows: Sequence[RelationshipRow]
    total: int
    next_after: Place | None


def find_closeness(actor: Actor, candidate_id: UUID, now: datetime | None = None) -> Closeness | None:
    """Of a candidate whom the actor was found to see; None where nothing has ever counted. One statement, and
    a second where something is hidden from the actor.

    Signs that come of nothing but mail that the actor may not read do not count here.
    """
    now = now or clock.now()
    signals = list(Signal.objects.filter(candidate_id=candidate_id).order_by("-at"))
    if signals and hidden_from(actor) is not None:
        happened = list_happened(actor, candidate_id, list(rules.VERBS))
        seen = {(rules.sign_of(row.verb, row.data), row.occurred_at.astimezone(UTC).date()) for row in happened}
        signals = [row for row in signals if (row.kind, row.day) in seen]
    signs = [Sign(row.kind, row.at, rules.worth(row.kind, row.at, now)) for row in signals]
    return Closeness(sum(sign.points for sign in signs), signs[:SIGNS_SHOWN], len(signs)) if signs else None


def list_relationships(actor: Actor, view: str, *, after: Place | None = None) -> RelationshipPage:
    """One page of candidates, the closest first. Views: close; warming, who came closer lately; cold, who was close and is silent.

    Raises KeyError for another view.
    """
    require(actor, VIEW)
    now = clock.now()
    people = Candidate.objects.filter(visible_to(actor), archived_at=None)
    found = VIEWS[view](people, now)
    total = len(found.order_by().values_list("id")[:COUNT_CAP])
    if after:
        tied = Q(relationship__log2_points__lt=after.log2_points) | Q(id__lt=after.id)
        found = found.filter(tied, relationship__log2_points__lte=after.log2_points)
    chosen = list(
        found.order_by("-relationship__log2_points", "-id").values_list(
            "id", "relationship__log2_points", "relationship__last_signal_at"
        )[: PAGE + 1]
    )
    shown = chosen[:PAGE]
    rows = {row.id: row for row in list_by_ids(actor, [key for key, _, _ in shown])}
    page = [
        RelationshipRow(rows[key], rules.strength_at(points, now), last) for key, points, last in shown if key in rows
    ]
    return RelationshipPage(page, total, Place(shown[-1][1], shown[-1][0]) if len(chosen) > PAGE else None)


def _from(strength: float, now: datetime) -> float:
    """What is stored for a strength at this moment."""
    return math.log2(strength) + rules.half_lives(now)


def _close(people: QuerySet[Candidate], now: datetime) -> QuerySet[Candidate]:
    return people.filter(relationship__log2_points__gte=_from(rules.COOL, now))


def _warming(people: QuerySet[Candidate], now: datetime) -> QuerySet[Candidate]:
    """At least half of what is there now came within the last month."""
    since = now - rules.RECENT
    parameters = [now, rules.HALF_LIFE.total_seconds(), list(rules.POINTS), list(rules.POINTS.values()), since]
    strong = people.filter(
        relationship__log2_points__gte=_from(rules.WARM, now), relationship__last_signal_at__gte=since
    )
    # The share is asked for of those alone who pass the first two conditions.
    recent = RawSQL(RECENT, parameters)  # noqa: S611 - a constant
    half = rules.WARMING_SHARE * Power(Value(2.0), F("relationship__log2_points") - rules.half_lives(now))
    return strong.alias(recent=recent, half=half).filter(recent__gte=F("half"))


def _cold(people: QuerySet[Candidate], now: datetime) -> QuerySet[Candidate]:
    """They were warm at the last sign, and nothing is left of it but a memory that can still be woken."""
    return people.filter(
        relationship__log2_points__gte=_from(rules.COOL, now),
        relationship__log2_at_last__gte=math.log2(rules.WARM),
        relationship__last_signal_at__lt=now - rules.SILENT,
    )


VIEWS: Mapping[str, Callable[[QuerySet[Candidate], datetime], QuerySet[Candidate]]] = {
    "close": _close,
    "warming": _warming,
    "cold": _cold,
}
