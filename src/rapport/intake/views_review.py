"""The review of a résumé: its pages or text beside the fields, saved as corrected, skipped, or confirmed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.base import ContentFile
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from rapport.candidates.document_files import clean_name
from rapport.intake import operations, page_pictures, queries, resume_drafts
from rapport.intake.document import Refusal
from rapport.intake.forms import LEVELS, MOST_LINES, Row, entered_fields, read_review, review_fields
from rapport.intake.models import ImportRow
from rapport.intake.pdf_pages import text_hash
from rapport.intake.review_pages import build_pages, spans_of
from rapport.intake.review_text import LONGEST_SHOWN, cut_text
from rapport.lib.errors import InvalidInput, TemporaryFailure
from rapport.lib.requests import Request, whole_number

State = ImportRow.State


@require_http_methods(["GET", "POST"])
def review(request: Request, import_id: UUID, number: int) -> HttpResponse:
    """One résumé as read. POST do=save, skip or confirm, then on to the next that asks to be looked at."""
    item = queries.get_import(request.actor, import_id)
    row = queries.get_row(request.actor, import_id, number)
    resume = queries.read_resume(row)
    draft = resume_drafts.build_draft(resume, file_name=row.name, content=b"", options=item.options)
    problem: InvalidInput | None = None
    if request.method == "POST":
        try:
            said = _decide(request, import_id, number, draft)
        except InvalidInput as error:
            problem = error
        else:
            messages.success(request, said)
            return _next(request, import_id, number)
    looks = queries.count_looks([item.id]).get(item.id, 0)
    fields = review_fields(draft, resume)
    if problem:
        fields = entered_fields(fields, request.POST, problem.fields)
    text = resume.get("text") or ""
    has_pages = queries.is_pdf(row)
    is_scan = resume_drafts.is_scan(resume)
    context = {
        "item": item,
        "row": row,
        "fields": fields,
        "errors": problem.fields if problem else {},
        "blank": Row(0, {}),
        "most_lines": MOST_LINES,
        "levels": LEVELS,
        "pieces": cut_text(text, resume.get("evidence") or ()),
        "is_cut": len(text) > LONGEST_SHOWN,
        "look_count": looks,
        "doubts": [] if is_scan else resume_drafts.doubts(resume),
        "has_pages": has_pages,
        "is_scan": is_scan,
        "shows_text": not has_pages or (request.GET.get("show") == "text" and not is_scan),
        "is_waiting": row.state == State.WAITING,
        "next_number": queries.find_next_look(request.actor, import_id, number),
    }
    return render(request, "intake/review.html", context, status=422 if problem else 200)


def _decide(request: Request, import_id: UUID, number: int, read: Any) -> str:
    what: dict[str, Any] = {"actor": request.actor, "import_id": import_id, "number": number}
    do = request.POST.get("do", "save")
    if do == "skip":
        operations.skip_row(**what)
        return "Skipped; the file is not kept."
    if do == "confirm":
        operations.confirm_row(**what)
        return "Noted that it is right."
    row = operations.save_row(**what, draft=read_review(request.POST, read))
    return "Saved." if row.state == State.CREATED else "Added to the candidate who is there already."


def _next(request: Request, import_id: UUID, number: int) -> HttpResponse:
    following = queries.find_next_look(request.actor, import_id, number)
    return redirect("intake:review", import_id, following) if following else redirect("intake:detail", import_id)


@require_GET
def pages(request: Request, import_id: UUID, number: int) -> HttpResponse:
    """The part of the review that shows the pages of a PDF, or says why they cannot be shown."""
    row = queries.get_row(request.actor, import_id, number)
    resume = queries.read_resume(row)
    text = resume.get("text") or ""
    spans = list(spans_of(cut_text(text, resume.get("evidence") or ())))
    context: dict[str, Any] = {
        "item": {"id": import_id},
        "row": row,
        "widths": page_pictures.WIDTHS,
        "has_text": bool(text),
    }
    try:
        found = page_pictures.find_words(
            row, lambda: queries.read_pdf(row), [span[:2] for span in spans], text_hash(text)
        )
    except (Refusal, TemporaryFailure) as problem:
        context["problem"] = str(problem)
    else:
        context["pages"] = build_pages(found, [piece for *_, piece in spans])
        context["page_count"] = found["page_count"]
        context["is_unlit"] = bool(text) and not found["is_same"]
    return render(request, "intake/review.html#pages", context)


@require_GET
def page(request: Request, import_id: UUID, number: int, page: int) -> HttpResponse:
    """The picture of one page; `width` is one of page_pictures.WIDTHS, the smallest unless asked."""
    row = queries.get_row(request.actor, import_id, number)
    queries.original_name(row)  # what is drawn is shown as long as the file is there
    asked = whole_number(request.GET.get("width"))
    width = asked if asked in page_pictures.WIDTHS else page_pictures.WIDTHS[0]
    picture = page_pictures.draw_page(row, lambda: queries.read_pdf(row), page, width)
    response = HttpResponse(picture, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def file(request: Request, import_id: UUID, number: int) -> FileResponse:
    """The résumé file of a row, always as an attachment that the browser must not guess the type of."""
    row = queries.get_row(request.actor, import_id, number)
    content = ContentFile(queries.read_original(row))
    response = FileResponse(
        content, as_attachment=True, filename=clean_name(row.name), content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
