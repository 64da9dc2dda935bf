"""Pages of people, teams, roles and one's own settings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts import forms, operations, queries
from rapport.accounts.capabilities import require
from rapport.accounts.models import Role, User
from rapport.accounts.permissions import MANAGE_USERS
from rapport.accounts.time_zones import find_time_zones
from rapport.lib import clock
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed
from rapport.lib.requests import Request

SHOWN = 200
LINK_FOR = "password_link_for"  # in the session: the person whose link is shown once


@require_GET
def people(request: Request) -> HttpResponse:
    """Everybody who may sign in, or might once; ?q= narrows, ?state=deactivated shows the others."""
    words, deactivated = request.GET.get("q", ""), request.GET.get("state") == "deactivated"
    found = queries.list_people(request.actor, words=words, is_active=not deactivated)
    counts = queries.count_people(request.actor)
    rows = list(found[: SHOWN + 1])
    context = {
        "people": rows[:SHOWN],
        "is_cut": len(rows) > SHOWN,
        "shown": SHOWN,
        "words": words,
        "deactivated": deactivated,
        "views": [
            {"label": "Active", "url": reverse("accounts:people"), "is_current": not deactivated, "count": counts["active"]},
            {"label": "Deactivated", "url": "?state=deactivated", "is_current": deactivated, "count": counts["deactivated"]},
        ],
    }  # fmt: skip
    return render(request, "accounts/people.html" + ("#rows" if request.htmx else ""), context)


@require_http_methods(["GET", "POST"])
def add_person(request: Request) -> HttpResponse:
    require(request.actor, MANAGE_USERS)
    form = forms.NewPersonForm(request.POST or None, initial={"role": Role.RECRUITER})
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.add_person(actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error("email", str(error))
        else:
            return _to_person_with_link(request, user)
    return render(request, "accounts/person_add.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def person(request: Request, user_id: UUID) -> HttpResponse:
    """One user: POST changes name and role."""
    user = queries.get_person(request.actor, user_id)
    form = forms.PersonForm(request.POST or None, initial={"full_name": user.full_name, "role": user.role})
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_user(actor=request.actor, user_id=user_id, **form.cleaned_data)
        except InvalidInput as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, "Saved.")
            return redirect("accounts:person", user_id)
    return _person_page(request, user, form)


def _person_page(request: Request, user: User, form: forms.PersonForm) -> HttpResponse:
    shows_link = request.session.get(LINK_FOR) == str(user.id)
    if shows_link:
        del request.session[LINK_FOR]
    context = {
        "person": user,
        "form": form,
        "link": queries.password_link(user) if shows_link else "",
        "has_second_step": queries.has_second_step(user),
        "is_self": user.id == request.actor.id,
    }
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@require_POST
def change_access(request: Request, user_id: UUID) -> HttpResponse:
    """Deactivate a user (`active` = no), or let them in again (yes)."""
    is_active = request.POST.get("active") == "yes"
    user = operations.change_user(actor=request.actor, user_id=user_id, is_active=is_active)
    messages.success(request, f"{user} may sign in again." if is_active else f"{user} can no longer sign in.")
    return redirect("accounts:person", user_id)


@require_POST
def send_link(request: Request, user_id: UUID) -> HttpResponse:
    """Send the link to choose a password, or show it where no mail server is set."""
    was_sent = operations.send_password_link(actor=request.actor, user_id=user_id)
    return _to_person_with_link(request, queries.get_person(request.actor, user_id), was_sent=was_sent)


def _to_person_with_link(request: Request, user: User, *, was_sent: bool | None = None) -> HttpResponse:
    if queries.sends_mail() if was_sent is None else was_sent:
        messages.success(request, f"A link to choose a password is on its way to {user.email}.")
    else:
        request.session[LINK_FOR] = str(user.id)
    return redirect("accounts:person", user.id)


@require_POST
def remove_second_step(request: Request, user_id: UUID) -> HttpResponse:
    operations.remove_second_step(actor=request.actor, user_id=user_id)
    messages.success(request, "Removed. The password alone is enough for the next sign-in.")
    return redirect("accounts:person", user_id)


@require_GET
def suggest_people(request: Request) -> HttpResponse:
    """Options of a combobox."""
    found = queries.suggest_people(request.actor, request.GET.get("q", ""))
    return render(request, "accounts/_people_options.html", {"people": found})


@require_GET
def teams(request: Request) -> HttpResponse:
    require(request.actor, MANAGE_USERS)
    return render(request, "accounts/teams.html", {"teams": queries.list_teams(request.actor)})


@require_http_methods(["GET", "POST"])
def create_team(request: Request) -> HttpResponse:
    require(request.actor, MANAGE_USERS)
    return _edit_team(request, None, name="", members=[])


@require_http_methods(["GET", "POST"])
def team(request: Request, team_id: UUID) -> HttpResponse:
    """A team: POST renames it and sets its members."""
    found = queries.get_team(request.actor, team_id)
    return _edit_team(request, team_id, name=found.name, members=list(found.members.all()))


def _edit_team(request: Request, team_id: UUID | None, *, name: str, members: list[User]) -> HttpResponse:
    form = forms.TeamForm(request.POST or None, initial={"name": name})
    if request.method == "POST":
        members = queries.users_by_ids(request.actor, request.POST.getlist("members"))
        if form.is_valid() and _save_team(request, form, team_id, members):
            return redirect("accounts:teams")
    context = {
        "form": form,
        "team_name": name,
        "members": [{"value": member.id, "text": str(member)} for member in members],
    }
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


def _save_team(request: Request, form: forms.TeamForm, team_id: UUID | None, members: list[User]) -> bool:
    try:
        saved = operations.save_team(
            actor=request.actor, name=form.cleaned_data["name"], member_ids=[m.id for m in members], team_id=team_id
        )
    except InvalidInput as error:
        add_errors(form, error)
    except Conflict as error:
        form.add_error("name", str(error))
    else:
        messages.success(request, f"Saved {saved}.")
        return True
    return False


@require_GET
def roles(request: Request) -> HttpResponse:
    """Which role may do what: read-only, from what the apps declare."""
    context = {"apps": queries.list_rights(request.actor), "roles": list(Role)}
    return render(request, "accounts/roles.html", context)


@require_http_methods(["GET", "POST"])
def own(request: Request) -> HttpResponse:
    """One's own name, time zone and (kept in the browser) appearance."""
    user = request.user
    if not isinstance(user, User):
        raise NotAllowed("Only a signed-in user has settings.")
    form = forms.OwnForm(request.POST or None, initial={"full_name": user.full_name, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_own_settings(actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("accounts:own")
    return render(request, "accounts/own.html", _own_context(user, form), status=422 if form.errors else 200)


def _own_context(user: User, form: forms.OwnForm) -> dict[str, Any]:
    zone = form["time_zone"].value() or ""
    return {"form": form, "person": user, "zone": zone, "here": clock.now()}


@require_GET
def suggest_time_zones(request: Request) -> HttpResponse:
    """Options of a combobox."""
    zones = find_time_zones(request.GET.get("q", ""), clock.now())
    return render(request, "accounts/_time_zone_options.html", {"zones": zones})
