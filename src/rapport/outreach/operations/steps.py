"""The steps of a sequence as people enter them: checked, and stored beside what was sent."""

from collections.abc import Mapping
from collections.abc import Sequence as ListOf
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from rapport.candidates.models import Tag
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.ids import new_id
from rapport.mail.merge_fields import label_of, quoted
from rapport.mail.models import Look, TemplateVersion
from rapport.mail.queries import snippets_in
from rapport.outreach import ledger
from rapport.outreach.content import compile_step
from rapport.outreach.ending import record_finished
from rapport.outreach.models import Enrollment, Sequence, Step, StepVersion, Variant
from rapport.outreach.plans import present_versions
from rapport.outreach.variants import FIRST, LETTERS, MOST_VARIANTS

MAX_STEPS = 20
TAG_CONDITIONS = (Step.OnlyIf.TAGGED, Step.OnlyIf.NOT_TAGGED)
OUT_OF_THE_WAY = 1000  # positions move through here, because two steps must never share one


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """One wording of a step as a person enters it. An empty subject answers the thread.

    `template_version_id` is the wording of a template that the text was written from.
    """

    letter: str
    subject: str = ""
    body: str = ""
    template_version_id: UUID | None = None
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step as a person enters it; `id` is None for a new one. Its own text is that of its first variant.

    `only_if` is a value of Step.OnlyIf; with "tagged" and "not_tagged" it needs a tag. `metric` is one of Step.Metric.

    An empty letter means the first that the step has; `variants` are the further ones.
    """

    kind: str = "auto"
    wait_count: int = 0
    subject: str = ""
    body: str = ""
    id: UUID | None = None
    template_version_id: UUID | None = None
    letter: str = ""
    variants: tuple[VariantDraft, ...] = ()
    smallest_difference_points: int = 5
    expected_rate_percent: int = 10
    wait_unit: str = "days"
    only_if: str = ""
    only_if_tag_id: UUID | None = None
    metric: str = "replied"
    look: str = "plain"

    @property
    def texts(self) -> tuple[VariantDraft, ...]:
        """All wordings, the first one first."""
        first = VariantDraft(self.letter or FIRST, self.subject, self.body, self.template_version_id, self.look)
        return (first, *self.variants)


def check_steps(steps: ListOf[StepDraft], before: Sequence | None, *, tracks_clicks: bool = True) -> dict[str, str]:
    """What is wrong with the steps, by field ("steps.0.body"); `before` is the sequence as stored."""
    wrong = _unknown_tags(steps)
    if len(steps) > MAX_STEPS:
        wrong["steps"] = f"A sequence has {MAX_STEPS} steps at most."
    if not steps and before is not None and before.state == Sequence.State.ACTIVE:
        wrong["steps"] = "An active sequence needs a step. Pause it first."
    snippets = snippets_in(*(text for step in steps for draft in step.texts for text in (draft.subject, draft.body)))
    first_mail = next((number for number, step in enumerate(steps) if step.kind in Step.MAILS), None)
    for number, step in enumerate(steps):
        if step.kind not in Step.Kind.values:
            wrong[f"steps.{number}.kind"] = "Choose what the step does."
        if not 0 <= step.wait_count <= 365 or step.wait_unit not in Step.WaitUnit.values:
            wrong[f"steps.{number}.wait_count"] = "Wait from 0 to 365 hours, days or working days."
        elif step.kind == Step.Kind.WAIT and not step.wait_count:
            wrong[f"steps.{number}.wait_count"] = "Say how long to wait: 1 or more."
        if problem := _check_condition(step, first_mail is None or number <= first_mail, tracks_clicks):
            wrong[f"steps.{number}.only_if"] = problem
        wrong |= {f"steps.{number}.{name}": text for name, text in _check_comparison(step).items()}
        for place, draft in _places(number, step) if step.kind != Step.Kind.WAIT else ():
            wrong |= _check_text(place, f"steps.{number}.kind", draft, step.kind, number == first_mail, snippets)
    return wrong | _unknown_versions(steps)


def _places(number: int, step: StepDraft) -> list[tuple[str, VariantDraft]]:
    """The wordings of a step with where their fields are: "steps.0" for the first one, "steps.0.B" for others."""
    return [
        (f"steps.{number}.{draft.letter}" if at else f"steps.{number}", draft) for at, draft in enumerate(step.texts)
    ]


def _check_text(
    place: str, kind_place: str, draft: VariantDraft, kind: str, is_first: bool, snippets: Mapping[str, str]
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if draft.look not in Look.values:
        wrong[f"{place}.look"] = "Choose how the mail looks."
    if is_first and not draft.subject.strip():
        wrong[f"{place}.subject"] = "Write a subject; only later mails can answer the first."
    try:
        text = compile_step(subject=draft.subject, body=draft.body, snippets=snippets)
    except InvalidInput as problem:
        return wrong | {f"{place}.{name}": text for name, text in problem.fields.items()}
    if text.placeholders and kind == Step.Kind.AUTO:
        asked = quoted([label_of(name) for name in text.placeholders])
        wrong[kind_place] = (
            f"This mail asks for something about each person: {asked}. Choose “{Step.Kind.APPROVAL.label}”; it is "
            "filled in when you approve."
        )
    return wrong


def _check_condition(step: StepDraft, comes_before_mail: bool, tracks_clicks: bool) -> str:
    """What is wrong with who gets a step, or ""; a tag that was deleted may stay, nobody has it."""
    if step.only_if not in Step.OnlyIf.values:
        return "Choose who gets this step."
    if step.only_if and step.kind == Step.Kind.WAIT:
        return "Everybody waits: whom a step is for is looked at once its wait is over. Choose everybody."
    if step.only_if not in (Step.OnlyIf.CLICKED, Step.OnlyIf.NOT_CLICKED):
        return ""
    if comes_before_mail:
        return "Nobody can have followed a link before the first mail. Choose everybody, a tag, or applying."
    return "" if tracks_clicks else "To know who followed a link, let this sequence see which links are followed."


def _unknown_tags(steps: ListOf[StepDraft]) -> dict[str, str]:
    named = {step.only_if_tag_id for step in steps if step.only_if_tag_id}
    known = set(Tag.objects.filter(id__in=named).values_list("id", flat=True)) if named else set()
    return {
        f"steps.{number}.only_if_tag": "There is no such tag any more. Choose another."
        for number, step in enumerate(steps)
        if step.only_if_tag_id and step.only_if_tag_id not in known
    }


def _check_comparison(step: StepDraft) -> dict[str, str]:
    wrong: dict[str, str] = {}
    texts = step.texts
    if len(texts) > MOST_VARIANTS:
        wrong["variants"] = f"A step has {MOST_VARIANTS} variants at most."
    if len({draft.letter for draft in texts}) < len(texts) or not {draft.letter for draft in texts} <= set(LETTERS):
        wrong["variants"] = "Each variant has a letter of its own. Reload the page to see how the step is now."
    if len(texts) > 1 and step.kind not in Step.MAILS:
        wrong["kind"] = "Only mails have variants. Take the others out, or choose a mail."
    if not 1 <= step.smallest_difference_points <= 50:
        wrong["smallest_difference_points"] = "Enter a number from 1 to 50."
    if step.metric not in Step.Metric.values:
        wrong["metric"] = "Choose what the variants are compared by."
    if not 1 <= step.expected_rate_percent <= 90:
        wrong["expected_rate_percent"] = "Enter a number from 1 to 90."
    seen: dict[tuple[str, str, str], str] = {}
    for draft in texts:
        same = seen.setdefault(_wording(draft), draft.letter)
        if same != draft.letter and draft.body.strip():
            wrong[f"{draft.letter}.body"] = f"This says the same as variant {same}. Change one of them."
    return wrong


def _wording(draft: VariantDraft) -> tuple[str, str, str]:
    """Subject, text and look as they are stored."""
    return " ".join(draft.subject.split()), draft.body.replace("\r\n", "\n").strip(), draft.look


def _unknown_versions(steps: ListOf[StepDraft]) -> dict[str, str]:
    texts = [(place, draft) for number, step in enumerate(steps) for place, draft in _places(number, step)]
    named = {draft.template_version_id for _, draft in texts if draft.template_version_id}
    known = set(TemplateVersion.objects.filter(id__in=named).values_list("id", flat=True)) if named else set()
    return {
        f"{place}.body": "The template this was written from does not exist any more. Choose another."
        for place, draft in texts
        if draft.template_version_id and draft.template_version_id not in known
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
        for key in kept:
            Step.objects.filter(id=key).update(position=present[key].position + OUT_OF_THE_WAY)
    stored, tags = _read_stored(kept), _names_of_tags(drafts)
    for position, draft in enumerate(drafts, start=1):
        step = present[draft.id] if draft.id else Step(id=new_id(), sequence=sequence)
        if draft.id and step.kind == Step.Kind.APPROVAL and draft.kind not in Step.MAILS:
            ledger.leave_out_planned(sequence.id, step.id, due_at=now, why="The step is no mail any more.")
        changed |= _save_step(actor, step, position, draft, stored.get(step.id, _Stored()), tags, now)
    return changed


def _names_of_tags(drafts: ListOf[StepDraft]) -> dict[UUID | None, str]:
    named = {draft.only_if_tag_id for draft in drafts if draft.only_if_tag_id}
    return dict(Tag.objects.filter(id__in=named).values_list("id", "name")) if named else {}


@dataclass(slots=True)
class _Stored:
    """What is there of a step: the newest version of each variant that is given, variants, and the last version's number."""

    versions: dict[str, StepVersion] = field(default_factory=dict)
    variants: dict[str, Variant] = field(default_factory=dict)
    number: int = 0


