"""Pages of saved mappings: their list, one of them, and filling in an import's columns by one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.intake import operations, queries
from rapport.intake.column_guesses import FIELDS
from rapport.intake.forms import as_uuid
from rapport.intake.views_upload import posted_fields
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.lib.requests import Request


@require_GET
def profiles(request: Request) -> HttpResponse:
    return render(request, "intake/profiles.html", {"profiles": queries.list_profiles(request.actor)})


@require_http_methods(["GET", "POST"])
def profile(request: Request, profile_id: UUID) -> HttpResponse:
    """Rename a saved mapping, or say anew what its columns hold."""
    found = queries.get_profile(request.actor, profile_id)
    name, fields, problem, status = found.name, found.fields, "", 200
    if request.method == "POST":
        name, fields = request.POST.get("name", ""), posted_fields(request, len(found.headers))
        try:
            operations.change_profile(actor=request.actor, profile_id=profile_id, name=name, fields=fields)
        except InvalidInput as error:
            problem, status = str(error), 422
        except Conflict as error:
            problem, status = str(error), 409
        else:
            return redirect("intake:profiles")
    rows = [{"place": n, "name": h, "field": f} for n, (h, f) in enumerate(zip(found.headers, fields, strict=True))]
    context = {"profile": found, "name": name, "columns": rows, "fields": FIELDS.items(), "problem": problem}
    return render(request, "intake/profile.html", context, status=status)


@require_POST
def delete_profile(request: Request, profile_id: UUID) -> HttpResponse:
    operations.delete_profile(actor=request.actor, profile_id=profile_id)
    messages.success(request, "The mapping is deleted. Imports that used it stay as they are.")
    return redirect("intake:profiles")


@require_POST
def use_profile(request: Request, import_id: UUID) -> HttpResponse:
    """Fill in the columns of an import by the chosen mapping."""
    profile_id = as_uuid(request.POST.get("profile"))
    if profile_id is None:
        raise NotFound("There is no such mapping. Somebody may have deleted it.")
    operations.use_profile(actor=request.actor, import_id=import_id, profile_id=profile_id)
    return redirect("intake:columns", import_id)
