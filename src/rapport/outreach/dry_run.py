"""The dry run of a sequence: what it would do on the coming days for those who are in it. Nothing is stored or sent."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from rapport.candidates.queries import names_of
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.ids import new_id
from rapport.mail import held_mail
from rapport.mail.buckets import Level
from rapport.mail.models import DomainBucket, Mailbox, MailboxBucket
from rapport.mail.queries.pacing import queue_end, read_domain_rules, room_in
from rapport.mail.template_fields import sample_person
from rapport.outreach import queries
from rapport.outreach.conditions import list_over, list_unmet
from rapport.outreach.facts import Known, read_known
from rapport.outreach.governor import GO, Facts, Verdict
from rapport.outreach.models import Delivery, Enrollment, Step
from rapport.outreach.models import Sequence as OutreachSequence
from rapport.outreach.outlets import Outlet
from rapport.outreach.plans import Plan, load_plan, load_plans, read_letters
from rapport.outreach.schedule import zone_of
from rapport.outreach.simulation import Event, Going, Outlets, Traveller, simulate

MOST_DAYS, MOST_PEOPLE = 366, 5_000
ASSUMED = (
    "Nobody answers, clicks, applies, unsubscribes or gets another tag; every server takes every mail; mails that want "
    "approval get it at once."
)
HELD = {
    "planned": ("approval", "A mail waits for approval, and the steps after it wait for that."),
    "unclear": ("unclear", "Nobody knows whether the last mail arrived; somebody has to say so first."),
}
# What somebody who has just come has not done, and is not.
WANT_MORE = (Step.OnlyIf.CLICKED, Step.OnlyIf.TAGGED, Step.OnlyIf.APPLIED)
COUNTED = ("mail", "approval", "task", "stop", "finish")


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen from `start` until before `end`.

    `people` are in the sequence, `looked_at` of them were followed; where nobody is in it, an invented person was. `days`
    has a Counter of the events' kinds for each day in the sequence's time zone; `names` are those the asker may see.
    """

    sequence: OutreachSequence
    start: datetime
    end: datetime
    people: int
    looked_at: int
    days: dict[date, Counter[str]]
    events: list[Event]
    names: Mapping[UUID, str]


def dry_run(actor: Actor, sequence_id: UUID, *, first_day: date | None = None, days: int = 14) -> DryRun:
    """Follow everybody in a sequence (MOST_PEOPLE of them, who are due first) for so many days, today's from now on.

    Their other active sequences go on beside it, because all share the governor's caps. Raises NotAllowed, NotFound,
    InvalidInput for days out of range, Conflict for a sequence without mailbox or steps.
    """
    sequence = queries.get_sequence(actor, sequence_id)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput({"days": f"Look at 1 to {MOST_DAYS} days."})
    plan = load_plan(sequence.id)
    if plan is None or not plan.steps:
        raise Conflict("Choose a mailbox and write at least one step, then its days can be seen.")
    zone, now = zone_of(sequence.time_zone, "UTC"), clock.now()
    today = now.astimezone(zone).date()
    first_day = first_day or today
    start = now if first_day == today else _midnight(first_day, zone)
    end = _midnight(first_day + timedelta(days=days), zone)
    rows = list(_active().filter(sequence_id=sequence.id).order_by("next_due_at", "id")[:MOST_PEOPLE])
    travellers = _read_travellers(plan, rows, now) if rows else [_somebody(plan, start)]
    begin = min(now, start)
    outlets = Outlets(_read_mailboxes(travellers), _read_domains(travellers, begin))
    found = simulate(travellers, start=begin, end=end, outlets=outlets)
    events = [event for event in found if event.sequence_id == sequence.id and event.at >= start]
    events = [*_held(rows, start), *events]
    names = names_of(actor, {row.candidate_id for row in rows}) if rows else {}
    return DryRun(
        sequence, start, end, _active().filter(sequence_id=sequence.id).count(), len(rows),
        _by_day(events, first_day, days, zone), events, names,
    )  # fmt: skip


def as_json(run: DryRun) -> dict[str, Any]:
    """What `rapport sequence simulate --json` prints; moments in UTC, days in the sequence's time zone."""
    return {
        "sequence": {"id": run.sequence.id, "name": run.sequence.name, "state": run.sequence.state},
        "from": run.start.isoformat(),
        "until": run.end.isoformat(),
        "people": run.people,
        "looked_at": run.looked_at,
        "assumed": ASSUMED,
        "days": [{"date": day, **{kind: count[kind] for kind in COUNTED}} for day, count in run.days.items()],
        "events": [
            {
                "at": event.at.isoformat(),
                "kind": event.kind,
                "candidate": event.candidate_id if run.looked_at else None,
                "name": name_in(run, event),
                "step": event.position,
                "variant": letter_in(run, event) or None,
                "reason": event.reason,
                "text": event.text,
                "until": event.until.isoformat() if event.until else None,
            }
            for event in run.events
        ],
    }


def name_in(run: DryRun, event: Event) -> str:
    """Whom an event is about."""
    return run.names.get(event.candidate_id, "Unknown") if run.looked_at else "Somebody who joins then"


def letter_in(run: DryRun, event: Event) -> str:
    """Which variant they get; "" where the step has one text, and for somebody invented, who gets any of them."""
    return event.letter if run.looked_at else ""


def _active() -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(state=Enrollment.State.ACTIVE)


