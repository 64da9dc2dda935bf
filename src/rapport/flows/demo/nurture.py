"""The demo company's sequences: templates, steps, and what became of everybody who was put into one.

Sequences are written by the operations a person would use; what was sent lies in the past and is written directly, as
the engine would have written it then: ledger, messages, answers, bounces, who asked for no more mail. The hours, waits
and texts are those of the plans that the engine uses, so that everybody is due when they would be.
"""

from collections.abc import Sequence as ListOf
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction

from rapport.accounts.models import User
from rapport.activity.operations import Happening, record_many
from rapport.activity.verbs import Verb
from rapport.candidates.models import Candidate, CandidateTag, ContactPoint, Tag, Task
from rapport.flows.demo.company import Company
from rapport.flows.demo.letters import (
    BRANDED,
    BRANDED_STEPS,
    CONDITIONS,
    FILLED,
    FORMER,
    GOALS,
    HELD_OUT,
    LIBRARY,
    SEQUENCES,
    SNIPPETS,
    STOP_TAGS,
    TEMPLATES,
    VARIANTS,
    WRITTEN_FROM,
)
from rapport.flows.demo.mailing import ANSWERS
from rapport.flows.demo.roles import ROLES
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.ids import id_at
from rapport.mail.activities import MESSAGE_BOUNCED, MESSAGE_RECEIVED, MESSAGE_UNSUBSCRIBED
from rapport.mail.models import DeliveryEvent, Mailbox, Message, MessageBody, Suppression, Template
from rapport.mail.operations import add_from_library, create_snippet, create_template, update_template
from rapport.mail.operations.recording import HandedOver, store_handed_over
from rapport.mail.template_fields import Person
from rapport.outreach import operations
from rapport.outreach.activities import (
    ENROLLMENT_CREATED,
    ENROLLMENT_EXITED,
    ENROLLMENT_FINISHED,
    ENROLLMENT_HELD_OUT,
    ENROLLMENT_POSTPONED,
)
from rapport.outreach.content import reply_subject
from rapport.outreach.ending import EXIT_LABELS
from rapport.outreach.models import Delivery, Enrollment, Filling, Passage, Sequence, StepVersion, Variant
from rapport.outreach.operations import SequenceDraft, StepDraft, VariantDraft
from rapport.outreach.plans import Plan, PlannedStep, load_plan
from rapport.outreach.schedule import NeverOpen
from rapport.outreach.subjects import job_of, subjects_of

