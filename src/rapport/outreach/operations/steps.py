"""The steps of a sequence as people enter them: checked, and stored beside what was sent."""

from collections.abc import Sequence as ListOf
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.ids import new_id
from rapport.mail.merge_fields import label_of, quoted
from rapport.mail.models import TemplateVersion
from rapport.mail.queries import snippets_in
from rapport.outreach.content import compile_step
from rapport.outreach.models import Delivery, Enrollment, Sequence, Step, StepVersion
from rapport.outreach.plans import present_versions

MAX_STEPS = 20
OUT_OF_THE_WAY = 1000  # positions move through here, because two steps must never share one


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step as a person enters it; `id` is None for a new one. An empty subject answers the thread.

    `template_version_id` is the wording of a template that the text was written from.
    """

    kind: str = "auto"
    wait_days: int = 0
    subject: str = ""
    body: str = ""
    id: UUID | None = None
    template_version_id: UUID | None = None


def check_steps(steps: ListOf[StepDraft], before: Sequence | None) -> dict[str, str]:
    """What is wrong with the steps, by field ("steps.0.body"); `before` is the sequence as stored."""
    wrong: dict[str, str] = {}
    if len(steps) > MAX_STEPS:
        wrong["steps"] = f"A sequence has {MAX_STEPS} steps at most."
    if not steps and before is not None and before.state == Sequence.State.ACTIVE:
        wrong["steps"] = "An active sequence needs a step. Pause it first."
    snippets = snippets_in(*(text for step in steps for text in (step.subject, step.body)))
    first_mail = next((number for number, step in enumerate(steps) if step.kind != Step.Kind.TASK), None)
    for number, step in enumerate(steps):
        if step.kind not in Step.Kind.values:
            wrong[f"steps.{number}.kind"] = "Choose what the step does."
        if not 0 <= step.wait_days <= 365:
            wrong[f"steps.{number}.wait_days"] = "Wait from 0 to 365 days."
        if number == first_mail and not step.subject.strip():
            wrong[f"steps.{number}.subject"] = "Write a subject; only later mails can answer the first."
        try:
            text = compile_step(subject=step.subject, body=step.body, snippets=snippets)
        except InvalidInput as problem:
            wrong |= {f"steps.{number}.{name}": text for name, text in problem.fields.items()}
        else:
            if text.placeholders and step.kind == Step.Kind.AUTO:
                asked = quoted([label_of(name) for name in text.placeholders])
                wrong[f"steps.{number}.kind"] = (
                    f"This mail asks for something about each person: {asked}. Choose “{Step.Kind.APPROVAL.label}”; it is "
                    "filled in when you approve."
                )
    return wrong | _unknown_versions(steps)


def _unknown_versions(steps: ListOf[StepDraft]) -> dict[str, str]:
    named = {step.template_version_id for step in steps if step.template_version_id}
    known = set(TemplateVersion.objects.filter(id__in=named).values_list("id", flat=True)) if named else set()
    return {
        f"steps.{number}.body": "The template this was written from does not exist any more. Choose another."
        for number, step in enumerate(steps)
        if step.template_version_id and step.template_version_id not in known
    }


def save_steps(actor: Actor, sequence: Sequence, drafts: ListOf[StepDraft], now: datetime) -> bool:
    """Make the steps what the drafts say, in their order; True when anything changed."""
    present = {step.id: step for step in Step.objects.filter(sequence=sequence, retired_at=None)}
    unknown = [draft.id for draft in drafts if draft.id is not None and draft.id not in present]
    if unknown:
        raise Conflict("A step was taken away meanwhile. Reload the page to see how the sequence is now.")
    kept = {draft.id for draft in drafts if draft.id}
    changed = _retire(sequence, [step for key, step in present.items() if key not in kept], kept, drafts, now)
    order = [draft.id for draft in drafts if draft.id]
    if order != sorted(kept, key=lambda key: present[key].position) or len(order) != len(drafts):
        for step in present.values():
            Step.objects.filter(id=step.id).update(position=step.position + OUT_OF_THE_WAY)
    versions = present_versions(kept)
    for position, draft in enumerate(drafts, start=1):
        changed |= _save_step(actor, sequence, position, draft, present, versions, now)
    return changed


def _save_step(
    actor: Actor, sequence: Sequence, position: int, draft: StepDraft, present: dict[UUID, Step],
    versions: dict[UUID, StepVersion], now: datetime,
) -> bool:  # fmt: skip
    step = present[draft.id] if draft.id else Step(id=new_id(), sequence=sequence)
    before = (step.position, step.kind, step.wait_days) if draft.id else None
    step.position, step.kind, step.wait_days = position, draft.kind, draft.wait_days
    if draft.id:
        step.save(update_fields=["position", "kind", "wait_days"])
    else:
        step.save(force_insert=True)
    subject, body = " ".join(draft.subject.split()), draft.body.replace("\r\n", "\n").strip()
    version = versions.get(step.id)
    if version is None or (version.subject, version.body) != (subject, body):
        StepVersion.objects.create(
            step=step, number=version.number + 1 if version else 1, subject=subject, body=body,
            template_version_id=draft.template_version_id,
            created_by_id=actor.id if actor.kind == "user" else None, created_at=now,
        )  # fmt: skip
        return True
    return before != (position, draft.kind, draft.wait_days)


def _retire(sequence: Sequence, steps: ListOf[Step], kept: set[UUID], drafts: ListOf[StepDraft], now: datetime) -> bool:
    """Take steps out of the sequence; who was to get one next gets the one after, or has finished."""
    positions = {step.id: step.position for step in Step.objects.filter(id__in=kept)}
    for step in steps:
        after = [key for key, position in positions.items() if position > step.position]
        following = min(after, key=lambda key: positions[key]) if after else None
        planned = Delivery.objects.filter(enrollment__step=step, enrollment__delivery_id__isnull=False, state="planned")
        planned_ids = list(planned.values_list("id", flat=True))
        Delivery.objects.filter(id__in=planned_ids).update(state="skipped", reason="The step was taken out.")
        Enrollment.objects.filter(delivery_id__in=planned_ids).update(delivery_id=None, next_due_at=now)
        waiting = Enrollment.objects.filter(sequence=sequence, state=Enrollment.State.ACTIVE, step=step)
        if following:
            waiting.update(step_id=following, tries=0)
        else:
            waiting.filter(delivery_id=None).update(
                step=None, next_due_at=None, state=Enrollment.State.FINISHED, ended_at=now
            )
        step.retired_at = now
        step.save(update_fields=["retired_at"])
    return bool(steps)