def _read_stored(step_ids: set[UUID]) -> dict[UUID, _Stored]:
    stored = {
        key: _Stored({version.letter: version for version in versions})
        for key, versions in present_versions(step_ids).items()
    }
    for variant in Variant.objects.filter(step_id__in=step_ids):
        stored[variant.step_id].variants[variant.letter] = variant
    for key, number in StepVersion.objects.filter(step_id__in=step_ids).values_list("step_id").annotate(Max("number")):
        stored[key].number = number
    return stored


def _save_step(
    actor: Actor, step: Step, position: int, draft: StepDraft, stored: _Stored, tags: Mapping[UUID | None, str],
    now: datetime,
) -> bool:  # fmt: skip
    texts = list(draft.texts) if draft.kind != Step.Kind.WAIT else []
    if texts and stored.versions and not draft.letter:
        others = {text.letter for text in draft.variants}
        texts[0] = replace(texts[0], letter=min(stored.versions.keys() - others, default=FIRST))
    gone = {letter for letter, variant in stored.variants.items() if variant.retired_at}
    if taken_out := gone & {text.letter for text in texts}:
        raise Conflict(
            f"Variant {min(taken_out)} was taken out meanwhile. Reload the page to see how the sequence is now."
        )
    by_tag = draft.only_if in TAG_CONDITIONS
    values = {
        "position": position, "kind": draft.kind, "wait_count": draft.wait_count, "wait_unit": draft.wait_unit,
        "only_if": draft.only_if, "only_if_tag_id": draft.only_if_tag_id if by_tag else None,
        "only_if_tag_name": tags.get(draft.only_if_tag_id, step.only_if_tag_name) if by_tag else "",
        "smallest_difference_points": draft.smallest_difference_points,
        "expected_rate_percent": draft.expected_rate_percent, "metric": draft.metric,
    }  # fmt: skip
    is_new = step._state.adding
    changed = is_new or any(getattr(step, name) != value for name, value in values.items())
    fresh = [text for text in texts if _differs(text, stored.versions.get(text.letter))]
    others = set(stored.versions) ^ {text.letter for text in texts} if texts else set()
    # Who chooses what counts after seeing the figures would find a winner in chance: counting begins anew.
    if (fresh or others or step.metric != draft.metric) and len(texts) > 1:
        values["compared_since"] = now
    for name, value in values.items():
        setattr(step, name, value)
    if is_new:
        step.save(force_insert=True)
    else:
        step.save(update_fields=list(values))
    for number, text in enumerate(fresh, start=stored.number + 1):
        _add_version(actor, step, number, text, now)
    if others and (len(texts) > 1 or stored.versions):
        _save_variants(step, {text.letter for text in texts}, stored, now)
    return changed or bool(fresh or others)