CREATED_DAYS_AGO = 250
NO_SUCH_USER = "550 5.1.1 The email account that you tried to reach does not exist"
NO_ANSWER = "The connection was lost after the message was handed over."
SIGNED_OFF = "Please take me off your list, I have changed my field for good."
ABSENT = "Thank you for your message. I am on leave and read my mail again on {until}."


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person as the steps need them; `bounces` when their address is known to lead nowhere, `tags` are ids."""

    id: UUID
    person: Person
    time_zone: str
    address: str
    bounces: bool
    tags: frozenset[UUID]


@dataclass(slots=True)
class Journal:
    """Everything that is stored in bulk at the end."""

    enrollments: list[Enrollment] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    fillings: list[Filling] = field(default_factory=list)
    handed_over: list[HandedOver] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    bodies: list[MessageBody] = field(default_factory=list)
    events: list[DeliveryEvent] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    happenings: dict[tuple[Verb, Actor], list[Happening]] = field(default_factory=dict)

    def tell(self, verb: Verb, actor: Actor, subjects: dict[str, UUID], at: datetime, **data: object) -> None:
        self.happenings.setdefault((verb, actor), []).append(Happening(subjects, data, at))

    def store(self) -> None:
        Enrollment.objects.bulk_create(self.enrollments, batch_size=500)
        Passage.objects.bulk_create(self.passages, batch_size=500)
        Filling.objects.bulk_create(self.fillings, batch_size=500)
        Delivery.objects.bulk_create(self.deliveries, batch_size=500)
        store_handed_over(self.handed_over)
        Message.objects.bulk_create(self.messages, batch_size=500)
        MessageBody.objects.bulk_create(self.bodies, batch_size=500)
        DeliveryEvent.objects.bulk_create(self.events, batch_size=500)
        Suppression.objects.bulk_create(self.suppressions, ignore_conflicts=True, batch_size=500)
        Task.objects.bulk_create(self.tasks, batch_size=500)
        for (verb, actor), happenings in self.happenings.items():
            record_many(verb, actor=actor, happenings=happenings)


@transaction.atomic
def tell_sequences(company: Company, box: Mailbox, people: int, seed: int, now: datetime) -> None:
    """Templates, five sequences in every state, and everybody in them from the first `people` candidates.

    The mailbox is used while nobody but this transaction sees it, and paused again before anybody does.
    """
    owner = company.users["rita@example.org"]
    written = _write_templates(owner, now)
    Mailbox.objects.filter(id=box.id).update(state=Mailbox.State.ACTIVE)
    dice, taken, journal = Random(f"{seed}/sequences"), set[UUID](), Journal()
    recipients = _recipients(people)
    tags = dict(Tag.objects.filter(id__in=company.tags).values_list("name", "id"))
    for name, role_name, job_title, steps, state, count, days, hours in SEQUENCES:
        job = next((job for job, _ in company.jobs if job.title == job_title), None)
        draft = SequenceDraft(
            name=name, mailbox_id=box.id, job_id=job.id if job else None, from_time=hours[0], until_time=hours[1],
            goal=GOALS.get(name, "reply"), stop_tag_id=tags.get(STOP_TAGS.get(name, "")),
            held_out_percent=HELD_OUT.get(name, 0),
        )  # fmt: skip
        sequence = operations.create_sequence(
            actor=owner.actor,
            draft=draft,
            steps=[
                StepDraft(
                    *step,
                    template_version_id=written.get(WRITTEN_FROM.get((name, number), "")),
                    variants=_variants(name, number, step[-1]),
                    wait_unit=wait_unit,
                    only_if=only_if,
                    only_if_tag_id=tags.get(tag),
                    look="branded" if (name, number) in BRANDED_STEPS else "plain",
                )
                for number, step in enumerate(steps)
                for wait_unit, only_if, tag in [CONDITIONS.get((name, number), ("days", "", ""))]
            ],
        )
        plan = load_plan(sequence.id)
        if plan and count:
            operations.activate_sequence(actor=owner.actor, sequence_id=sequence.id)
            chosen = [row for row in recipients[role_name] if row.id not in taken][:count]
            taken |= {row.id for row in chosen}
            _enroll_all(journal, plan, owner, chosen, days, state, dice, now)
        made = now - timedelta(days=min(CREATED_DAYS_AGO, (days[0] or 3) + 2))
        StepVersion.objects.filter(step__sequence=sequence).update(created_at=made)
        Variant.objects.filter(step__sequence=sequence).update(created_at=made)
        sequence.steps.filter(compared_since__isnull=False).update(compared_since=made)
        Sequence.objects.filter(id=sequence.id).update(state=state, created_at=made, updated_at=made)
        Sequence.objects.filter(id=sequence.id, held_out_percent__gt=0).update(held_out_since=made)
    journal.store()
    Mailbox.objects.filter(id=box.id).update(state=Mailbox.State.PAUSED)


def _variants(name: str, number: int, body: str) -> tuple[VariantDraft, ...]:
    subject = VARIANTS.get((name, number), ("", 0))[0]
    return (VariantDraft("B", subject, body),) if subject else ()


def _write_templates(author: User, now: datetime) -> dict[str, UUID]:
    """Snippets, templates of the house and copies of the library; returns the first versions by the templates' names."""
    for name, body in SNIPPETS:
        create_snippet(actor=author.actor, name=name, body=body)
    first = {}
    for number, (name, purpose, family, department, subject, body) in enumerate(TEMPLATES):
        values: dict[str, Any] = {
            "name": name,
            "purpose": purpose,
            "subject": subject,
            "role_family": family,
            "department": department,
            "look": "branded" if name in BRANDED else "plain",
        }
        template = create_template(actor=author.actor, **values, body=FORMER.get(name, body))
        first[name] = template.versions.get().id
        at = now - timedelta(days=40 + 17 * number)
        template.versions.update(created_at=at - timedelta(days=150))
        update_template(actor=author.actor, template_id=template.id, **values, body=body)
        template.versions.filter(number=2).update(created_at=at)
        Template.objects.filter(id=template.id).update(created_at=at - timedelta(days=150), updated_at=at)
    for template in add_from_library(actor=author.actor, keys=LIBRARY):
        at = now - timedelta(days=12)
        template.versions.update(created_at=at)
        Template.objects.filter(id=template.id).update(created_at=at, updated_at=at)
    return first


