"""The editor of a sequence: steps can be added, moved and taken away without saving; the preview follows the typing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.candidates.queries import list_newest, names_of
from rapport.jobs.queries import list_open_jobs
from rapport.lib import clock
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, find_id, whole_number
from rapport.mail.queries import find_versions, list_templates, sendable_mailboxes
from rapport.mail.showing import frame_url
from rapport.mail.template_fields import FIELDS
from rapport.outreach import operations, queries
from rapport.outreach.forms import SequenceForm, StepForm, VariantForm, initial_of
from rapport.outreach.models import Sequence, Step
from rapport.outreach.operations import SequenceDraft, StepDraft
from rapport.outreach.permissions import EDIT
from rapport.outreach.plans import read_letters
from rapport.outreach.rearranging import FIRST_BODY, rearranged
from rapport.outreach.variant_results import required_people
from rapport.outreach.variants import MOST_VARIANTS, draw

TEXT_FIELDS = ("letter", "subject", "body", "look", "template_version_id")
STEP_FIELDS = (
    "kind", "wait_count", "wait_unit", "only_if", "metric", "smallest_difference_points", "expected_rate_percent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Editor:
    """The forms of the editor; steps in their order."""

    form: SequenceForm
    steps: list[StepForm]

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(text.is_valid() for step in self.steps for text in step.texts)])


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    """Write a new sequence."""
    require(request.actor, EDIT)
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def edit(request: Request, sequence_id: UUID) -> HttpResponse:
    """Change a sequence and its steps."""
    require(request.actor, EDIT)
    return _edit(request, queries.get_sequence(request.actor, sequence_id))


def _edit(request: Request, sequence: Sequence | None) -> HttpResponse:
    if request.method == "GET":
        return _show(request, sequence, _stored(request, sequence))
    do = request.POST.get("do", "save")
    if do != "save":
        data = rearranged(request.actor, request.POST, do)
        return _show(request, sequence, _editor(request, sequence, data), part="#steps")
    editor = _editor(request, sequence, request.POST)
    if not editor.is_valid():
        return _show(request, sequence, editor, status=422)
    try:
        saved = _save(request, sequence, editor)
    except InvalidInput as error:
        _add_errors(editor, error)
        return _show(request, sequence, editor, status=422)
    except Conflict as error:
        editor.form.add_error(None, str(error))
        return _show(request, sequence, editor, status=409)
    return redirect("outreach:detail", saved.id)


def _save(request: Request, sequence: Sequence | None, editor: Editor) -> Sequence:
    steps = [step.draft() for step in editor.steps]
    if sequence is None:
        return operations.create_sequence(actor=request.actor, draft=editor.form.draft(), steps=steps)
    try:
        seen = clock.read_moment(text) if (text := editor.form.cleaned_data["updated_at"]) else None
    except ValueError as error:
        raise InvalidInput("This page cannot be saved as it is. Copy your text, reload, and enter it again.") from error
    return operations.save_sequence(
        actor=request.actor, sequence_id=sequence.id, draft=editor.form.draft(), steps=steps,
        updated_at=seen,
    )  # fmt: skip


def _show(
    request: Request, sequence: Sequence | None, editor: Editor, *, part: str = "", status: int = 200
) -> HttpResponse:
    chosen = request.POST.get("preview_candidate") or ""
    texts = [text for step in editor.steps for text in step.texts]
    version_ids = [find_id(str(text["template_version_id"].value() or "")) for text in texts]
    written_from = find_versions(request.actor, {key for key in version_ids if key})
    for text, key in zip(texts, version_ids, strict=True):
        text.written_from = written_from.get(key) if key else None
    context = {
        "templates": list(list_templates(request.actor)),
        "sequence": sequence,
        "form": editor.form,
        "steps": editor.steps,
        "fields": [(name, f"{{{{ {name} }}}}", about) for name, (about, _) in FIELDS.items()],
        "people": [row.candidate for row in list_newest(request.actor, limit=20).rows],
        "chosen": chosen,
        "last": len(editor.steps) - 1,
        "most_variants": MOST_VARIANTS,
        **previews(request, editor, chosen),
    }
    return render(request, "outreach/editor.html" + (part if request.htmx else ""), context, status=status)


def _stored(request: Request, sequence: Sequence | None) -> Editor:
    form = SequenceForm(initial=initial_of(sequence), **_choices(request, sequence))
    if sequence is None:
        return Editor(form, [StepForm(prefix="step-0", initial={"kind": "auto", "wait_count": 0, "body": FIRST_BODY})])
    steps = []
    for number, step in enumerate(queries.list_steps(sequence)):
        values = {name: getattr(step, name) for name in ("id", *STEP_FIELDS, "used")}
        values["only_if_tag"] = step.only_if_tag.name if step.only_if_tag else ""
        texts = [{name: getattr(text, name) for name in TEXT_FIELDS} for text in vars(step)["texts"]]
        first, *others = texts or [{"body": FIRST_BODY}]
        stored = StepForm(prefix=f"step-{number}", initial={**values, **first})
        stored.variants = [VariantForm(prefix=f"step-{number}-{text['letter']}", initial=text) for text in others]
        steps.append(stored)
    return Editor(form, steps)


def _editor(request: Request, sequence: Sequence | None, data: QueryDict) -> Editor:
    form = SequenceForm(data, **_choices(request, sequence))
    steps = [StepForm(data, prefix=f"step-{key}") for key in data.getlist("steps")]
    for step in steps:
        letters = dict.fromkeys(letter[:1] for letter in data.getlist(f"{step.prefix}-variants"))
        step.variants = [VariantForm(data, prefix=f"{step.prefix}-{letter}", letter=letter) for letter in letters]
    return Editor(form, steps)


def _choices(request: Request, sequence: Sequence | None) -> dict[str, Any]:
    mailboxes = list(sendable_mailboxes(request.actor))
    jobs = list_open_jobs(request.actor, limit=200)
    if sequence and sequence.mailbox and sequence.mailbox not in mailboxes:
        mailboxes.append(sequence.mailbox)
    if sequence and sequence.job and sequence.job not in jobs:
        jobs.append(sequence.job)
    return {"mailboxes": mailboxes, "jobs": jobs}


def _add_errors(editor: Editor, error: InvalidInput) -> None:
    """Put an operation's complaints beside the fields they name: "name", "steps.0.body" or "steps.0.B.body"."""
    for name, text in error.fields.items():
        place, _, rest = name.partition(".")
        if place == "steps" and rest:
            number, *letter, field = rest.split(".")
            step = editor.steps[int(number)]
            form = next((row for row in step.variants if [row.shown_letter] == letter), step)
            form.add_error(field if field in form.fields else None, text)
        else:
            editor.form.add_error(name if name in editor.form.fields else None, text)