def _differs(text: VariantDraft, version: StepVersion | None) -> bool:
    return version is None or (version.subject, version.body, version.look) != _wording(text)


def _add_version(actor: Actor, step: Step, number: int, text: VariantDraft, now: datetime) -> None:
    subject, body, look = _wording(text)
    StepVersion.objects.create(
        step=step, number=number, letter=text.letter, subject=subject, body=body, look=look,
        template_version_id=text.template_version_id, created_by_id=actor.id if actor.kind == "user" else None,
        created_at=now,
    )  # fmt: skip


def _save_variants(step: Step, wanted: set[str], stored: _Stored, now: datetime) -> None:
    """Add the variants that are new, and retire those that are not wanted any more."""
    present = set(stored.versions)
    retired = present - wanted
    Variant.objects.bulk_create(
        Variant(step=step, letter=letter, created_at=now, retired_at=now if letter in retired else None)
        for letter in sorted((present | wanted) - set(stored.variants))
    )
    Variant.objects.filter(step=step, letter__in=retired & set(stored.variants)).update(retired_at=now)


def _retire(sequence: Sequence, steps: ListOf[Step], kept: set[UUID], drafts: ListOf[StepDraft], now: datetime) -> bool:
    """Take steps out of the sequence; who was to get one next gets the one after, or has finished.

    Records enrollment.finished.
    """
    positions = {step.id: step.position for step in Step.objects.filter(id__in=kept)}
    places = {draft.id: place for place, draft in enumerate(drafts)}
    for step in steps:
        after = [key for key, position in positions.items() if position > step.position]
        following = min(after, key=lambda key: positions[key]) if after else None
        ledger.leave_out_planned(sequence.id, step.id, due_at=now, why="The step was taken out.")
        waiting = Enrollment.objects.filter(sequence=sequence, state=Enrollment.State.ACTIVE, step=step)
        if following:
            waiting.update(step_id=following, tries=0)
        else:
            idle = waiting.filter(delivery_id=None).select_for_update().order_by("id")
            over = dict(idle.values_list("id", "candidate_id"))
            Enrollment.objects.filter(id__in=over).update(
                step=None, next_due_at=None, state=Enrollment.State.FINISHED, ended_at=now
            )
            record_finished(sequence, over.items())
        # Whoever is on the way to it, or has its mail in hand, goes on after this place.
        step.retired_at, step.position = now, places[following] if following else len(drafts)
        step.save(update_fields=["retired_at", "position"])
    return bool(steps)
