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
from rapport.mail.queries import find_versions, get_template, list_templates, sendable_mailboxes
from rapport.mail.template_fields import FIELDS
from rapport.outreach import operations, queries
from rapport.outreach.forms import SequenceForm, StepForm, initial_of
from rapport.outreach.models import Sequence
from rapport.outreach.operations import SequenceDraft
from rapport.outreach.permissions import EDIT

FIRST_BODY = 'Hi {{ first_name | "there" }},\n\n'


@dataclass(frozen=True, slots=True)
class Editor:
    """The forms of the editor; steps in their order."""

    form: SequenceForm
    steps: list[StepForm]

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(step.is_valid() for step in self.steps)])


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
        data = from_template(request, do) if do.startswith("template:") else rearranged(request.POST, do)
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
    version_ids = [find_id(str(step["template_version_id"].value() or "")) for step in editor.steps]
    written_from = find_versions(request.actor, {key for key in version_ids if key})
    for step, key in zip(editor.steps, version_ids, strict=True):
        step.written_from = written_from.get(key) if key else None
    context = {
        "templates": list(list_templates(request.actor)),
        "sequence": sequence,
        "form": editor.form,
        "steps": editor.steps,
        "fields": [(name, f"{{{{ {name} }}}}", about) for name, (about, _) in FIELDS.items()],
        "people": [row.candidate for row in list_newest(request.actor, limit=20).rows],
        "chosen": chosen,
        "last": len(editor.steps) - 1,
        **previews(request, editor, chosen),
    }
    return render(request, "outreach/editor.html" + (part if request.htmx else ""), context, status=status)


def _stored(request: Request, sequence: Sequence | None) -> Editor:
    form = SequenceForm(initial=initial_of(sequence), **_choices(request, sequence))
    if sequence is None:
        return Editor(form, [StepForm(prefix="step-0", initial={"kind": "auto", "wait_days": 0, "body": FIRST_BODY})])
    steps = []
    for number, step in enumerate(queries.list_steps(sequence)):
        values = {
            name: getattr(step, name) for name in ("id", "kind", "wait_days", "subject", "body", "template_version_id")
        }
        steps.append(StepForm(prefix=f"step-{number}", initial=values))
    return Editor(form, steps)


def _editor(request: Request, sequence: Sequence | None, data: QueryDict) -> Editor:
    form = SequenceForm(data, **_choices(request, sequence))
    return Editor(form, [StepForm(data, prefix=f"step-{key}") for key in data.getlist("steps")])


def _choices(request: Request, sequence: Sequence | None) -> dict[str, Any]:
    mailboxes = list(sendable_mailboxes(request.actor))
    jobs = list_open_jobs(request.actor, limit=200)
    if sequence and sequence.mailbox and sequence.mailbox not in mailboxes:
        mailboxes.append(sequence.mailbox)
    if sequence and sequence.job and sequence.job not in jobs:
        jobs.append(sequence.job)
    return {"mailboxes": mailboxes, "jobs": jobs}


def rearranged(posted: QueryDict, do: str) -> QueryDict:
    """What was entered, with a step added ("add"), or one moved or taken away ("up:2", "down:2", "remove:2")."""
    data = posted.copy()
    keys = data.getlist("steps")
    action, _, key = do.partition(":")
    if action == "add":
        fresh = str(max(map(whole_number, keys), default=-1) + 1)
        keys.append(fresh)
        for name, value in (
            ("kind", "auto"),
            ("wait_days", "3" if len(keys) > 1 else "0"),
            ("subject", ""),
            ("id", ""),
            ("template_version_id", ""),
        ):
            data[f"step-{fresh}-{name}"] = value
        data[f"step-{fresh}-body"] = FIRST_BODY
    elif key in keys:
        at = keys.index(key)
        keys.remove(key)
        if action != "remove":
            keys.insert(max(0, at - 1 if action == "up" else at + 1), key)
    data.setlist("steps", keys)
    return data


def from_template(request: Request, do: str) -> QueryDict:
    """What was entered, with the text of a chosen template in one step ("template:2" and the template in step-2-use).

    A text that asks for something about each person makes the step one that is approved.
    """
    data = request.POST.copy()
    key = do.partition(":")[2]
    template_id = find_id(data.get(f"step-{key}-use"))
    if key not in data.getlist("steps") or template_id is None:
        return data
    _, version = get_template(request.actor, template_id)
    data[f"step-{key}-subject"], data[f"step-{key}-body"] = version.subject, version.body
    data[f"step-{key}-template_version_id"] = str(version.id)
    if "[[" in version.subject + version.body and data.get(f"step-{key}-kind") == "auto":
        data[f"step-{key}-kind"] = "approval"
    return data


def _add_errors(editor: Editor, error: InvalidInput) -> None:
    """Put an operation's complaints beside the fields they name: "name", or "steps.0.body"."""
    for name, text in error.fields.items():
        place, _, rest = name.partition(".")
        if place == "steps" and rest:
            number, _, field = rest.partition(".")
            editor.steps[int(number)].add_error(field, text)
        else:
            editor.form.add_error(name if name in editor.form.fields else None, text)


@require_POST
def preview(request: Request) -> HttpResponse:
    """All mails of the sequence as somebody would read them, or what is wrong with each, with its place."""
    require(request.actor, EDIT)
    editor = _editor(request, None, request.POST)
    context = previews(request, editor, request.POST.get("preview_candidate", ""))
    return render(request, "outreach/editor.html#preview", context)


def previews(request: Request, editor: Editor, chosen: str) -> dict[str, Any]:
    """`mails`: for each step its number, day, content or problems, and fields that this person lacks; `reader`: a name."""
    reader = find_id(chosen)
    names = names_of(request.actor, [reader]) if reader else {}
    candidate_id = reader if names else None  # somebody who is gone, or whom one may not see: the invented one
    draft = _draft(editor)
    rows, day, subject = [], 0, ""
    for number, step in enumerate(editor.steps, start=1):
        values = _entered(step)
        day += values.wait_days
        row: dict[str, Any] = {"number": number, "day": day, "kind": values.kind, "problems": [], "missing": ()}
        try:
            row["content"], row["missing"] = operations.preview_step(
                actor=request.actor, draft=draft, step=values, candidate_id=candidate_id, first_subject=subject
            )
            subject = subject or row["content"].subject
        except InvalidInput as error:
            row["problems"] = [f"{name.capitalize()}: {text}" for name, text in error.fields.items()]
        rows.append(row)
    return {"mails": rows, "reader": next(iter(names.values()), "")}


def _entered(step: StepForm) -> operations.StepDraft:
    """What stands in a step's fields, also while it is not valid yet."""
    values: dict[str, str] = {name: str(step[name].value() or "") for name in ("kind", "subject", "body")}
    wait = str(step["wait_days"].value() or "0")
    return operations.StepDraft(
        kind=values["kind"], subject=values["subject"], body=values["body"],
        wait_days=min(whole_number(wait), 999),
    )  # fmt: skip


def _draft(editor: Editor) -> SequenceDraft:
    form = editor.form
    return SequenceDraft(
        name="", mailbox_id=find_id(str(form["mailbox_id"].value() or "")), job_id=find_id(str(form["job_id"].value() or "")),
        shows_unsubscribe=bool(form["shows_unsubscribe"].value()),
    )  # fmt: skip
