"""Writing, changing, starting and stopping sequences."""

from collections.abc import Sequence as ListOf
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import partial
from typing import NamedTuple
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.candidates.models import Tag
from rapport.jobs.models import Job
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.mail.address_tokens import TRIAL, trial_url
from rapport.mail.composing import Content, clipping_of
from rapport.mail.merge_fields import MissingValues
from rapport.mail.queries import brand_for, sendable_mailboxes, snippets_in
from rapport.mail.template_fields import sample_values
from rapport.outreach import queries
from rapport.outreach.activities import (
    SEQUENCE_ACTIVATED,
    SEQUENCE_ARCHIVED,
    SEQUENCE_CHANGED,
    SEQUENCE_CREATED,
    SEQUENCE_PAUSED,
)
from rapport.outreach.content import compile_step
from rapport.outreach.drafts import values_of
from rapport.outreach.ending import EndedEnrollment, end_many
from rapport.outreach.models import Enrollment, Sequence, Step
from rapport.outreach.operations.steps import StepDraft, check_steps, save_steps
from rapport.outreach.parcels import link_url
from rapport.outreach.permissions import EDIT
from rapport.outreach.subjects import subjects_of_sequence


@dataclass(frozen=True, slots=True)
class SequenceDraft:
    """A sequence as a person enters it; `time_zone` holds for those whose own is not known."""

    name: str
    mailbox_id: UUID | None = None
    job_id: UUID | None = None
    time_zone: str = field(default_factory=lambda: settings.DEFAULT_TIME_ZONE)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    from_time: time = time(9)
    until_time: time = time(17)
    holiday_country: str = ""
    needs_consent: bool = False
    cap_count: int = 2
    cap_days: int = 7
    shows_unsubscribe: bool = True
    tracks_clicks: bool = True
    topic: str = "jobs"
    again_after_days: int = 0
    goal: str = "reply"
    stop_tag_id: UUID | None = None
    goes_on_when_applied: bool = False
    held_out_percent: int = 0


_FIELDS = tuple(name for name in SequenceDraft.__dataclass_fields__)


def create_sequence(*, actor: Actor, draft: SequenceDraft, steps: ListOf[StepDraft] = ()) -> Sequence:
    """Write a sequence; it sends nothing until it is activated. Records sequence.created.

    Raises NotAllowed, InvalidInput by field ("steps.0.body" for the first step's body), Conflict for a name in use.
    """
    require(actor, EDIT)
    _check(actor, draft, steps, None)
    now = clock.now()
    try:
        with transaction.atomic():
            _refuse_taken_name(actor, draft.name)
            sequence = Sequence(
                owner_id=actor.id if actor.kind == "user" else None,
                created_at=now,
                updated_at=now,
                held_out_since=now if draft.held_out_percent else None,
                **_values(draft),
            )
            sequence.save(force_insert=True)
            save_steps(actor, sequence, steps, now)
            record(SEQUENCE_CREATED, actor=actor, subjects=subjects_of_sequence(sequence), data={"name": sequence.name})
    except IntegrityError as error:
        raise _name_taken(error, draft.name) from error
    return sequence


def save_sequence(
    *,
    actor: Actor,
    sequence_id: UUID,
    draft: SequenceDraft,
    steps: ListOf[StepDraft],
    updated_at: datetime | None = None,
) -> Sequence:
    """Change a sequence and its steps; what was sent keeps its wording, and people go on from where they are.

    A step that is left out is taken away: who was to get it next goes on to the one after. `updated_at` is when the
    draft was read: Conflict when somebody has saved meanwhile. Records sequence.changed; without a change nothing.
    """
    try:
        with transaction.atomic():
            sequence = queries.lock_sequence(actor, sequence_id)
            if updated_at and sequence.updated_at != updated_at:
                raise Conflict("A colleague has changed this sequence meanwhile. Reload the page to see how it is now.")
            _check(actor, draft, steps, sequence)
            now = clock.now()
            values = _values(draft)
            changed = [name for name, value in values.items() if getattr(sequence, name) != value]
            if "name" in changed:
                _refuse_taken_name(actor, draft.name, except_id=sequence.id)
            for name in changed:
                setattr(sequence, name, values[name])
            if "held_out_percent" in changed and draft.held_out_percent:
                # People of two shares are not compared with one another: the comparison begins anew.
                sequence.held_out_since = now
            if save_steps(actor, sequence, steps, now):
                changed.append("steps")
            if changed:
                sequence.updated_at = now
                sequence.save(
                    update_fields=[*(name for name in changed if name != "steps"), "held_out_since", "updated_at"]
                )
                told = {"stop_tag" if name == "stop_tag_name" else name.removesuffix("_id") for name in changed}
                record(
                    SEQUENCE_CHANGED,
                    actor=actor,
                    subjects=subjects_of_sequence(sequence),
                    data={"name": sequence.name, "changed": sorted(told)},
                )
    except IntegrityError as error:
        raise _name_taken(error, draft.name) from error
    return sequence


