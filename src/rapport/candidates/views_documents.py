"""Files of a candidate: upload, what was read from them, download, removal."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from rapport.candidates import operations, queries
from rapport.candidates.drafts import DocumentDraft
from rapport.candidates.forms import DocumentForm
from rapport.candidates.models import CandidateSkill, Document
from rapport.candidates.views_sections import answer
from rapport.lib.errors import NotFound
from rapport.lib.requests import Request

LONGEST_SHOWN = 200_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a document's text; `skill` names the skill that it shows, "" for the words between."""

    text: str
    skill: str = ""
    skill_id: UUID | None = None


@require_POST
def upload(request: Request, candidate_id: UUID) -> HttpResponse:
    """Keep a file with the candidate."""
    form = DocumentForm(request.POST, request.FILES)

    def change() -> str:
        file = form.cleaned_data["file"]
        draft = DocumentDraft(file.name or "document", file.read(), form.cleaned_data["kind"] or Document.Kind.RESUME)
        operations.add_document(actor=request.actor, candidate_id=candidate_id, draft=draft)
        return f"{file.name} is kept here."

    return answer(request, candidate_id, "documents", change, form=form)


@require_POST
def remove(request: Request, candidate_id: UUID, document_id: UUID) -> HttpResponse:
    def change() -> None:
        operations.remove_document(actor=request.actor, candidate_id=candidate_id, document_id=document_id)

    return answer(request, candidate_id, "documents", change)


@require_GET
def detail(request: Request, candidate_id: UUID, document_id: UUID) -> HttpResponse:
    """What was read from a file, with the words that show a skill marked."""
    document = queries.get_document(request.actor, candidate_id, document_id)
    evidence = queries.list_evidence(document)
    context = {
        "document": document,
        "candidate": document.candidate,
        "pieces": pieces(document.text[:LONGEST_SHOWN], evidence),
        "is_cut": len(document.text) > LONGEST_SHOWN,
        "evidence": evidence,
    }
    return render(request, "candidates/document.html", context)


@require_GET
def download(request: Request, candidate_id: UUID, document_id: UUID) -> HttpResponse | FileResponse:
    """The file itself, always as an attachment that the browser must not guess the type of."""
    document = queries.get_document(request.actor, candidate_id, document_id)
    if not document.storage_name or not default_storage.exists(document.storage_name):
        raise NotFound("The file itself is no longer there; what was read from it is on the document's page.")
    response = FileResponse(
        default_storage.open(document.storage_name),
        as_attachment=True,
        filename=document.file_name,
        content_type=document.content_type or "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def pieces(text: str, evidence: Iterable[CandidateSkill]) -> list[Piece]:
    """The text cut at the spans of the evidence; spans that overlap an earlier one are passed over."""
    found: list[Piece] = []
    at = 0
    for row in evidence:
        start, end = row.start or 0, row.end or 0
        if start < at or end > len(text) or end <= start:
            continue
        if start > at:
            found.append(Piece(text[at:start]))
        found.append(Piece(text[start:end], row.skill.name, row.skill_id))
        at = end
    if at < len(text):
        found.append(Piece(text[at:]))
    return found
