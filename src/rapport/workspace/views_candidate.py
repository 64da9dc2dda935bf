"""The page of one candidate: who they are, what happened, and everything that may be done for them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds, require
from rapport.activity.queries import count_by_group
from rapport.applications.models import Application
from rapport.applications.permissions import CREATE
from rapport.applications.queries import list_for_candidate, list_stages_to_move_to
from rapport.candidates.profile import Profile, get_profile
from rapport.candidates.queries import get_candidate
from rapport.candidates.relationship_queries import find_closeness
from rapport.candidates.views_sections import section_context
from rapport.hygiene.permissions import MERGE
from rapport.hygiene.queries import list_merges_of, list_of_candidate
from rapport.jobs.models import Job
from rapport.lib import clock
from rapport.lib.doors import toast
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, find_id
from rapport.mail.models import Look
from rapport.mail.operations import send_message
from rapport.mail.permissions import OWN_MAILBOX, SEND, VIEW
from rapport.mail.queries import list_templates, sendable_mailboxes
from rapport.mail.showing import written
from rapport.notifications.operations import follow, unfollow
from rapport.notifications.queries import is_following
from rapport.outreach.drafts import draft_from_template
from rapport.outreach.permissions import ENROLL
from rapport.workspace import timeline

ENTERED = ("to", "mailbox", "subject", "text", "template_version", "look")  # of the composer of mail
RECENT = 6  # entries in the side panel


@require_GET
@vary_on_headers("HX-Request")
def candidate(request: Request, candidate_id: UUID) -> HttpResponse:
    """The full page, its timeline or older parts of it for htmx, or with ?panel=1 the side panel."""
    if request.GET.get("panel"):
        return render(request, "workspace/_candidate_panel.html", _panel(request, candidate_id))
    if request.htmx:
        part = "days" if request.GET.get("before") else "timeline"
        person = get_candidate(request.actor, candidate_id)
        context = _timeline(request, candidate_id, person.given_name or person.full_name)
        return render(request, f"workspace/candidate.html#{part}", context | {"candidate": person})
    profile = get_profile(request.actor, candidate_id)
    person = profile.candidate
    context = {
        **section_context(request, profile),
        **_timeline(request, candidate_id, person.given_name or person.full_name),
        **_head(request, profile),
        **_duplicates(request, candidate_id),
        **_writing(request),
        "closeness": find_closeness(request.actor, candidate_id),
        "reads_mail": holds(request.actor, VIEW),
        "mailbox_setup_url": reverse("mail:mailboxes") if holds(request.actor, OWN_MAILBOX) else "",
        "can_create": holds(request.actor, CREATE) and not person.archived_at,
        "can_enroll": holds(request.actor, ENROLL) and not person.archived_at,
    }
    return render(request, "workspace/candidate.html", context)


def _timeline(request: Request, candidate_id: UUID, name: str) -> dict[str, Any]:
    group = request.GET.get("group", "")
    group = group if group in dict(timeline.FILTERS) else ""
    before = _given_id(request.GET.get("before"))
    page = timeline.read_timeline(request.actor, candidate_id, candidate_name=name, group=group, before=before)
    url = reverse("workspace:candidate", args=[candidate_id])
    counts = {} if request.htmx and before else count_by_group(request.actor, candidate_id)
    return {
        "timeline": page,
        "timeline_url": url,
        "group": group,
        "filters": timeline.filters(group, counts, url),
        # The day that the part above ended with: its head is not repeated.
        "day_above": _day(request.GET.get("day", "")),
    }


def _duplicates(request: Request, candidate_id: UUID) -> dict[str, Any]:
    """Who was merged into this person, and who may be the same, for whoever may merge."""
    if not holds(request.actor, MERGE):
        return {}
    return {
        "merges": list_merges_of(request.actor, candidate_id),
        "look_alikes": list_of_candidate(request.actor, candidate_id),
    }


def _head(request: Request, profile: Profile) -> dict[str, Any]:
    applications = list_for_candidate(request.actor, profile.candidate.id)
    active = [application for application in applications if application.state == Application.State.ACTIVE]
    promised = [application.hear_by_on for application in active if application.hear_by_on]  # type: ignore[attr-defined]  # annotated
    return {
        "applications": applications,
        "stages": list_stages_to_move_to(request.actor, active),
        "next_promise": min(promised, default=None),
        "is_promise_due": bool(promised) and min(promised) <= clock.today(),
        "is_following": is_following(request.actor, profile.candidate.id),
    }


def _writing(request: Request) -> dict[str, Any]:
    """What a mail can be written from: mailboxes, and templates by purpose."""
    mailboxes = list(sendable_mailboxes(request.actor)) if holds(request.actor, SEND) else []
    templates = list(list_templates(request.actor)) if mailboxes and holds(request.actor, VIEW) else []
    return {"mailboxes": mailboxes, "templates": templates}


def _panel(request: Request, candidate_id: UUID) -> dict[str, Any]:
    profile = get_profile(request.actor, candidate_id)
    name = profile.candidate.given_name or profile.candidate.full_name
    recent = timeline.read_timeline(request.actor, candidate_id, candidate_name=name, limit=RECENT)
    return {**section_context(request, profile), **_head(request, profile), "timeline": recent}


@require_POST
def follow_candidate(request: Request, candidate_id: UUID) -> HttpResponse:
    """Follow a candidate, or with do=unfollow follow no more; answers with the button as it is now."""
    person = get_candidate(request.actor, candidate_id)
    wants = request.POST.get("do") != "unfollow"
    if wants:
        follow(actor=request.actor, kind="candidate", subject_id=person.id)
    else:
        unfollow(actor=request.actor, subject_id=person.id)
    if request.htmx:
        return render(request, "workspace/_follow.html", {"candidate": person, "is_following": wants})
    return redirect("workspace:candidate", candidate_id)


@require_POST
def write_mail(request: Request, candidate_id: UUID) -> HttpResponse:
    """Send a message from the composer; refused input comes back beside the fields, nothing that was typed is lost."""
    profile = get_profile(request.actor, candidate_id)
    problem = ""
    try:
        send_message(
            actor=request.actor,
            mailbox_id=_given_id(request.POST.get("mailbox")) or UUID(int=0),
            to_address=request.POST.get("to", ""),
            to_name=profile.candidate.full_name,
            subject=request.POST.get("subject", ""),
            text=request.POST.get("text", ""),
            subjects={"candidate": profile.candidate.id},
            template_version_id=_given_id(request.POST.get("template_version")),
            look=request.POST.get("look") or Look.PLAIN,
        )
    except (InvalidInput, Conflict) as error:
        problem = str(error)
    if not request.htmx:
        (messages.error if problem else messages.success)(request, problem or "Your mail is on its way.")
        return redirect("workspace:candidate", candidate_id)
    context = section_context(request, profile) | _writing(request) | {"problem": problem}
    entered = request.POST if problem else None
    response = render(
        request, "workspace/_mail_composer.html", context | {"entered": entered}, status=422 if problem else 200
    )
    return response if problem else toast(response, "Your mail is on its way.", tone="good")


@require_POST
def draft_mail(request: Request, candidate_id: UUID) -> HttpResponse:
    """The composer with a template's text for this person; sends nothing. Without a template the text stays."""
    require(request.actor, SEND)
    profile = get_profile(request.actor, candidate_id)
    writing = _writing(request)
    entered = {name: request.POST.get(name, "") for name in ENTERED}
    if template_id := _given_id(request.POST.get("template")):
        mailbox_id = find_id(entered["mailbox"])
        mailbox = next((row for row in writing["mailboxes"] if row.id == mailbox_id), None)
        content, version = draft_from_template(
            request.actor, template_id, candidate_id, mailbox=mailbox, job=_only_job(request, candidate_id)
        )
        entered |= {"subject": content.subject, "text": content.text, "template_version": str(version.id)}
        entered["look"] = version.look
        entered["template"] = str(template_id)
    context = section_context(request, profile) | writing | {"entered": entered}
    return render(request, "workspace/_mail_composer.html", context)


@require_POST
def preview_mail(request: Request, candidate_id: UUID) -> HttpResponse:
    """What is written in the composer as it would go out now; a fragment for htmx, nothing is sent."""
    require(request.actor, SEND)
    get_profile(request.actor, candidate_id)
    return render(request, "mail/_written.html", written(request, mailbox_id=_given_id(request.POST.get("mailbox"))))


def _only_job(request: Request, candidate_id: UUID) -> Job | None:
    """The job somebody is considered for, if it is one; a text about two would be about the wrong one half the time."""
    found = list_for_candidate(request.actor, candidate_id)
    jobs = {row.job_id: row.job for row in found if row.state == Application.State.ACTIVE}
    return next(iter(jobs.values())) if len(jobs) == 1 else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # such as February 30
        return None


def _given_id(text: str | None) -> UUID | None:
    if text and not find_id(text):
        raise InvalidInput("This address is not complete. Open the page anew.")
    return find_id(text)