@transaction.atomic
def activate_sequence(*, actor: Actor, sequence_id: UUID, note: str = "") -> Sequence:
    """Let a sequence send, for the first time or again. Records sequence.activated; twice is harmless.

    One that paused itself wants a note, what was done about it, and is watched from now on. Raises InvalidInput without,
    Conflict without a mailbox or steps, or when it is archived.
    """
    sequence = queries.lock_sequence(actor, sequence_id)
    if sequence.state == Sequence.State.ACTIVE:
        return sequence
    if sequence.state == Sequence.State.ARCHIVED:
        raise Conflict("This sequence is archived. Write a new one.")
    if sequence.mailbox_id is None:
        raise Conflict("Choose the mailbox that this sequence writes from, then start it.")
    if not Step.objects.filter(sequence=sequence, retired_at=None).exists():
        raise Conflict("Write at least one step, then start the sequence.")
    if not sequence.pause_note:
        return _move(actor, sequence, Sequence.State.ACTIVE)
    if not note.strip():
        raise InvalidInput({"note": "Say what was done about it, then the sequence goes on."})
    sequence.pause_note, sequence.watched_since = "", clock.now()
    sequence.save(update_fields=["pause_note", "watched_since"])
    return _move(actor, sequence, Sequence.State.ACTIVE, note=note.strip()[:500])


@transaction.atomic
def pause_sequence(*, actor: Actor, sequence_id: UUID) -> Sequence:
    """Send nothing for a while; people keep their place. Records sequence.paused; twice is harmless."""
    sequence = queries.lock_sequence(actor, sequence_id)
    return _move(actor, sequence, Sequence.State.PAUSED) if sequence.state == Sequence.State.ACTIVE else sequence


@transaction.atomic
def archive_sequence(*, actor: Actor, sequence_id: UUID) -> Sequence:
    """Put a sequence away for good: everybody in it is stopped. Records sequence.archived and enrollment.exited."""
    sequence = queries.lock_sequence(actor, sequence_id)
    if sequence.state == Sequence.State.ARCHIVED:
        return sequence
    active = Enrollment.objects.filter(sequence=sequence, state=Enrollment.State.ACTIVE)
    ended = [
        EndedEnrollment(key, candidate_id, "sequence_archived", "The sequence was put away.")
        for key, candidate_id in active.values_list("id", "candidate_id")
    ]
    end_many(sequence, ended, clock.now(), actor=actor)
    return _move(actor, sequence, Sequence.State.ARCHIVED)


class StepPreview(NamedTuple):
    """What a step would say to somebody, the fields without value and fallback, whether its HTML shows more than text.

    `clipping` warns where Gmail would not show all of it, with links as they are followed.
    """

    content: Content
    missing: tuple[str, ...]
    is_formatted: bool
    clipping: str


def preview_step(
    *, actor: Actor, draft: SequenceDraft, step: StepDraft, candidate_id: UUID | None, first_subject: str = ""
) -> StepPreview:
    """What a step would say to a candidate, to an invented one for None.

    Raises InvalidInput by field (subject, body) with the position, NotFound for a candidate whom the actor may not see.
    """
    require(actor, EDIT)
    mailbox = sendable_mailboxes(actor).filter(id=draft.mailbox_id).first() if draft.mailbox_id else None
    text = compile_step(
        subject=step.subject, body=step.body, signature=mailbox.signature if mailbox else "",
        shows_unsubscribe=draft.shows_unsubscribe, snippets=snippets_in(step.subject, step.body),
        brand=brand_for(step.look),
    )  # fmt: skip
    values = sample_values()
    if candidate_id is not None:
        values |= values_of(actor, candidate_id, mailbox=mailbox, job=_job(actor, draft.job_id))
    values |= {name: name for name in text.placeholders}
    missing: tuple[str, ...] = ()
    render = partial(text.render, unsubscribe_url=trial_url(), thread_subject=first_subject)
    try:
        content = render(values)
    except MissingValues as problem:
        missing = problem.names
        values |= {name: f"[{name.replace('_', ' ')}?]" for name in missing}
        content = render(values)
    sent = render(values, lead=partial(link_url, TRIAL)) if draft.tracks_clicks else content
    return StepPreview(content, missing, text.template.is_formatted, clipping_of(sent))


