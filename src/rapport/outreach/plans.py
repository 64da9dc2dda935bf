"""A sequence as the engine needs it: its steps in order with compiled texts, its rules, its mailbox."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Sequence as ListOf
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from rapport.mail.branding import Brand
from rapport.mail.composing import compile_message
from rapport.mail.merge_fields import CompiledText, is_placeholder
from rapport.mail.models import Look, Mailbox
from rapport.mail.queries import brand_for, snippets_in
from rapport.mail.template_fields import Person, person_values
from rapport.outreach.content import StepText, compile_step
from rapport.outreach.governor import Rules
from rapport.outreach.models import Delivery, Sequence, Step, StepVersion, Variant
from rapport.outreach.schedule import Hours, after_days, after_hours, after_open_days, holidays_of, zone_of
from rapport.outreach.variants import draw

Snippets = tuple[tuple[str, str], ...]
NO_TEXT = StepText(compile_message(subject="", body="", known=()), answers=True, shows_unsubscribe=False)  # of a wait
AFTER = {Step.WaitUnit.HOURS: after_hours, Step.WaitUnit.DAYS: after_days, Step.WaitUnit.WORKDAYS: after_open_days}


class House(NamedTuple):
    """What texts are compiled with that is the house's; `brand` is None where none of them is branded."""

    snippets: Snippets
    brand: Brand | None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with the version that holds now. Where it has several variants it stands for the first, with all in `variants`."""

    id: UUID
    position: int
    kind: str
    wait_count: int
    version: StepVersion
    text: StepText
    letter: str = ""
    variants: tuple["PlannedStep", ...] = ()
    wait_unit: str = Step.WaitUnit.DAYS
    only_if: str = ""
    only_if_tag_id: UUID | None = None
    only_if_words: str = ""

    @property
    def has_placeholders(self) -> bool:
        return any(step.text.placeholders for step in self.variants or (self,))

    def variant_for(self, candidate_id: UUID, had: str = "") -> "PlannedStep":
        """What this person gets: the letter they `had` of this step before if it is still given, else one by chance."""
        if not self.variants:
            return self
        found = {step.letter: step for step in self.variants}
        return found.get(had) or found[draw(self.id, candidate_id, found)]

    def with_subject(self, subject: CompiledText) -> "PlannedStep":
        """The same with this subject in place of one that answers a thread."""
        text = self.text.with_subject(subject) if self.text.answers else self.text
        return replace(self, text=text, variants=tuple(step.with_subject(subject) for step in self.variants))

    def missing(self, values: Mapping[str, str]) -> list[str]:
        """The fields for which somebody has neither value nor fallback in any variant: all of them get the same people."""
        return list(dict.fromkeys(name for step in self.variants or (self,) for name in step.text.missing(values)))


@dataclass(frozen=True, slots=True)
class Plan:
    """`values` are those merge fields that are the same for everybody; `steps` are in order."""

    sequence: Sequence
    mailbox: Mailbox
    steps: tuple[PlannedStep, ...]
    values: Mapping[str, str]

    @property
    def domain(self) -> str:
        return self.mailbox.address.rpartition("@")[2]

    @property
    def compared(self) -> list[UUID]:
        """The steps that have several variants."""
        return [step.id for step in self.steps if step.variants]

    def find_step(self, step_id: UUID | None) -> PlannedStep | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def step_after(self, position: int) -> PlannedStep | None:
        return next((step for step in self.steps if step.position > position), None)

    def as_first(self, step: PlannedStep) -> PlannedStep:
        """The step as somebody reads it who got no mail before: with the subject of the mail that it would have answered."""
        mails = [row for row in self.steps if row.position < step.position and row.kind in Step.MAILS]
        subjects = [row.text.template.subject for row in mails if not row.text.answers]
        plain = [subject for subject in subjects if not any(is_placeholder(field.name) for field in subject.fields)]
        return step.with_subject(plain[-1]) if plain else step

    def hours_for(self, time_zone: str, now: datetime) -> Hours:
        """The sequence's hours where the person is."""
        return hours_of(self.sequence, time_zone, now)

    def rules_for(self, time_zone: str, now: datetime) -> Rules:
        sequence = self.sequence
        return Rules(
            self.hours_for(time_zone, now),
            sequence.needs_consent,
            sequence.cap_count,
            sequence.cap_days,
            sequence.topic,
        )

    def due_after(self, position: int, sent_at: datetime, time_zone: str) -> tuple[UUID | None, datetime | None]:
        """The next step's id and when it is due; (None, None) after the last."""
        step = self.step_after(position)
        if step is None:
            return None, None
        return step.id, self.due_from(step, sent_at, time_zone)

    def due_from(self, step: PlannedStep, moment: datetime, time_zone: str) -> datetime:
        """When a step is due for somebody who has waited for it from this moment on. Raises NeverOpen."""
        return AFTER[Step.WaitUnit(step.wait_unit)](moment, step.wait_count, self.hours_for(time_zone, moment))

    def values_for(self, person: Person) -> dict[str, str]:
        return {**self.values, **person_values(person)}


