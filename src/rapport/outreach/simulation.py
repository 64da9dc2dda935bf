"""What sequences would do on the days to come: the governor, hours and caps asked at moments that have not come yet. Pure.

Nobody answers, clicks, applies or unsubscribes, every server takes every mail, and colleagues approve theirs at once. What a
person has open in other sequences counts, because caps hold over all of them.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from uuid import UUID

from rapport.outreach.facts import Known
from rapport.outreach.governor import GO, Verdict, judge, put_off
from rapport.outreach.models import Step
from rapport.outreach.outlets import Outlet
from rapport.outreach.plans import Plan, PlannedStep
from rapport.outreach.schedule import NeverOpen
from rapport.outreach.sorting import refusal_of

NO_STEP = Verdict("no_step", "The step was taken out of the sequence.")


@dataclass(slots=True)
class Going:
    """An enrollment on its way: what comes next and when.

    `passed_over` are the steps that go to others only as things are; `stop` says why it ends the next time it is looked at.
    `has_turn` when it waits because of the limit of a domain already.
    """

    id: UUID
    plan: Plan
    step_id: UUID | None
    due_at: datetime
    passed_over: frozenset[UUID] = frozenset()
    stop: Verdict = GO
    has_turn: bool = False


@dataclass(slots=True)
class Traveller:
    """A person and everything that is open with them; `letters` are those of variants they got, as read_letters gives them."""

    candidate_id: UUID
    known: Known
    going: list[Going]
    letters: Mapping[tuple[UUID, UUID], str] = field(default_factory=dict)


@dataclass(slots=True)
class Event:
    """Something that would happen to an enrollment: `kind` is mail, approval, task, waited, pass, wait, stop or finish.

    "waited" is the end of a step that is a wait. A wait, when something is put off, has a reason, a sentence, and until when; it is one event however often it is put off for the same reason.
    """

    at: datetime
    kind: str
    candidate_id: UUID
    sequence_id: UUID
    position: int
    reason: str = ""
    text: str = ""
    until: datetime | None = None
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Outlets:
    """Every mailbox that is written from, by id, and the domains over which something holds, by name."""

    mailboxes: Mapping[UUID, Outlet]
    domains: Mapping[str, Outlet] = field(default_factory=dict)


def simulate(travellers: Iterable[Traveller], *, start: datetime, end: datetime, outlets: Outlets) -> list[Event]:
    """Everything that would happen from `start` until before `end`, in order of time."""
    return _Simulation(start, end, outlets).run(travellers)


class _Simulation:
    def __init__(self, start: datetime, end: datetime, outlets: Outlets) -> None:
        self.start, self.end, self.outlets = start, end, outlets
        self.events: list[Event] = []
        self._waits: dict[tuple[UUID, UUID | None, str], Event] = {}
        self._agenda: list[tuple[datetime, datetime, int, Traveller, Going]] = []
        self._numbers = count()

    def run(self, travellers: Iterable[Traveller]) -> list[Event]:
        for traveller in travellers:
            for going in traveller.going:
                self._look(traveller, going, max(going.due_at, self.start))
        while self._agenda:
            moment, _, _, traveller, going = heapq.heappop(self._agenda)
            self._act(traveller, going, moment)
        return sorted(self.events, key=lambda event: event.at)

    def _look(self, traveller: Traveller, going: Going, moment: datetime) -> None:
        """Come back to an enrollment; who has waited longest is first, as in the engine."""
        if moment < self.end:
            heapq.heappush(self._agenda, (moment, going.due_at, next(self._numbers), traveller, going))

    def _act(self, traveller: Traveller, going: Going, now: datetime) -> None:
        step = going.plan.find_step(going.step_id)
        if step is not None and going.stop.ends:
            self._note(traveller, going, step, now, "stop", going.stop)
            return
        if step is not None and step.id in going.passed_over:
            self._go_on(traveller, going, step, now, "pass", Verdict("for_others", f"It is {step.only_if_words}."))
            return
        if step is not None and step.kind == Step.Kind.TASK:
            self._go_on(traveller, going, step, now, "task")
            return
        if step is not None and step.kind == Step.Kind.WAIT:
            self._go_on(traveller, going, step, now, "waited")
            return
        verdict = self._verdict(traveller, going, step, now)
        if step is None or verdict.ends:
            self._note(traveller, going, step, now, "stop", verdict)
        elif verdict.until:
            self._wait(traveller, going, step, now, verdict)
        else:
            for outlet in self._ways_of(traveller, going):
                outlet.take(going.id, now)
            facts = traveller.known.facts._replace(sent_at=(*traveller.known.facts.sent_at, now))
            traveller.known = traveller.known._replace(facts=facts)
            self._go_on(traveller, going, step, now, "approval" if step.kind == Step.Kind.APPROVAL else "mail")

    def _verdict(self, traveller: Traveller, going: Going, step: PlannedStep | None, now: datetime) -> Verdict:
        """Like the engine: room in the mailbox, the governor, whether the text can be written for this person, the domain."""
        if step is None:
            return NO_STEP
        known, plan = traveller.known, going.plan
        mailbox, *domain = self._ways_of(traveller, going)
        if busy := mailbox.wait(going.id, now):
            return busy
        verdict = judge(known.facts, plan.rules_for(known.time_zone, now), now)
        if not verdict.reason:
            verdict = refusal_of(step, plan.values_for(known.person), known.address)
        if not verdict.reason and domain and (full := domain[0].wait(going.id, now)) and full.until:
            return put_off(full.reason, full.text, full.until, plan.hours_for(known.time_zone, full.until))
        return verdict

    def _ways_of(self, traveller: Traveller, going: Going) -> list[Outlet]:
        """The mailbox that a mail leaves by, and the domain it goes to where something holds over it."""
        domain = self.outlets.domains.get(traveller.known.domain)
        return [self.outlets.mailboxes[going.plan.mailbox.id], *([domain] if domain else [])]

    def _wait(self, traveller: Traveller, going: Going, step: PlannedStep, now: datetime, verdict: Verdict) -> None:
        key = (going.id, going.step_id, verdict.reason)
        if key not in self._waits:
            self._waits[key] = self._note(traveller, going, step, now, "wait", verdict)
        self._waits[key].until = verdict.until
        if verdict.until:
            self._look(traveller, going, verdict.until)

    def _go_on(
        self,
        traveller: Traveller,
        going: Going,
        step: PlannedStep,
        now: datetime,
        kind: str,
        why: Verdict | None = None,
    ) -> None:
        self._note(traveller, going, step, now, kind, why)
        try:
            step_id, due_at = going.plan.due_after(step.position, now, traveller.known.time_zone)
        except NeverOpen:
            step_id, due_at = None, None
        if step_id is None or due_at is None:
            self._note(traveller, going, step, now, "finish")
            return
        going.step_id, going.due_at = step_id, due_at
        self._look(traveller, going, due_at)

    def _note(
        self, traveller: Traveller, going: Going, step: PlannedStep | None, now: datetime, kind: str,
        verdict: Verdict | None = None,
    ) -> Event:  # fmt: skip
        event = Event(
            now, kind, traveller.candidate_id, going.plan.sequence.id, step.position if step else 0,
            *((verdict.reason, verdict.text) if verdict else ()),
        )  # fmt: skip
        event.letter = _letter(traveller, step)
        self.events.append(event)
        return event


def _letter(traveller: Traveller, step: PlannedStep | None) -> str:
    """That of the variant which this person gets; "" where the step has one text."""
    if step is None:
        return ""
    had = traveller.letters.get((traveller.candidate_id, step.id), "")
    return step.variant_for(traveller.candidate_id, had).letter