def _move(actor: Actor, sequence: Sequence, state: str, **data: str) -> Sequence:
    verbs = {"active": SEQUENCE_ACTIVATED, "paused": SEQUENCE_PAUSED, "archived": SEQUENCE_ARCHIVED}
    sequence.state, sequence.updated_at = state, clock.now()
    sequence.save(update_fields=["state", "updated_at"])
    record(verbs[state], actor=actor, subjects=subjects_of_sequence(sequence), data={"name": sequence.name, **data})
    return sequence


def _values(draft: SequenceDraft) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(draft, name) for name in _FIELDS}
    tag = Tag.objects.filter(id=draft.stop_tag_id).first() if draft.stop_tag_id else None
    return {
        **values, "name": " ".join(draft.name.split()), "days": sorted(set(draft.days)),
        "stop_tag_name": tag.name if tag else "",
    }  # fmt: skip


def _check(actor: Actor, draft: SequenceDraft, steps: ListOf[StepDraft], before: Sequence | None) -> None:
    wrong: dict[str, str] = {}
    if not draft.name.strip():
        wrong["name"] = "Give the sequence a name."
    if len(draft.name.strip()) > 120:
        wrong["name"] = "A name has 120 characters at most."
    if not draft.days or not set(draft.days) <= set(range(7)):
        wrong["days"] = "Choose at least one day of the week."
    if draft.from_time >= draft.until_time:
        wrong["until_time"] = "The hours end before they begin."
    if draft.time_zone not in available_timezones():
        wrong["time_zone"] = "Choose a time zone such as Europe/Berlin."
    for name in ("cap_count", "cap_days"):
        if not 1 <= getattr(draft, name) <= 90:
            wrong[name] = "Enter a number from 1 to 90."
    if not 0 <= draft.again_after_days <= 3650:
        wrong["again_after_days"] = "Enter a number of days up to 3,650, or 0 for never."
    if not 0 <= draft.held_out_percent <= 50:
        wrong["held_out_percent"] = "Enter a share from 0 to 50 percent."
    kept = before is not None and draft.mailbox_id == before.mailbox_id
    if draft.mailbox_id and not kept and not sendable_mailboxes(actor).filter(id=draft.mailbox_id).exists():
        wrong["mailbox_id"] = "Choose a mailbox that you may write from."
    if draft.mailbox_id is None and before is not None and before.state == Sequence.State.ACTIVE:
        wrong["mailbox_id"] = "An active sequence needs a mailbox. Pause it first."
    if draft.job_id and _job(actor, draft.job_id) is None:
        wrong["job_id"] = "Choose a job that you may see."
    if draft.goal not in Sequence.Goal.values:
        wrong["goal"] = "Choose what the sequence is for."
    elif draft.goal == Sequence.Goal.CLICK and not draft.tracks_clicks:
        wrong["goal"] = "To notice that a link is followed, let this sequence see which links are followed."
    if draft.goes_on_when_applied and draft.goal == Sequence.Goal.APPLICATION:
        wrong["goes_on_when_applied"] = "That they apply is what it is for, so it ends for whoever does."
    if draft.stop_tag_id and not Tag.objects.filter(id=draft.stop_tag_id).exists():
        wrong["stop_tag"] = "There is no such tag any more. Choose another."
    wrong |= check_steps(steps, before, tracks_clicks=draft.tracks_clicks)
    if wrong:
        raise InvalidInput(wrong)


def _job(actor: Actor, job_id: UUID | None) -> Job | None:
    if job_id is None:
        return None
    return Job.objects.visible_to(actor).select_related("department").filter(id=job_id).first()


def _refuse_taken_name(actor: Actor, name: str, *, except_id: UUID | None = None) -> None:
    """Two of one name in a list are hard to tell apart; those that the actor may not see do not count and are not told of.

    Two colleagues who take one name for different jobs at once both have it: the database refuses only one job's second.
    """
    named = queries.visible_sequences(actor).filter(name__iexact=" ".join(name.split()))
    taken = named.exclude(state=Sequence.State.ARCHIVED).values_list("id", flat=True)
    if any(key != except_id for key in taken):
        raise _in_use(name)


def _name_taken(error: IntegrityError, name: str) -> Conflict:
    if "outreach_sequence_name_unique" not in str(error):
        raise error
    return _in_use(name)


def _in_use(name: str) -> Conflict:
    return Conflict(f"There is a sequence named “{name.strip()}” already. Choose another name.")