def hours_of(sequence: Sequence, time_zone: str, now: datetime) -> Hours:
    """The sequence's hours in a time zone, or in its own where that is unknown."""
    return _hours(
        tuple(sequence.days), sequence.from_time, sequence.until_time, time_zone, sequence.time_zone,
        sequence.holiday_country, now.year,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _hours(days: tuple[int, ...], start: time, end: time, zone: str, fallback: str, country: str, year: int) -> Hours:
    return Hours(frozenset(days), start, end, zone_of(zone, fallback), holidays_of(country, year))


def load_plan(sequence_id: UUID) -> Plan | None:
    """The plan of a sequence that has a mailbox and steps; None otherwise."""
    return load_plans([sequence_id]).get(sequence_id)


def load_plans(sequence_ids: Collection[UUID]) -> dict[UUID, Plan]:
    """The plans of those that have a mailbox, in as many statements as for one; each step with its present version."""
    found = Sequence.objects.filter(id__in=list(sequence_ids), mailbox__isnull=False)
    sequences = list(found.select_related("mailbox", "mailbox__owner", "job", "job__department", "stop_tag"))
    found_steps = Step.objects.filter(sequence__in=sequences, retired_at=None)
    steps = list(found_steps.order_by("position").select_related("only_if_tag__merged_into"))
    versions = present_versions(step.id for step in steps)
    house = load_house([version for found in versions.values() for version in found])
    plans: dict[UUID, Plan] = {}
    for sequence in sequences:
        assert sequence.mailbox is not None
        planned = [
            _planned(sequence, sequence.mailbox, step, versions.get(step.id, []), house)
            for step in steps
            if step.sequence_id == sequence.id
        ]
        plans[sequence.id] = Plan(sequence, sequence.mailbox, tuple(planned), shared_values(sequence))
    return plans


def _planned(
    sequence: Sequence, mailbox: Mailbox, step: Step, versions: ListOf[StepVersion], house: House
) -> PlannedStep:
    if step.kind == Step.Kind.WAIT:
        return PlannedStep(
            step.id, step.position, step.kind, step.wait_count, StepVersion(step=step), NO_TEXT, wait_unit=step.wait_unit,
        )  # fmt: skip
    several = len(versions) > 1
    found = tuple(
        PlannedStep(
            step.id, step.position, step.kind, step.wait_count, version,
            _text(sequence, mailbox, step, version, house), version.letter if several else "",
            wait_unit=step.wait_unit, only_if=step.only_if, only_if_tag_id=step.only_if_tag_id, only_if_words=step.only_if_words,
        )
        for version in versions
    )  # fmt: skip
    return replace(found[0], letter="", variants=found) if several else found[0]


def load_house(versions: ListOf[StepVersion]) -> House:
    """What these texts need of the house, as it is now; at most one statement for each kind."""
    return House(_snippets(versions), brand_for(*(version.look for version in versions)))


def load_version(sequence: Sequence, mailbox: Mailbox, version: StepVersion, house: House) -> StepText:
    """An older version, compiled."""
    return _text(sequence, mailbox, version.step, version, house)


def present_versions(step_ids: Iterable[UUID]) -> dict[UUID, list[StepVersion]]:
    """The newest version of each variant that is given, in order of letters and one statement; one for most steps."""
    retired = Variant.objects.filter(step=OuterRef("step"), letter=OuterRef("letter"), retired_at__isnull=False)
    rows = StepVersion.objects.filter(~Exists(retired), step_id__in=list(step_ids))
    found: dict[UUID, list[StepVersion]] = {}
    for row in rows.order_by("step_id", "letter", "-number").distinct("step_id", "letter"):
        found.setdefault(row.step_id, []).append(row)
    return found


def read_letters(step_ids: Collection[UUID], candidate_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
    """The letters that these people got last of these steps, by (person, step); no statement where one is empty."""
    if not step_ids or not candidate_ids:
        return {}
    rows = Delivery.objects.filter(enrollment__candidate_id__in=list(candidate_ids), step_id__in=list(step_ids))
    found = rows.exclude(letter="").order_by("id").values_list("enrollment__candidate_id", "step_id", "letter")
    return {(candidate_id, step_id): letter for candidate_id, step_id, letter in found}


def _snippets(versions: Iterable[StepVersion]) -> Snippets:
    """The snippets as they are now, where a text names one; they are the house's, so nobody is asked for."""
    return tuple(
        sorted(snippets_in(*(text for version in versions for text in (version.subject, version.body))).items())
    )


def _text(sequence: Sequence, mailbox: Mailbox, step: Step, version: StepVersion, house: House) -> StepText:
    is_mail = step.kind in Step.MAILS
    signature = mailbox.signature if is_mail else ""
    brand = house.brand if version.look == Look.BRANDED and is_mail else None
    return _compiled(version.subject, version.body, signature, sequence.shows_unsubscribe, house.snippets, brand)


@lru_cache(maxsize=256)
def _compiled(
    subject: str, body: str, signature: str, shows_unsubscribe: bool, snippets: Snippets, brand: Brand | None
) -> StepText:
    return compile_step(
        subject=subject, body=body, signature=signature, shows_unsubscribe=shows_unsubscribe, snippets=dict(snippets),
        brand=brand,
    )  # fmt: skip


def shared_values(sequence: Sequence) -> dict[str, str]:
    """Merge fields that are the same for everybody in a sequence."""
    mailbox, job = sequence.mailbox, sequence.job
    sender = ""
    if mailbox is not None:
        sender = mailbox.display_name or (mailbox.owner.full_name if mailbox.owner else "")
    return {
        "job_title": job.title if job else "",
        "job_location": (job.city or job.place) if job else "",
        "department": job.department.name if job and job.department else "",
        "organisation": settings.SITE_NAME,
        "sender_name": sender,
        "sender_first_name": sender.split(" ")[0],
        "sender_title": "",
    }