@require_POST
def preview(request: Request) -> HttpResponse:
    """All mails of the sequence as somebody would read them, or what is wrong with each, with its place."""
    require(request.actor, EDIT)
    editor = _editor(request, None, request.POST)
    context = previews(request, editor, request.POST.get("preview_candidate", ""))
    return render(request, "outreach/editor.html#preview", {**context, "steps": editor.steps, "beside": True})


def previews(request: Request, editor: Editor, chosen: str) -> dict[str, Any]:
    """`mails`: for each wording of each step its number, letter, day, content or problems, fields that this person lacks,
    and whether it is theirs; `reader`: a name. Steps with several get to know how many people they want."""
    reader = find_id(chosen)
    names = names_of(request.actor, [reader]) if reader else {}
    candidate_id = reader if names else None  # somebody who is gone, or whom one may not see: the invented one
    draft, theirs = _draft(editor), _letters_of(editor, candidate_id)
    rows, hours, subject = [], 0, ""
    for number, step in enumerate(editor.steps, start=1):
        is_hours = step["wait_unit"].value() == Step.WaitUnit.HOURS
        hours += min(_number(step, "wait_count"), 999) * (1 if is_hours else 24)
        kind, thread = str(step["kind"].value() or ""), subject
        if kind == Step.Kind.WAIT:
            rows.append({"number": number, "day": hours // 24, "kind": kind})
            continue
        for text in step.texts:
            letter = text.shown_letter
            row: dict[str, Any] = {
                "number": number, "letter": letter, "day": hours // 24, "kind": kind, "problems": [], "missing": (),
                "is_theirs": bool(letter) and theirs.get(number) == letter,
            }  # fmt: skip
            entered = StepDraft(
                kind=kind, subject=str(text["subject"].value() or ""), body=str(text["body"].value() or ""),
                look=str(text["look"].value() or ""),
            )  # fmt: skip
            try:
                seen = operations.preview_step(
                    actor=request.actor, draft=draft, step=entered, candidate_id=candidate_id, first_subject=thread
                )
                row["content"], row["missing"] = seen.content, seen.missing
                row["clipping"] = seen.clipping if kind != Step.Kind.TASK else ""
                if seen.is_formatted and kind != Step.Kind.TASK:
                    row["frame_url"] = frame_url(request.actor, seen.content.html)
                if not subject or (row["is_theirs"] and not thread):
                    subject = row["content"].subject
            except InvalidInput as error:
                row["problems"] = [f"{name.capitalize()}: {problem}" for name, problem in error.fields.items()]
            rows.append(row)
        if step.variants:
            step.required_people = required_people(
                min(max(_number(step, "expected_rate_percent"), 1), 90),
                min(max(_number(step, "smallest_difference_points"), 1), 50),
                min(len(step.texts), MOST_VARIANTS),
            )
    return {"mails": rows, "reader": next(iter(names.values()), "")}


def _letters_of(editor: Editor, candidate_id: UUID | None) -> dict[int, str]:
    """Which variant this person gets of each stored step that has several, by the step's number."""
    stored = {
        number: step_id
        for number, step in enumerate(editor.steps, start=1)
        if step.variants and (step_id := find_id(str(step["id"].value() or "")))
    }
    if candidate_id is None or not stored:
        return {}
    had = read_letters(list(stored.values()), [candidate_id])
    found = {}
    for number, step_id in stored.items():
        step = editor.steps[number - 1]
        letters = [text.shown_letter for text in step.texts]
        before = had.get((candidate_id, step_id), "")
        found[number] = before if before in letters else draw(step_id, candidate_id, letters)
    return found


def _number(step: StepForm, name: str) -> int:
    """What stands in a field of a step, also while it is not valid yet; what the field begins with where it is empty."""
    value = step[name].value()
    return whole_number(str(step.fields[name].initial if value in (None, "") else value))


def _draft(editor: Editor) -> SequenceDraft:
    form = editor.form
    return SequenceDraft(
        name="", mailbox_id=find_id(str(form["mailbox_id"].value() or "")), job_id=find_id(str(form["job_id"].value() or "")),
        shows_unsubscribe=bool(form["shows_unsubscribe"].value()), tracks_clicks=bool(form["tracks_clicks"].value()),
    )  # fmt: skip
