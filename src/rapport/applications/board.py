"""The board of a job: what its columns and cards show, in a constant number of statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, DateTimeField, F, Q, QuerySet, Window
from django.db.models.expressions import OrderBy
from django.db.models.functions import RowNumber
from django.utils import timezone

from rapport.accounts.models import User
from rapport.applications import promises, stage_rules
from rapport.applications.models import Application, Promise
from rapport.applications.queries import with_promise
from rapport.jobs.models import Stage
from rapport.jobs.queries import list_stages
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.wording import first_words

CARDS_ON_PAGE = 58  # over all columns: keeps the page under 120 kB
MOST_IN_COLUMN = 25
SORTS = {"fit": "by fit", "waiting": "longest in stage first", "promise": "by promise"}
DUE = {"today": "Due today or late", "soon": "Due in two days", "none": "Nothing promised"}


class MedianMoment(Aggregate):
    """The middle one of a group's moments."""

    function = "percentile_disc"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DateTimeField()


@dataclass(frozen=True, slots=True)
class Filters:
    """What the board is narrowed to; due is a key of DUE, sort of SORTS."""

    name: str = ""
    owner_id: UUID | None = None
    due: str = ""
    sort: str = "fit"

    @property
    def any(self) -> bool:
        return bool(self.name or self.owner_id or self.due)


@dataclass(frozen=True, slots=True)
class Card:
    """One active application as its card shows it. Tones: "", warn, bad."""

    id: UUID
    candidate_id: UUID
    name: str
    line: str
    fit: int | None
    stage_id: UUID
    days: int
    age_tone: str
    age_note: str
    hear_by_on: date | None
    promise_tone: str
    promise_text: str
    owner: User | None


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with the cards shown first, how many there are, and the median of days in it."""

    stage: Stage
    count: int
    median_days: int | None
    cards: list[Card]

    @property
    def more_count(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True, slots=True)
class Board:
    """`ended` counts by state; `promises` counts: late, today, tomorrow, kept, broken; `owners` of active cards."""

    columns: list[Column]
    ended: dict[str, int]
    promises: dict[str, int]
    owners: list[User] = field(default_factory=list)


def get_board(actor: Actor, job_id: UUID, filters: Filters) -> Board:
    """The board of a job the caller got by get_job, in five statements whatever its size."""
    now = clock.now()
    stages = list_stages(job_id)
    applications = Application.objects.visible_to(actor).filter(job_id=job_id)
    narrowed = _narrowed(applications, filters, today(now))
    counts = _counts(narrowed)
    per_column = max(5, min(MOST_IN_COLUMN, CARDS_ON_PAGE // max(1, len(stages))))
    shown = narrowed if filters.due else with_promise(narrowed)
    cards = _first_cards(shown, {stage.id: stage for stage in stages}, filters.sort, per_column, now)
    return Board(
        columns=[_column(stage, counts, cards.get(stage.id, []), now) for stage in stages],
        ended=_ended(counts),
        promises=_promises(job_id, today(now)),
        owners=_owners(applications),
    )


def list_cards(actor: Actor, stage: Stage, filters: Filters, *, offset: int, limit: int = MOST_IN_COLUMN) -> list[Card]:
    """The cards of one column from a place on."""
    now = clock.now()
    applications = Application.objects.visible_to(actor).active().filter(job_id=stage.job_id, stage=stage)
    narrowed = _narrowed(applications, filters, today(now))
    rows = _with_people(narrowed if filters.due else with_promise(narrowed)).order_by(*_order(filters.sort))
    return [make_card(row, stage, now) for row in rows[offset : offset + limit]]


def get_card(actor: Actor, application_id: UUID) -> Card | None:
    """One card as it stands now; None when the application is not on the board any more."""
    rows = with_promise(Application.objects.visible_to(actor).active().filter(id=application_id))
    row = rows.select_related("candidate", "owner", "stage").first()
    return make_card(row, row.stage, clock.now()) if row else None


def make_card(row: Any, stage: Stage, now: datetime) -> Card:
    """A card from an application with candidate, owner and `hear_by_on`."""
    days = max(0, (now - row.stage_entered_at).days)
    expected = stage_rules.expected_days(stage.promised_days)
    longer = f", {days - expected} longer than expected" if days > expected else ""
    return Card(
        id=row.id,
        candidate_id=row.candidate_id,
        name=row.candidate.full_name,
        line=", ".join(part for part in (row.candidate.title, row.candidate.organisation) if part),
        fit=row.fit_score,
        stage_id=stage.id,
        days=days,
        age_tone=stage_rules.age_tone(days, stage.promised_days),
        age_note=f"{days} {'day' if days == 1 else 'days'} in this stage{longer}",
        hear_by_on=row.hear_by_on,
        promise_tone=promises.tone(row.hear_by_on, today(now)),
        promise_text=promises.words(row.hear_by_on, today(now)),
        owner=row.owner,
    )


def today(now: datetime) -> date:
    """The day in the reader's zone."""
    return timezone.localtime(now).date()