def _recipients(people: int) -> dict[str, list[Recipient]]:
    """Those of the first people who may be written to, by the role they have; a few whose address is dead among them."""
    first = list(Candidate.objects.order_by("id")[:people])
    points = {
        point.candidate_id: point
        for point in ContactPoint.objects.filter(candidate__in=first, kind="email").order_by("id")
    }
    tags: dict[UUID, set[UUID]] = {}
    for candidate_id, tag_id in CandidateTag.objects.filter(candidate__in=first).values_list("candidate_id", "tag_id"):
        tags.setdefault(candidate_id, set()).add(tag_id)
    role_of = {title: role.name for role in ROLES for title in role.titles}
    found: dict[str, list[Recipient]] = {role.name: [] for role in ROLES}
    for row in first:
        point = points.get(row.id)
        if point is None or row.archived_at or row.title not in role_of:
            continue
        known = Person(row.full_name, row.given_name, row.family_name, row.title, row.organisation, row.city)
        recipient = Recipient(
            row.id, known, row.time_zone, point.normal, point.status == "bounced", frozenset(tags.get(row.id, ()))
        )
        found[role_of[row.title]].append(recipient)
    for name, rows in found.items():
        dead, alive = [row for row in rows if row.bounces], [row for row in rows if not row.bounces]
        found[name] = dead[:2] + alive
    return found


def _enroll_all(
    journal: Journal, plan: Plan, owner: User, people: ListOf[Recipient], days: tuple[int, int], state: str,
    dice: Random, now: datetime,
) -> None:  # fmt: skip
    until = now if state == "active" else now - timedelta(days=days[1] - 10)
    lots = Random(plan.sequence.name)  # who gets which variant or nothing; the product draws by ids, new every time
    for number, recipient in enumerate(people):
        enrolled = now - timedelta(days=dice.uniform(*sorted(days)), hours=dice.uniform(0, 9))
        course = _Course(journal, plan, owner, recipient, enrolled, until, dice)
        if lots.randrange(100) < plan.sequence.held_out_percent:
            course.hold_out()
            continue
        course.is_unclear = state == "active" and number == 3
        course.is_archived = state == "archived"
        course.letter = "AB"[lots.randrange(2)]
        course.run()


