"""The sections of a profile that change in place: each POST answers with the section as it stands now.

Without JavaScript the same forms lead back to the profile.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from rapport.accounts.capabilities import holds, require
from rapport.candidates import contact_rules, operations, queries
from rapport.candidates.forms import (
    ConsentForm,
    ContactPointForm,
    EducationForm,
    ExperienceForm,
    SkillForm,
    TaskForm,
    errors_in_words,
)
from rapport.candidates.operations import SamePerson
from rapport.candidates.permissions import EDIT, NOTE, TAG
from rapport.candidates.profile import Profile, get_profile
from rapport.candidates.views import PROFILE
from rapport.lib.doors import toast
from rapport.lib.errors import InvalidInput, NotFound
from rapport.lib.requests import Request, next_url, whole_number


def section_context(request: Request, profile: Profile) -> dict[str, Any]:
    """What every section's fragment needs."""
    return {
        "profile": profile,
        "candidate": profile.candidate,
        "can_edit": holds(request.actor, EDIT),
        "can_tag": holds(request.actor, TAG),
        "may_make_tags": operations.may_make_tags(request.actor),
        "can_note": holds(request.actor, NOTE),
    }


def answer(
    request: Request,
    candidate_id: UUID,
    section: str,
    change: Callable[[], str | None],
    *,
    form: Any = None,
    again: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Make a change and answer with its section: 422 with the complaint in it when it was refused.

    `change` returns a message worth showing, or None. `again` is what a section that was refused shows besides.
    """
    problem, same, said = "", None, None
    if form is not None and not form.is_valid():
        problem = errors_in_words([form])
    else:
        try:
            said = change()
        except SamePerson as error:
            problem, same = str(error), error
        except InvalidInput as error:
            problem = str(error)
    if not request.htmx:
        if problem or said:
            (messages.error if problem else messages.success)(request, problem or said or "")
        return redirect(PROFILE, candidate_id)
    profile = get_profile(request.actor, candidate_id)
    context = section_context(request, profile) | {"problem": problem, "same": same, "entered": request.POST}
    if problem and again:
        context |= again
    response = render(request, f"candidates/_{section}.html", context, status=422 if problem else 200)
    if not problem:
        response["HX-Trigger-After-Swap"] = json.dumps({"timelineChanged": {}})
    return toast(response, said, tone="good") if said else response


@require_POST
def contact_point_add(request: Request, candidate_id: UUID) -> HttpResponse:
    form = ContactPointForm(request.POST)

    def change() -> None:
        data = form.cleaned_data
        operations.add_contact_point(
            actor=request.actor,
            candidate_id=candidate_id,
            kind=data["kind"] or contact_rules.guess_kind(data["value"]),
            value=data["value"],
            label=data["label"],
            is_shared=data["is_shared"],
        )

    return answer(request, candidate_id, "contact_points", change, form=form)


@require_POST
def contact_point_change(request: Request, candidate_id: UUID, contact_point_id: UUID) -> HttpResponse:
    """`do` is primary, remove, or a status."""
    do = request.POST.get("do", "")

    def change() -> None:
        if do == "remove":
            operations.remove_contact_point(
                actor=request.actor, candidate_id=candidate_id, contact_point_id=contact_point_id
            )
            return
        operations.change_contact_point(
            actor=request.actor,
            candidate_id=candidate_id,
            contact_point_id=contact_point_id,
            status=None if do == "primary" else do,
            note=request.POST.get("note", ""),
            is_primary=do == "primary" or None,
        )

    return answer(request, candidate_id, "contact_points", change)


@require_POST
def tag_add(request: Request, candidate_id: UUID) -> HttpResponse:
    """Put a tag on by its name, with a reason; a new name makes a tag where that is allowed."""

    def change() -> None:
        queries.get_candidate(request.actor, candidate_id)
        tag = operations.create_tag(actor=request.actor, name=request.POST.get("name", ""))
        reason = request.POST.get("reason", "")
        operations.tag_candidates(actor=request.actor, candidate_ids=[candidate_id], tag_id=tag.id, reason=reason)

    return answer(request, candidate_id, "tags", change)


@require_POST
def tag_remove(request: Request, candidate_id: UUID, tag_id: UUID) -> HttpResponse:
    def change() -> None:
        queries.get_candidate(request.actor, candidate_id)
        operations.untag_candidates(actor=request.actor, candidate_ids=[candidate_id], tag_id=tag_id)

    return answer(request, candidate_id, "tags", change)


@require_POST
def pool_add(request: Request, candidate_id: UUID) -> HttpResponse:
    def change() -> None:
        queries.get_candidate(request.actor, candidate_id)
        pool_id = _uuid(request.POST.get("pool", ""), "Choose a pool.")
        reason = request.POST.get("reason", "")
        operations.add_to_pool(actor=request.actor, pool_id=pool_id, candidate_ids=[candidate_id], reason=reason)

    return answer(request, candidate_id, "pools", change)


@require_POST
def pool_remove(request: Request, candidate_id: UUID, pool_id: UUID) -> HttpResponse:
    def change() -> None:
        queries.get_candidate(request.actor, candidate_id)
        operations.remove_from_pool(actor=request.actor, pool_id=pool_id, candidate_ids=[candidate_id])

    return answer(request, candidate_id, "pools", change)


@require_POST
def skill_add(request: Request, candidate_id: UUID) -> HttpResponse:
    form = SkillForm(request.POST)

    def change() -> None:
        data = form.cleaned_data
        years = None if data["years"] is None else float(data["years"])
        operations.add_skill(actor=request.actor, candidate_id=candidate_id, name=data["name"], years=years)

    return answer(request, candidate_id, "skills", change, form=form)


@require_POST
def skill_remove(request: Request, candidate_id: UUID, skill_id: UUID) -> HttpResponse:
    def change() -> None:
        operations.remove_skill(actor=request.actor, candidate_id=candidate_id, skill_id=skill_id)

    return answer(request, candidate_id, "skills", change)


@require_POST
def consent_add(request: Request, candidate_id: UUID) -> HttpResponse:
    form = ConsentForm(request.POST)

    def change() -> None:
        data = form.cleaned_data
        # Valid through its last day, in the zone of the person who notes it.
        last_day = data["expires_on"]
        expires_at = timezone.make_aware(datetime.combine(last_day, time.max)) if last_day else None
        operations.give_consent(
            actor=request.actor,
            candidate_id=candidate_id,
            purpose=data["purpose"],
            basis=data["basis"],
            expires_at=expires_at,
            proof=data["proof"],
        )

    return answer(request, candidate_id, "consents", change, form=form)


@require_POST
def consent_withdraw(request: Request, candidate_id: UUID, consent_id: UUID) -> HttpResponse:
    def change() -> None:
        operations.withdraw_consent(actor=request.actor, candidate_id=candidate_id, consent_id=consent_id)

    return answer(request, candidate_id, "consents", change)


@require_http_methods(["GET", "POST"])
def experience_save(request: Request, candidate_id: UUID, experience_id: UUID | None = None) -> HttpResponse:
    """The form of a job; a POST adds or changes it, with `do=remove` takes it away."""
    form = ExperienceForm(request.POST)

    def change() -> None:
        if experience_id and request.POST.get("do") == "remove":
            operations.remove_experience(actor=request.actor, candidate_id=candidate_id, experience_id=experience_id)
        else:
            operations.save_experience(
                actor=request.actor, candidate_id=candidate_id, draft=form.draft(), experience_id=experience_id
            )

    return _career(request, candidate_id, "experience", experience_id, form, change)


@require_http_methods(["GET", "POST"])
def education_save(request: Request, candidate_id: UUID, education_id: UUID | None = None) -> HttpResponse:
    """The form of a school; a POST adds or changes it, with `do=remove` takes it away."""
    form = EducationForm(request.POST)

    def change() -> None:
        if education_id and request.POST.get("do") == "remove":
            operations.remove_education(actor=request.actor, candidate_id=candidate_id, education_id=education_id)
        else:
            operations.save_education(
                actor=request.actor, candidate_id=candidate_id, draft=form.draft(), education_id=education_id
            )

    return _career(request, candidate_id, "education", education_id, form, change)


def _career(
    request: Request, candidate_id: UUID, kind: str, row_id: UUID | None, form: Any, change: Callable[[], None]
) -> HttpResponse:
    """The form in a window, or what was done with it; refused, it comes back with what was typed."""
    window = {
        "kind": kind,
        "title": f"{'Change this' if row_id else 'Add a'} {'job' if kind == 'experience' else 'school'}",
        "action": request.path,
        "is_new": not row_id,
        "row": request.POST,
    }
    if request.method == "POST":
        form = None if request.POST.get("do") == "remove" else form
        return answer(request, candidate_id, "career", change, form=form, again={"window": window})
    require(request.actor, EDIT)
    profile = get_profile(request.actor, candidate_id)
    if not request.htmx:
        return redirect(PROFILE, candidate_id)
    if row_id:
        rows: list[Any] = profile.experiences if kind == "experience" else profile.educations
        window["row"] = next((row for row in rows if row.id == row_id), None)
        if window["row"] is None:
            raise NotFound("That is not on the profile any more.")
    return render(request, "candidates/_career_window.html", {"window": window})


@require_POST
def task_add(request: Request, candidate_id: UUID) -> HttpResponse:
    form = TaskForm(request.POST)

    def change() -> None:
        data = form.cleaned_data
        operations.add_task(
            actor=request.actor,
            candidate_id=candidate_id,
            text=data["text"],
            due_on=data["due_on"],
            assignee_id=data["assignee"],
        )

    return answer(request, candidate_id, "tasks", change, form=form)


@require_POST
def task_done(request: Request, candidate_id: UUID, task_id: UUID) -> HttpResponse:
    """Tick off, or with do=reopen take the tick back."""
    operation = operations.reopen_task if request.POST.get("do") == "reopen" else operations.complete_task

    def change() -> None:
        operation(actor=request.actor, candidate_id=candidate_id, task_id=task_id)

    return answer(request, candidate_id, "tasks", change)


@require_POST
def note_add(request: Request, candidate_id: UUID) -> HttpResponse:
    """A note from the composer: the composer comes back empty, the timeline reads itself again."""

    def change() -> None:
        operations.add_note(actor=request.actor, candidate_id=candidate_id, text=request.POST.get("text", ""))

    return answer(request, candidate_id, "note_composer", change)


@require_POST
def note_change(request: Request, candidate_id: UUID, note_id: UUID) -> HttpResponse:
    """Edit one's own note; `do=delete` deletes it."""
    if request.POST.get("do") == "delete":
        operations.delete_note(actor=request.actor, candidate_id=candidate_id, note_id=note_id)
    else:
        text = request.POST.get("text", "")
        operations.edit_note(actor=request.actor, candidate_id=candidate_id, note_id=note_id, text=text)
    if not request.htmx:
        return redirect(PROFILE, candidate_id)
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"timelineChanged": {}})
    return response


def _uuid(text: str, complaint: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(complaint) from error


@require_POST
def take_from_reply(request: Request, candidate_id: UUID) -> HttpResponse:
    """Take a phone number or a title over that somebody's signature named."""
    value = request.POST.get("value", "")
    match request.POST.get("field"):
        case "phone":
            operations.add_contact_point(actor=request.actor, candidate_id=candidate_id, kind="phone", value=value)
            said = "The phone number is on the profile."
        case "title":
            version = whole_number(request.POST.get("version"))
            operations.update_candidate(
                actor=request.actor, candidate_id=candidate_id, version=version, changes={"title": value}
            )
            said = "The title is on the profile."
        case _:
            raise InvalidInput("Choose what to take over.")
    messages.success(request, said)
    return redirect(next_url(request, reverse("workspace:candidate", args=[candidate_id])))