def _narrowed(applications: Any, filters: Filters, day: date) -> Any:
    """The applications a filter leaves; joined with their promise only where it asks for one."""
    for word in first_words(filters.name):
        applications = applications.filter(candidate__full_name__icontains=word)
    if filters.owner_id:
        applications = applications.filter(owner_id=filters.owner_id)
    if filters.due:
        applications = with_promise(applications)
    if filters.due == "today":
        applications = applications.filter(hear_by_on__lte=day)
    elif filters.due == "soon":
        applications = applications.filter(hear_by_on__lte=promises.hear_by(day, 2))
    elif filters.due == "none":
        applications = applications.filter(hear_by_on=None)
    return applications


def _counts(applications: QuerySet[Application]) -> list[dict[str, Any]]:
    grouped: Any = applications.order_by().values("state", "stage_id")
    return list(grouped.annotate(count=Count("id"), median=MedianMoment("stage_entered_at")))


def _first_cards(
    applications: Any, stages: Mapping[UUID, Stage], sort: str, per_column: int, now: datetime
) -> dict[UUID, list[Card]]:
    place = Window(RowNumber(), partition_by="stage_id", order_by=_order(sort))
    first = applications.active().annotate(place=place).filter(place__lte=per_column).order_by("place")
    cards: dict[UUID, list[Card]] = {}
    for row in _with_people(first):
        cards.setdefault(row.stage_id, []).append(make_card(row, stages[row.stage_id], now))
    return cards


def _with_people(applications: Any) -> Any:
    return applications.select_related("candidate", "owner").only(
        "id", "job_id", "stage_id", "stage_entered_at", "fit_score", "candidate__full_name", "candidate__title",
        "candidate__organisation", "owner__full_name", "owner__email",
    )  # fmt: skip


def _order(sort: str) -> list[OrderBy]:
    orders = {
        "waiting": [F("stage_entered_at").asc()],
        "promise": [F("open_promise__hear_by_on").asc(nulls_last=True)],
    }
    by_fit = [F("fit_score").desc(nulls_last=True), F("stage_entered_at").asc()]
    return [*orders.get(sort, []), *by_fit, F("id").asc()]


def _column(stage: Stage, counts: Iterable[Mapping[str, Any]], cards: list[Card], now: datetime) -> Column:
    for row in counts:
        if row["state"] == Application.State.ACTIVE and row["stage_id"] == stage.id:
            return Column(stage, row["count"], max(0, (now - row["median"]).days), cards)
    return Column(stage, 0, None, cards)


def _ended(counts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    ended = {
        state.value: 0
        for state in Application.State
        if state not in (Application.State.ACTIVE, Application.State.MERGED)
    }
    for row in counts:
        if row["state"] in ended:
            ended[row["state"]] += row["count"]
    return ended


def _promises(job_id: UUID, day: date) -> dict[str, int]:
    is_open = Q(state=Promise.State.OPEN)
    return Promise.objects.filter(application__job_id=job_id).aggregate(
        late=Count("id", filter=is_open & Q(hear_by_on__lt=day)),
        today=Count("id", filter=is_open & Q(hear_by_on=day)),
        tomorrow=Count("id", filter=is_open & Q(hear_by_on=promises.hear_by(day, 1))),
        kept=Count("id", filter=Q(state=Promise.State.KEPT)),
        broken=Count("id", filter=Q(state=Promise.State.BROKEN)),
    )


def _owners(applications: Any) -> list[User]:
    ids = applications.active().exclude(owner=None).order_by().values("owner_id").distinct()
    return list(User.objects.filter(id__in=ids).only("id", "full_name", "email").order_by("full_name"))