def _read_travellers(plan: Plan, rows: Sequence[Enrollment], now: datetime) -> list[Traveller]:
    """The people with what is open with them, here and in other active sequences."""
    ids = {row.candidate_id for row in rows}
    others = _active().filter(candidate_id__in=ids, sequence__state=OutreachSequence.State.ACTIVE)
    others = others.exclude(sequence_id=plan.sequence.id).order_by("id")
    plans = {plan.sequence.id: plan} | load_plans({row.sequence_id for row in others})
    going: dict[UUID, list[Going]] = defaultdict(list)
    passed_over, over = _for_others({row.id: row for row in (*rows, *others)}, plans)
    for row in (*rows, *others):
        if row.sequence_id in plans and row.next_due_at is not None:
            ahead = passed_over.get(row.id, frozenset())
            stop = over.get(row.id, GO)
            had_turn = row.waits_for.startswith(held_mail.START)
            going[row.candidate_id].append(
                Going(row.id, plans[row.sequence_id], row.step_id, row.next_due_at, ahead, stop, had_turn)
            )
    known = read_known(
        ids, now=now, cap_days=max(found.sequence.cap_days for found in plans.values()),
        needs_consent=any(found.sequence.needs_consent for found in plans.values()),
        writers={row.candidate_id: row.enrolled_by_id for row in rows},
    )  # fmt: skip
    letters = read_letters(plan.compared, ids)
    return [Traveller(key, known[key], going[key], letters) for key in going if key in known]


def _for_others(
    rows: Mapping[UUID, Enrollment], plans: Mapping[UUID, Plan]
) -> tuple[dict[UUID, frozenset[UUID]], dict[UUID, Verdict]]:
    """The steps ahead of each enrollment that go to others only, and why some end."""
    passed_over: dict[UUID, frozenset[UUID]] = {}
    over: dict[UUID, Verdict] = {}
    for sequence_id, plan in plans.items():
        people = {key: row.candidate_id for key, row in rows.items() if row.sequence_id == sequence_id}
        unmet = list_unmet(plan.sequence, [step for step in plan.steps if step.only_if], people)
        passed_over |= {key: frozenset(steps - _decided(rows[key])) for key, steps in unmet.items()}
        over |= {key: Verdict(row.reason, row.note) for key, row in list_over(plan, people).items()}
    return passed_over, over


def _decided(row: Enrollment) -> set[UUID | None]:
    """The step whose mail goes out whatever holds by now: it was approved, or tried before."""
    return {row.step_id} if row.delivery_id or row.tries else set()


def _somebody(plan: Plan, start: datetime) -> Traveller:
    """An invented person who joins at the start."""
    zone = plan.sequence.time_zone
    address, first = "somebody@example.org", plan.steps[0]
    due_at = plan.due_from(first, start, zone)
    known = Known(sample_person(), zone, address, address, Facts(has_address=True, has_consent=True))
    key = new_id()
    for_others = frozenset(step.id for step in plan.steps if step.only_if in WANT_MORE)
    return Traveller(key, known, [Going(key, plan, first.id, due_at, for_others)])


def _read_mailboxes(travellers: Iterable[Traveller]) -> dict[UUID, Outlet]:
    """The mailboxes that are written from, with what their buckets hold."""
    mailboxes: dict[UUID, Mailbox] = {}
    for traveller in travellers:
        mailboxes |= {going.plan.mailbox.id: going.plan.mailbox for going in traveller.going}
    buckets = MailboxBucket.objects.in_bulk(list(mailboxes))
    return {
        key: Outlet(row.limits_at, partial(_mailbox_is_full, row), buckets[key].level if key in buckets else Level())
        for key, row in mailboxes.items()
    }


def _mailbox_is_full(mailbox: Mailbox, level: Level, now: datetime) -> Verdict:
    is_cap = level.left_of_day(mailbox.limits_at(now), now) <= 0
    return Verdict("mailbox_cap" if is_cap else "mailbox_pace", room_in(level, mailbox, now)[1])


def _read_domains(travellers: Iterable[Traveller], now: datetime) -> dict[str, Outlet]:
    """The domains of these people over which something holds, with what their buckets hold and who has a turn there."""
    rules = read_domain_rules(now)
    turns: dict[str, set[UUID]] = defaultdict(set)
    for traveller in travellers:
        if rules.hold_for(traveller.known.domain):
            turns[traveller.known.domain] |= {going.id for going in traveller.going if going.has_turn}
    buckets = {name: DomainBucket(domain=name) for name in turns} | DomainBucket.objects.in_bulk(list(turns))
    return {
        name: Outlet(
            partial(rules.limits_at, bucket), partial(_domain_is_full, rules.why(bucket)), bucket.level,
            queue_end(bucket, rules.limits_of(bucket), now), turns[name],
        )
        for name, bucket in buckets.items()
    }  # fmt: skip


def _domain_is_full(why: str, level: Level, now: datetime) -> Verdict:
    return Verdict("domain", why)


def _held(rows: Sequence[Enrollment], start: datetime) -> list[Event]:
    """Who waits for a person and not for a day."""
    in_hand = {row.delivery_id: row for row in rows if row.delivery_id and row.next_due_at is None}
    held = Delivery.objects.filter(id__in=in_hand, state__in=HELD).select_related("step").order_by("id")
    return [
        Event(start, "wait", row.candidate_id, row.sequence_id, delivery.step.position, *HELD[delivery.state])
        for delivery in held
        for row in [in_hand[delivery.id]]
    ]


def _by_day(events: Iterable[Event], first_day: date, days: int, zone: ZoneInfo) -> dict[date, Counter[str]]:
    counts: dict[date, Counter[str]] = {first_day + timedelta(days=day): Counter() for day in range(days)}
    for event in events:
        counts[event.at.astimezone(zone).date()][event.kind] += 1
    return counts


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)
