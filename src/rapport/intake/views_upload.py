"""Pages on the way to an import: choosing files, naming columns, looking at the first rows."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.accounts.queries import list_users
from rapport.candidates.contact_rules import shown_phone
from rapport.candidates.queries import list_sources
from rapport.intake import operations, queries
from rapport.intake.column_guesses import FIELDS
from rapport.intake.forms import ResumesForm, SharedForm
from rapport.intake.models import Import
from rapport.intake.permissions import IMPORT
from rapport.intake.reply_offers import RESUME
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import Request
from rapport.mail.queries import get_file, read_file
from rapport.mail.subjects import subjects_of

SAMPLES = 3
ENCODINGS = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16"}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@require_http_methods(["GET", "POST"])
def resumes(request: Request) -> HttpResponse:
    """Upload résumé files or ZIPs of them."""
    require(request.actor, IMPORT)
    form = ResumesForm(request.POST or None, colleagues=list_users(request.actor))
    problem = ""
    if request.method == "POST" and form.is_valid():
        files: list[Any] = [(file.name or "file", file) for file in request.FILES.getlist("files")]
        try:
            item = operations.create_resume_import(actor=request.actor, files=files, options=form.options())
        except InvalidInput as error:
            problem = str(error)
        else:
            return redirect("intake:detail", item.id)
    context = {"form": form, "problem": problem, "sources": list_sources(request.actor)}
    return render(request, "intake/resumes.html", context, status=422 if problem or form.errors else 200)


@require_http_methods(["GET", "POST"])
def csv_file(request: Request) -> HttpResponse:
    """Upload a CSV file; what its columns mean is asked next."""
    require(request.actor, IMPORT)
    problem = ""
    if request.method == "POST":
        file: Any = request.FILES.get("file")
        try:
            if file is None:
                raise InvalidInput({"file": "Choose a CSV file."})
            item = operations.create_csv_import(actor=request.actor, name=file.name or "file.csv", file=file)
        except InvalidInput as error:
            problem = str(error)
        else:
            return redirect("intake:columns", item.id)
    return render(request, "intake/csv.html", {"problem": problem}, status=422 if problem else 200)


@require_http_methods(["GET", "POST"])
def columns(request: Request, import_id: UUID) -> HttpResponse:
    """Say what each column holds, and what all people of the file share."""
    item = queries.get_import(request.actor, import_id)
    if not item.is_waiting_for_person:
        return redirect("intake:detail", import_id)
    shared = {**item.options, "owner": item.options.get("owner_id"), "tags": ", ".join(item.options.get("tags", ()))}
    form = SharedForm(request.POST or None, initial=shared, colleagues=list_users(request.actor))
    mapping, problem = item.mapping, ""
    if request.method == "POST":
        mapping = posted_fields(request, len(item.mapping))
        if form.is_valid():
            try:
                operations.save_mapping(
                    actor=request.actor, import_id=import_id, mapping=mapping, options=form.options()
                )
                if name := request.POST.get("profile", "").strip():
                    operations.save_profile(
                        actor=request.actor, name=name, headers=item.format["columns"], fields=mapping
                    )
            except InvalidInput as error:
                problem = str(error)
            else:
                return redirect("intake:preview", import_id)
    context = {
        "item": item,
        "form": form,
        "problem": problem,
        "columns": _columns(item, mapping, queries.read_samples(request.actor, item, SAMPLES)),
        "profiles": [profile for profile, _ in queries.find_profiles_for(request.actor, item.format["columns"])],
        "profile": item.format.get("profile", ""),
        "keep_as": request.POST.get("profile", ""),
        "fields": FIELDS.items(),
        "sources": list_sources(request.actor),
        "format_words": _format_words(item),
    }
    return render(request, "intake/columns.html", context, status=422 if problem or form.errors else 200)


def posted_fields(request: Request, count: int) -> list[str]:
    """What the selects of a page of columns say."""
    return [request.POST.get(f"column-{place}", "") for place in range(count)]


def _columns(item: Import, mapping: list[str], samples: list[list[str]]) -> list[dict[str, Any]]:
    return [
        {
            "place": place,
            "name": name,
            "field": mapping[place],
            "samples": [row[place] for row in samples if place < len(row) and row[place].strip()],
        }
        for place, name in enumerate(item.format["columns"])
    ]


def _format_words(item: Import) -> str:
    encoding = item.format.get("encoding", "")
    head = "with a header" if item.format.get("has_header") else "without a header"
    delimiter = DELIMITERS.get(item.format.get("delimiter", ""), "other marks")
    return f"{ENCODINGS.get(encoding, encoding.upper())}, cells between {delimiter}, {head}"


@require_http_methods(["GET"])
def preview(request: Request, import_id: UUID) -> HttpResponse:
    """The first rows as they will be stored."""
    item = queries.get_import(request.actor, import_id)
    if item.state == Import.State.MAPPING:
        return redirect("intake:columns", import_id)
    if item.state != Import.State.PREVIEWING:
        messages.info(request, "This import has started.")
        return redirect("intake:detail", import_id)
    rows = queries.preview(request.actor, item)
    context = {
        "item": item,
        "rows": [_preview_row(row) for row in rows],
        "format_words": _format_words(item),
        "left_out": [name for name, field in zip(item.format["columns"], item.mapping, strict=True) if not field],
    }
    return render(request, "intake/preview.html", context)


def _preview_row(row: queries.PreviewRow) -> dict[str, Any]:
    if row.prepared is None:
        return {"row": row}
    prepared, draft = row.prepared, row.prepared.draft
    place = prepared.place
    return {
        "row": row,
        "name": prepared.name.full,
        "now": " at ".join(filter(None, (draft.title, draft.organisation))),
        "place": ", ".join(filter(None, (place.city, place.country_code))) if place else draft.place,
        "contacts": [
            shown_phone(contact.normal) if contact.kind == "phone" else contact.normal for contact in prepared.contacts
        ],
        "skills": [skill.name for skill in draft.skills],
        "tags": draft.tags,
        "source": draft.source,
    }


@require_POST
def resume_of_reply(request: Request, message_id: UUID, number: int) -> HttpResponse:
    """Read an attachment of a reply as the résumé of who sent it."""
    message, file = get_file(request.actor, message_id, number)
    candidate_id = subjects_of(message).get("candidate")
    if not candidate_id or file.kind != RESUME:
        raise InvalidInput("This attachment is no résumé of somebody in the pool. Save it and look at it yourself.")
    item = operations.create_resume_import(
        actor=request.actor, files=[(file.filename or "resume", BytesIO(read_file(message, file)))],
        candidate_id=candidate_id,
    )  # fmt: skip
    return redirect("intake:detail", item.id)
