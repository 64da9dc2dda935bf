"""A year of many sequences over the same people, on the real ledger with a clock of its own, and a judge of its own.

Mail is claimed and settled as the engine does it; servers refuse some of it, people answer, unsubscribe, choose, go into
the archive, apply, give and take consent, colleagues write by hand, give tags and take them off, sequences are paused, go on and
change their steps, and the worker is off for hours. The judge keeps its own books of all that and shares no code with the governor.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
import time_machine

from rapport.accounts.models import Role, User
from rapport.activity.operations import ensure_partitions, react, record
from rapport.activity.verbs import get_verb
from rapport.candidates.models import Candidate, Consent
from rapport.candidates.operations import (
    archive_candidates,
    give_consent,
    tag_candidates,
    unarchive_candidates,
    untag_candidates,
    withdraw_consent,
)
from rapport.candidates.tests.factories import TagFactory
from rapport.jobs.models import Job
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import SYSTEM
from rapport.lib.ids import new_id
from rapport.mail.activities import MESSAGE_RECEIVED, MESSAGE_SENT
from rapport.mail.models import Message
from rapport.mail.operations import choose_preferences, unsubscribe
from rapport.mail.operations.preferences import Choice
from rapport.outreach import ledger, operations
from rapport.outreach.claiming import Parcel, claim_due
from rapport.outreach.models import Delivery, Enrollment, Sequence, Step
from rapport.outreach.plans import PlannedStep, load_plans
from rapport.outreach.settling import Done, settle
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step

BEGIN = datetime(2027, 1, 4, 6, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "")
COUNTRIES = ("", "DE", "FR", "US")
TOPICS = ("jobs", "news", "events")
CONVERSATION = timedelta(days=14)
REACTIONS_AT_ONCE = 5_000


@dataclass(slots=True)
class Books:
    """What the judge knows of one person: spans are (from, until), open ones have None."""

    zone: str
    sent_at: list[datetime] = field(default_factory=list)
    talked: list[tuple[datetime, UUID | None]] = field(default_factory=list)
    suppressed_at: datetime | None = None
    consents: dict[UUID, tuple[datetime, datetime | None]] = field(default_factory=dict)
    declined: tuple[str, ...] = ()
    every_days: int = 0
    paused_until: datetime | None = None
    is_archived: bool = False
    tags: set[UUID] = field(default_factory=set)
    applied: list[tuple[datetime, Job]] = field(default_factory=list)


class Year:
    """`run` lives through it; `broken` then says every rule that was broken, in words.

    `haste`: how many times as often as usual people and colleagues do something. `tags`: how many tags there are, by which
    steps are for some only and sequences end; with them, some are so by who has applied.
    """

    def __init__(
        self, *, people: int, sequences: int, seed: int = 1, days: int = 365, haste: float = 1, tags: int = 0
    ) -> None:
        self.people, self.count, self.end = people, sequences, BEGIN + timedelta(days=days)
        self.dice, self.haste, self.tag_count = random.Random(seed), haste, tags
        self.books: dict[UUID, Books] = {}
        self.broken: list[str] = []
        self.sent = self.put_off = 0
        self.happened: defaultdict[str, int] = defaultdict(int)
        self._steps_sent: set[tuple[UUID, UUID]] = set()
        self._public: dict[tuple[str, int], object] = {}

    def run(self) -> None:
        with time_machine.travel(BEGIN, tick=False) as clock:
            self._make()
            self._lease = ledger.take_lease("year")
            now, next_month = BEGIN, BEGIN
            while now < self.end:
                clock.move_to(now, tick=False)
                if now >= next_month:
                    ensure_partitions()
                    next_month = now + timedelta(days=28)
                self._let_happen(now)
                while react(REACTIONS_AT_ONCE):
                    pass
                self._send(now)
                now = self._next(now)

    # -- The world -----------------------------------------------------------------------------------------------

    def _make(self) -> None:
        ensure_partitions()
        self.rita = User.objects.create_user(email="rita@example.org", full_name="Rita Example", role=Role.RECRUITER)
        self.omar = User.objects.create_user(email="omar@example.org", full_name="Omar Example", role=Role.RECRUITER)
        mailboxes = [MailboxFactory(owner=owner) for owner in (self.rita, self.omar)]
        for number in range(self.people):
            zone = self.dice.choice(ZONES)
            person = make_person(f"Person{number} Example", f"p{number}@example.net", time_zone=zone)
            self.books[person.id] = Books(zone)
        self.ids = list(self.books)
        self.tags = [TagFactory() for _ in range(self.tag_count)]
        self.jobs = [
            JobFactory(is_confidential=number == 0, team=[self.rita, self.omar])
            for number in range(3 if self.tags else 0)
        ]
        for number in range(self.count):
            self._make_sequence(number, mailboxes)
        self.sequences = list(Sequence.objects.order_by("name"))
        self._happened_until = self._off_until = BEGIN
        self._habits: tuple[tuple[float, int, Callable[[datetime], object]], ...] = (
            (0.5, self.people, self._answer), (0.2, self.people, self._write_by_hand),
            (0.05, self.people, self._unsubscribe), (0.3, self.people, self._choose),
            (0.1, self.people, self._archive), (0.08, self.people, self._unarchive),
            (1.2, self.people, self._consent), (0.5, self.people, self._withdraw),
            (1, self.count, self._pause), (8, self.count, self._go_on), (2, self.count, self._change_steps),
            (6, self.count, self._join), (20, 1, self._switch_off),
            *([(4, self.people, self._tag), (3, self.people, self._apply)] if self.tags else ()),
        )  # fmt: skip
        for sequence in self.sequences:
            self._enroll(sequence, BEGIN)

    def _make_sequence(self, number: int, mailboxes: list) -> None:
        dice = self.dice
        opens = dice.choice((time(8), time(9, 30), time(0), time(2, 15), time(13)))
        sequence = SequenceFactory(
            name=f"Sequence {number:03}", mailbox=dice.choice(mailboxes), time_zone=dice.choice(ZONES[:5]),
            days=sorted(dice.sample(range(7), dice.choice((1, 3, 5, 7)))), from_time=opens,
            until_time=dice.choice((time(13, 45), time(17), time(23, 59))), holiday_country=dice.choice(COUNTRIES),
            needs_consent=dice.random() < 0.4, cap_count=dice.choice((1, 2, 3)), cap_days=dice.choice((3, 7, 30)),
            topic=dice.choice(TOPICS), again_after_days=dice.choice((0, 30, 90)),
            stop_tag=self.tags[0] if self.tags and dice.random() < 0.5 else None,
            job=dice.choice((None, *self.jobs)) if self.jobs else None,
            goes_on_when_applied=bool(self.jobs) and dice.random() < 0.7,
        )  # fmt: skip
        for position in range(1, dice.choice((2, 4, 6))):
            wait_count, chance = dice.choice((0, 1, 3, 7, 21)), dice.random()
            kind = "task" if chance < 0.15 and position > 1 else "wait" if chance > 0.9 and self.tags else "auto"
            condition = self._condition() if self.tags else {}
            if kind == "wait":
                condition |= {"only_if": "", "only_if_tag": None}
            make_step(sequence, position, wait_count=wait_count, kind=kind, **condition)

    def _condition(self) -> dict[str, object]:
        """For whom a step is, and how its wait is counted."""
        unit = self.dice.choice(Step.WaitUnit.values)
        only_if = self.dice.choice(("", "", "", "", "tagged", "not_tagged", "applied", "not_applied"))
        tag = self.dice.choice(self.tags) if only_if.endswith("tagged") else None
        return {"wait_unit": unit, "only_if": only_if, "only_if_tag": tag}

    def _enroll(self, sequence: Sequence, now: datetime) -> None:
        chosen = self.dice.sample(self.ids, max(1, len(self.ids) // 6))
        actor = self.dice.choice((self.rita, self.omar)).actor
        operations.enroll(actor=actor, sequence_id=sequence.id, candidate_ids=chosen)

    # -- Sending -------------------------------------------------------------------------------------------------

    def _next(self, now: datetime) -> datetime:
        """The next moment at which anything is due, or within three hours; seldom on the minute.

        Where many people keep it busy it looks every half hour or so: a year has 19,000 such moments, not 42,000.
        """
        due = Enrollment.objects.filter(next_due_at__isnull=False).order_by("next_due_at")
        first = due.values_list("next_due_at", flat=True).first() or self.end
        least = timedelta(minutes=20 if self.people > 200 else 5)
        return max(now + least, min(first, now + timedelta(hours=3))) + timedelta(seconds=self.dice.randrange(900))

    def _send(self, now: datetime) -> None:
        if now < self._off_until:
            return
        due = [sequence_id for sequence_id, _ in ledger.list_due_places(now)]
        for plan in load_plans(due).values():
            claimed = claim_due(plan, lease=self._lease, limit=500)
            self.put_off += claimed.handled - len(claimed.parcels)
            enrolled_at = self._enrolled_at(claimed.parcels)
            steps = self._present_steps(plan.sequence.id) if claimed.parcels else set()
            done = []
            for parcel in claimed.parcels:
                self.broken += [
                    f"{now:%Y-%m-%d %H:%M} {parcel.known.address} {plan.sequence.name}: {rule}"
                    for rule in self._objections(parcel, enrolled_at[parcel.enrollment_id], steps, now)
                ]
                done.append(self._hand_over(parcel, now))
            settle(done)

    def _hand_over(self, parcel: Parcel, now: datetime) -> Done:
        outcome = self.dice.choices(("sent", "failed", "refused"), (96, 3, 1))[0]
        Delivery.objects.filter(id=parcel.delivery_id).update(state=outcome, started_at=now, finished_at=now)
        if outcome == "sent":
            self.sent += 1
            self.books[parcel.candidate_id].sent_at.append(now)
            self._steps_sent.add((parcel.enrollment_id, parcel.step.id))
        return Done(parcel, outcome, "" if outcome == "sent" else "451 not now", now)

    def _objections(
        self, parcel: Parcel, enrolled_at: datetime, present_steps: set[UUID], now: datetime
    ) -> Iterator[str]:
        """Every rule that this mail breaks, by the judge's own books."""
        books, sequence = self.books[parcel.candidate_id], parcel.plan.sequence
        local = now.astimezone(ZoneInfo(books.zone or sequence.time_zone))
        if local.weekday() not in sequence.days or not sequence.from_time <= local.time() < sequence.until_time:
            yield f"quiet hours ({local:%a %H:%M})"
        if self._is_public_holiday(sequence.holiday_country, local.date()):
            yield "a holiday"
        lately = [moment for moment in books.sent_at if moment > now - timedelta(days=sequence.cap_days)]
        if len(lately) >= sequence.cap_count:
            yield f"cap ({len(lately)} of {sequence.cap_count})"
        if sequence.needs_consent and not any(
            start <= now and (end is None or end > now) for start, end in books.consents.values()
        ):
            yield "no consent"
        if books.suppressed_at:
            yield "unsubscribed"
        if books.is_archived:
            yield "in the archive"
        if sequence.topic in books.declined:
            yield "a topic they declined"
        if books.paused_until and books.paused_until > now:
            yield "their pause"
        if books.every_days and books.sent_at and books.sent_at[-1] > now - timedelta(days=books.every_days):
            yield "their own limit"
        if any(at > now - CONVERSATION and by != parcel.enrolled_by_id for at, by in books.talked):
            yield "a conversation"
        if sequence.stop_tag_id in books.tags:
            yield "a tag that ends it"
        if not sequence.goes_on_when_applied and any(at >= enrolled_at for at, _ in books.applied):
            yield "an application that ends it"
        if not parcel.tries and self._is_for_others(parcel.step, sequence, books):
            yield "a step for others"
        if (parcel.enrollment_id, parcel.step.id) in self._steps_sent:
            yield "the step once more"
        if parcel.step.id not in present_steps:
            yield "a step that was taken away"

    def _is_for_others(self, step: PlannedStep, sequence: Sequence, books: Books) -> bool:
        if step.only_if in ("applied", "not_applied"):
            counts = [job for _, job in books.applied if sequence.job_id == job.id or not sequence.job_id]
            has_applied = any(sequence.job_id or not job.is_confidential for job in counts)
            return (step.only_if == "applied") != has_applied
        return bool(step.only_if) and (step.only_if == "tagged") != (step.only_if_tag_id in books.tags)

    def _enrolled_at(self, parcels: list[Parcel]) -> dict[UUID, datetime]:
        rows = Enrollment.objects.filter(id__in=[parcel.enrollment_id for parcel in parcels])
        return dict(rows.values_list("id", "enrolled_at")) if parcels else {}

    def _present_steps(self, sequence_id: UUID) -> set[UUID]:
        return set(Step.objects.filter(sequence_id=sequence_id, retired_at=None).values_list("id", flat=True))

    def _is_public_holiday(self, country: str, day: date) -> bool:
        if not country:
            return False
        key = (country, day.year)
        if key not in self._public:
            self._public[key] = holidays.country_holidays(country, years=day.year)
        return day in self._public[key]

    # -- What happens beside it ------------------------------------------------------------------------------------

    def _let_happen(self, now: datetime) -> None:
        """By chance, as often as people and sequences do such things in a year."""
        years = (now - self._happened_until) / timedelta(days=365)
        self._happened_until = now
        for often, count, happen in self._habits:
            expected = often * count * years * self.haste
            for _ in range(int(expected + self.dice.random())):
                self.happened[happen.__name__] += happen(now) is not False

    def _somebody(self) -> tuple[UUID, Books]:
        key = self.dice.choice(self.ids)
        return key, self.books[key]

    def _some_message(self) -> tuple[Message | None, Books]:
        """A mail that went out, by chance, and the books of who got it."""
        rows = Message.objects.filter(direction="out", state="sent").order_by("id")
        message = rows[self.dice.randrange(rows.count())] if rows else None
        key = UUID(message.subjects["candidate"]) if message else self.ids[0]
        return message, self.books[key]

    def _answer(self, now: datetime) -> object:
        key, books = self._somebody()
        record(MESSAGE_RECEIVED, actor=SYSTEM, subjects={"candidate": key}, data={"kind": "reply"})
        books.talked.append((now, None))
        return True

    def _write_by_hand(self, now: datetime) -> object:
        key, books = self._somebody()
        colleague = self.dice.choice((self.rita, self.omar))
        record(MESSAGE_SENT, actor=colleague.actor, subjects={"candidate": key}, data={"is_bulk": False})
        books.sent_at.append(now)
        books.talked.append((now, colleague.id))
        return True

    def _unsubscribe(self, now: datetime) -> object:
        message, books = self._some_message()
        if message is None:
            return False
        unsubscribe(message=message, by="link")
        books.suppressed_at = books.suppressed_at or now
        return True

    def _choose(self, now: datetime) -> object:
        message, books = self._some_message()
        if message is None:
            return False
        dice = self.dice
        topics = tuple(topic for topic in TOPICS if dice.random() < 0.8)
        choice = Choice(topics=topics, every_days=dice.choice((0, 0, 7, 30, 90)), is_paused=dice.random() < 0.1)
        was = books.paused_until if books.paused_until and books.paused_until > now else None
        choose_preferences(message=message, choice=choice)
        books.declined, books.every_days = tuple(set(TOPICS) - set(topics)), choice.every_days
        books.paused_until = (was or now + timedelta(days=182)) if choice.is_paused else None
        return True

    def _tag(self, now: datetime) -> object:
        """Give somebody a tag, or take it off."""
        key, books = self._somebody()
        tag, change = self.dice.choice(self.tags), {"actor": self.rita.actor, "candidate_ids": [key]}
        (untag_candidates if tag.id in books.tags else tag_candidates)(**change, tag_id=tag.id)
        books.tags ^= {tag.id}
        return True

    def _apply(self, now: datetime) -> object:
        """Somebody is considered for a job."""
        key, books = self._somebody()
        job = self.dice.choice(self.jobs)
        if any(job == before for _, before in books.applied):
            return False
        subjects = {"application": new_id(), "candidate": key, "job": job.id}
        record(get_verb("application.created"), actor=self.rita.actor, subjects=subjects, data={"job_title": job.title})
        books.applied.append((now, job))
        return True

    def _archive(self, now: datetime) -> object:
        key, books = self._somebody()
        archive_candidates(actor=self.rita.actor, candidate_ids=[key], reason="Asked for it")
        books.is_archived = True
        return True

    def _unarchive(self, now: datetime) -> object:
        away = [key for key, books in self.books.items() if books.is_archived]
        if not away:
            return False
        key = self.dice.choice(away)
        unarchive_candidates(actor=self.rita.actor, candidate_ids=[key])
        self.books[key].is_archived = False
        return True

    def _consent(self, now: datetime) -> object:
        key, books = self._somebody()
        until = self.dice.choice((None, now + timedelta(days=self.dice.randrange(1, 200))))
        given = give_consent(actor=self.rita.actor, candidate_id=key, purpose="outreach", expires_at=until)
        books.consents[given.id] = (now, until)
        return True

    def _withdraw(self, now: datetime) -> object:
        rows = Consent.objects.filter(withdrawn_at=None)
        consent = rows.order_by("given_at")[self.dice.randrange(rows.count())] if rows else None
        if consent is None:
            return False
        withdraw_consent(actor=self.rita.actor, candidate_id=consent.candidate_id, consent_id=consent.id)
        start, _ = self.books[consent.candidate_id].consents[consent.id]
        self.books[consent.candidate_id].consents[consent.id] = (start, now)
        return True

    def _pause(self, now: datetime) -> object:
        operations.pause_sequence(actor=self.rita.actor, sequence_id=self.dice.choice(self.sequences).id)
        return True

    def _go_on(self, now: datetime) -> object:
        paused = Sequence.objects.filter(state=Sequence.State.PAUSED).order_by("name").first()
        if paused is None:
            return False
        operations.activate_sequence(actor=self.rita.actor, sequence_id=paused.id, note="Looked at it")
        return True

    def _change_steps(self, now: datetime) -> object:
        """A step is taken away, or one is added at a place by chance."""
        sequence = self.dice.choice(self.sequences)
        draft = operations.SequenceDraft(
            **{name: getattr(sequence, name) for name in operations.SequenceDraft.__dataclass_fields__}
        )
        steps = [
            operations.StepDraft(
                step.kind, max(step.wait_count, step.kind == "wait"), f"Hello {step.position}", "Shall we talk?", step.id,
                wait_unit=step.wait_unit, only_if=step.only_if, only_if_tag_id=step.only_if_tag_id,
            )
            for step in Step.objects.filter(sequence=sequence, retired_at=None).order_by("position")
        ]  # fmt: skip
        if len(steps) > 2 and self.dice.random() < 0.5:
            del steps[self.dice.randrange(1, len(steps))]
        else:
            place = self.dice.randrange(1, len(steps) + 1)
            steps.insert(place, operations.StepDraft("auto", self.dice.choice((0, 2, 9)), "One more", "Shall we?"))
        operations.save_sequence(actor=self.rita.actor, sequence_id=sequence.id, draft=draft, steps=steps[:12])
        return True

    def _switch_off(self, now: datetime) -> object:
        """The worker is off for a while."""
        self._off_until = now + timedelta(hours=self.dice.randrange(1, 30))
        return True

    def _join(self, now: datetime) -> object:
        sequence = self.dice.choice(self.sequences)
        if Sequence.objects.get(id=sequence.id).state != Sequence.State.ACTIVE:
            return False
        self._enroll(sequence, now)
        return True


def everybody_is_accounted_for(year: Year) -> list[str]:
    """Enrollments that are neither on their way nor ended with a reason, and people who are in one sequence twice."""
    lost = Enrollment.objects.filter(state="active", next_due_at=None, delivery_id=None).count()
    twice = [
        f"{candidate} twice in {sequence}"
        for sequence in year.sequences
        for candidate in _repeated(
            Enrollment.objects.filter(sequence=sequence, state="active").values_list("candidate_id", flat=True)
        )
    ]
    missing = set(year.ids) - set(Candidate.objects.values_list("id", flat=True))
    return [*([f"{lost} enrollments wait for nothing"] if lost else []), *twice, *(f"{key} is gone" for key in missing)]


def _repeated(keys: Iterable[UUID]) -> list[UUID]:
    return [key for key, times in Counter(keys).items() if times > 1]