class _Course:
    """One person's way through a sequence, up to a moment."""

    def __init__(
        self, journal: Journal, plan: Plan, owner: User, recipient: Recipient, enrolled: datetime, until: datetime,
        dice: Random,
    ) -> None:  # fmt: skip
        self.journal, self.plan, self.owner, self.to = journal, plan, owner, recipient
        self.until, self.dice = until, dice
        self.is_unclear = self.is_archived = False
        self.letter = ""
        self.sent: list[HandedOver] = []
        self.row = Enrollment(
            id=id_at(enrolled),
            sequence=plan.sequence,
            candidate_id=recipient.id,
            enrolled_by=owner,
            enrolled_at=enrolled,
        )
        self.subjects = subjects_of(plan.sequence, recipient.id, self.row.id)
        self.told = {"sequence": plan.sequence.name}

    def run(self) -> None:
        self.journal.enrollments.append(self.row)
        self.journal.tell(ENROLLMENT_CREATED, self.owner.actor, self.subjects, self.row.enrolled_at, **self.told)
        at, position = self.row.enrolled_at, 0
        while step := self.plan.step_after(position):
            try:
                due = self.plan.due_from(step, at, self.to.time_zone)
            except NeverOpen:  # no day of the demo's hours is closed for good
                return
            if due >= self.until:
                self._wait(step, due)
                return
            at = due + timedelta(minutes=self.dice.uniform(0, 40))
            if step.only_if and (step.only_if_tag_id in self.to.tags) != (step.only_if == "tagged"):
                self._pass(step, "over", due)
                position, at = step.position, due
                continue
            if not self._take(step.variant_for(self.to.id, self.letter), at):
                return
            position, at = step.position, self.sent[-1].at if self.sent else at
        self._end("finished", at)
        self.journal.tell(ENROLLMENT_FINISHED, SYSTEM, self.subjects, at, **self.told)

    def hold_out(self) -> None:
        """They get nothing, by chance."""
        self.journal.enrollments.append(self.row)
        self._end("exited", self.row.enrolled_at)
        self.row.exit_reason = "held_out"
        self.journal.tell(ENROLLMENT_HELD_OUT, self.owner.actor, self.subjects, self.row.enrolled_at, **self.told)

    def _wait(self, step: PlannedStep, due: datetime) -> None:
        if self.is_archived:
            self._exit("sequence_archived", self.until)
            return
        self.row.step_id, self.row.next_due_at = step.id, due

    def _take(self, step: PlannedStep, at: datetime) -> bool:
        """Do a step; False when the person goes no further."""
        if step.kind == "task":
            self._add_task(step, at)
        if step.kind in ("task", "wait"):
            self._pass(step, step.kind, at)
            return True
        if step.kind == "approval" and self.until - at < timedelta(days=7) and self.dice.random() < 0.6:
            self._deliver(step, at, "planned")
            return False
        if self.is_unclear and step.position == 1:
            self._deliver(step, at, "unclear")
            return False
        message = self._deliver(step, at, "sent")
        return self._react(message, step)

    def _pass(self, step: PlannedStep, how: str, at: datetime) -> None:
        self.journal.passages.append(Passage(enrollment=self.row, step_id=step.id, how=how, passed_at=at))

    def _add_task(self, step: PlannedStep, at: datetime) -> None:
        values = self.plan.values_for(self.to.person)
        self.journal.tasks.append(
            Task(
                id=id_at(at), candidate_id=self.to.id, assignee=self.owner, text=step.text.template.text.render(values),
                due_on=at.date(), created_at=at,
                subjects={"enrollment": str(self.row.id), **{kind: str(key) for kind, key in job_of(self.plan.sequence).items()}},
            )
        )  # fmt: skip

    def _deliver(self, step: PlannedStep, at: datetime, state: str) -> HandedOver:
        identifier, box = id_at(at), self.plan.mailbox
        message_id = f"{identifier}@example.org"
        self.journal.deliveries.append(
            Delivery(
                id=identifier, enrollment=self.row, step_id=step.id, attempt=1, version=step.version, letter=step.letter, mailbox=box,
                state=state, message_id=message_id, address=self.to.address, code=250 if state == "sent" else 0,
                reason=NO_ANSWER if state == "unclear" else "", claimed_at=at,
                started_at=None if state == "planned" else at, finished_at=None if state == "planned" else at,
            )
        )  # fmt: skip
        subject = self.sent[0].content.subject if self.sent else ""
        content = step.text.render(
            {**self.plan.values_for(self.to.person), **self._fill_in(step, state, at)},
            unsubscribe_url="https://example.org/unsubscribe",
            thread_subject=subject,
        )
        message = HandedOver(
            id=identifier, thread_id=self.sent[0].thread_id if self.sent else identifier, state=state,
            mailbox_id=box.id, message_id=message_id, from_address=box.address, from_name=box.display_name,
            to_address=self.to.address, to_name=self.to.person.full_name, content=content,
            subjects={kind: key for kind, key in self.subjects.items() if kind != "sequence"}, sent_by_id=self.owner.id, at=at,
            in_reply_to=self.sent[-1].message_id if self.sent else "",
            references=tuple(row.message_id for row in self.sent), note=NO_ANSWER if state == "unclear" else "",
            template_version_id=step.version.template_version_id,
        )  # fmt: skip
        row = self.row
        if state == "sent":
            self.sent.append(message)
            row.sent_count, row.last_outcome, row.last_sent_at, row.thread_id = (
                len(self.sent),
                "sent",
                at,
                self.sent[0].id,
            )
        else:
            row.step_id, row.delivery_id = step.id, identifier
        if state == "unclear":
            row.tries, row.waits_for, row.last_outcome, row.thread_id = 1, NO_ANSWER, "unclear", identifier
        if state != "planned":
            self.journal.handed_over.append(message)
        return message

    def _fill_in(self, step: PlannedStep, state: str, at: datetime) -> dict[str, str]:
        """What was written in place of the step's placeholders; what waits for approval is still open."""
        if state == "planned" or not step.text.placeholders:
            return {name: name for name in step.text.placeholders}
        fillings = self.journal.fillings
        texts = {name: FILLED[len(fillings) % len(FILLED)] for name in step.text.placeholders}
        fillings.append(
            Filling(enrollment=self.row, step_id=step.id, texts=texts, written_by=self.owner, updated_at=at)
        )
        return texts

    def _react(self, message: HandedOver, step: PlannedStep) -> bool:
        """What came back for a message; False when it ends the enrollment."""
        chance, at = self.dice.random(), message.at + timedelta(hours=self.dice.uniform(0.4, 60))
        if self.to.bounces:
            self._bounce(message, message.at + timedelta(minutes=2))
            return False
        if at >= self.until:
            return True
        more = VARIANTS.get((self.plan.sequence.name, step.position - 1), ("", 0))[1] if step.letter == "B" else 0
        if chance < 0.15 + more / 100:
            self._answer(message, at, self.dice.choice(ANSWERS), waits=self.until - at < timedelta(days=6))
            self._exit("replied", at)
            return False
        if chance < 0.18 + more / 100:
            self._answer(message, at, SIGNED_OFF, waits=False)
            self._sign_off(message, at)
            return False
        if chance < 0.22 + more / 100 and step.position == 1:
            self._be_absent(message, message.at + timedelta(seconds=40))
        elif chance > 0.985:
            self._exit("by_hand", at, "Stopped by hand.", self.owner.actor)
            return False
        return True

    def _answer(
        self, message: HandedOver, at: datetime, text: str, *, waits: bool, kind: str = "reply", verdict: str = "human",
        returns_on: str | None = None,
    ) -> None:  # fmt: skip
        answer = self._incoming(message, at, text, kind, None if waits else at + timedelta(hours=4))
        self._event(message, "replied" if kind == "reply" else "auto_replied", verdict, answer)
        data = {
            "mailbox_id": str(message.mailbox_id), "kind": kind, "answers_message_id": str(message.id),
            "matched_by": "message_id", "returns_on": returns_on, "from_other_address": False,
        }  # fmt: skip
        self.journal.tell(MESSAGE_RECEIVED, SYSTEM, {**message.subjects, "message": answer.id}, at, **data)

    def _be_absent(self, message: HandedOver, at: datetime) -> None:
        until = (at + timedelta(days=self.dice.randint(2, 4))).date()
        text = ABSENT.format(until=f"{until:%d %B}")
        self._answer(message, at, text, waits=False, kind="auto_reply", verdict="machine", returns_on=until.isoformat())
        data = {**self.told, "until": until.isoformat(), "why": "away"}
        self.journal.tell(ENROLLMENT_POSTPONED, SYSTEM, self.subjects, at, **data)

    def _sign_off(self, message: HandedOver, at: datetime) -> None:
        subjects = {**message.subjects, "message": message.id}
        self.journal.tell(MESSAGE_UNSUBSCRIBED, SYSTEM, subjects, at, by="words")
        self._suppress("unsubscribed", SIGNED_OFF, at)
        self._exit("unsubscribed", at)

    def _bounce(self, message: HandedOver, at: datetime) -> None:
        report = self._incoming(message, at, NO_SUCH_USER, "bounce", at)
        data = {
            "class": "hard", "status": "5.1.1", "reason": "unknown_user", "address": self.to.address,
            "text": NO_SUCH_USER,
        }  # fmt: skip
        self._event(message, "bounced", "machine", report, **data)
        self.journal.tell(MESSAGE_BOUNCED, SYSTEM, {**message.subjects, "message": message.id}, at, **data)
        self._suppress("hard_bounce", NO_SUCH_USER, at)
        self._exit("bounced", at, NO_SUCH_USER)

    def _suppress(self, reason: str, evidence: str, at: datetime) -> None:
        self.journal.suppressions.append(
            Suppression(id=id_at(at), address=self.to.address, reason=reason, evidence=evidence, since=at)
        )

    def _incoming(self, message: HandedOver, at: datetime, text: str, kind: str, done_at: datetime | None) -> Message:
        is_report = kind == "bounce"
        answer = Message(
            id=id_at(at), thread_id=message.thread_id, direction="in", state="received", kind=kind,
            mailbox_id=message.mailbox_id, message_id=f"{id_at(at)}@{'mx.' if is_report else ''}example.org",
            in_reply_to=message.message_id, references=[*message.references, message.message_id],
            from_address="mailer-daemon@example.org" if is_report else message.to_address,
            from_name="Mail Delivery System" if is_report else message.to_name, to_address=message.from_address,
            to_name=message.from_name, preview=text[:200], created_at=at, received_at=at, done_at=done_at,
            subject="Undelivered Mail Returned to Sender" if is_report else reply_subject(message.content.subject),
            subjects={kind: str(key) for kind, key in message.subjects.items()},
        )  # fmt: skip
        self.journal.messages.append(answer)
        self.journal.bodies.append(MessageBody(message=answer, text=text))
        return answer

    def _event(self, message: HandedOver, kind: str, verdict: str, by: Message, **data: object) -> None:
        self.journal.events.append(
            DeliveryEvent(
                id=id_at(by.created_at), message_id=message.id, kind=kind, verdict=verdict,
                data={"message_id": str(by.id), **data}, occurred_at=by.created_at,
            )
        )  # fmt: skip

    def _exit(self, reason: str, at: datetime, note: str = "", actor: Actor = SYSTEM) -> None:
        self._end("exited", at)
        self.row.exit_reason, self.row.exit_note = reason, note
        data = {**self.told, "reason": reason, "why": EXIT_LABELS[reason].lower()}
        self.journal.tell(ENROLLMENT_EXITED, actor, self.subjects, at, **data)

    def _end(self, state: str, at: datetime) -> None:
        self.row.state, self.row.ended_at, self.row.step_id, self.row.next_due_at = state, at, None, None
