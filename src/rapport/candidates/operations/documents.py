"""Files of a candidate."""

from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.activity.operations import record
from rapport.candidates import document_files
from rapport.candidates.activities import DOCUMENT_ADDED, DOCUMENT_REMOVED
from rapport.candidates.drafts import DocumentDraft
from rapport.candidates.models import Document
from rapport.candidates.operations import storing
from rapport.candidates.operations.rights import lock
from rapport.candidates.permissions import EDIT
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, NotFound


@transaction.atomic
def add_document(*, actor: Actor, candidate_id: UUID, draft: DocumentDraft) -> Document:
    """Keep a file with a candidate, under a random name outside the web root. Records document.added.

    Raises InvalidInput for an empty, too large or unknown file, Conflict when the candidate has this very file.
    """
    candidate = lock(actor, candidate_id, EDIT)
    if draft.kind not in Document.Kind.values:
        raise InvalidInput({"kind": f"There is no kind {draft.kind!r}."})
    stored = document_files.store(draft)
    document = storing.build_document(stored, candidate.id, actor, clock.now())
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except IntegrityError as error:
        document_files.delete(stored.storage_name)
        raise Conflict(f"{candidate.full_name} has this file already.") from error
    data = {"file_name": document.file_name, "kind": document.kind}
    record(DOCUMENT_ADDED, actor=actor, subjects=[candidate, document], data=data)
    return document


@transaction.atomic
def remove_document(*, actor: Actor, candidate_id: UUID, document_id: UUID) -> None:
    """Delete a file and what was read from it; skills keep their words as evidence. Records document.removed."""
    candidate = lock(actor, candidate_id, EDIT)
    document = Document.objects.filter(candidate=candidate, id=document_id).first()
    if document is None:
        raise NotFound("This document is not there any more. Reload the page.")
    data = {"file_name": document.file_name, "kind": document.kind}
    record(DOCUMENT_REMOVED, actor=actor, subjects=[candidate, document], data=data)
    transaction.on_commit(partial(document_files.delete, document.storage_name))
    document.delete()
