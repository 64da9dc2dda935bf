"""Files of candidates: which kinds are taken, and where they lie (random names, outside the web root)."""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from rapport.candidates.drafts import DocumentDraft
from rapport.candidates.text_rules import one_line, without_nul
from rapport.lib.errors import InvalidInput

logger = logging.getLogger(__name__)

FOLDER = "documents"
PLAIN_TEXT = "text/plain"
OFFICE = "application/vnd.openxmlformats-officedocument"
# What people send as a résumé, a portfolio or a certificate.
ACCEPTED = {
    "application/pdf": "PDF",
    f"{OFFICE}.wordprocessingml.document": "Word",
    "application/msword": "Word",
    f"{OFFICE}.presentationml.presentation": "PowerPoint",
    "application/vnd.ms-powerpoint": "PowerPoint",
    f"{OFFICE}.spreadsheetml.sheet": "Excel",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.oasis.opendocument.text": "OpenDocument",
    "application/rtf": "RTF",
    "text/rtf": "RTF",
    PLAIN_TEXT: "text",
    "text/html": "HTML",
    "image/png": "image",
    "image/jpeg": "image",
    "image/webp": "image",
}
OLD_OFFICE_ENDINGS = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in the storage; `storage_name` is "" for one that was only looked at."""

    kind: str
    file_name: str
    content_type: str
    size_bytes: int
    sha256: str
    storage_name: str
    text: str
    page_count: int | None
    parsed: dict[str, Any] | None
    created_at: datetime | None = None


def sniff(content: bytes, file_name: str) -> str:
    """The type of a file by its content; the name only tells old office files apart. "" when unknown."""
    if content.startswith(b"{\\rtf"):
        return "application/rtf"
    try:
        found = puremagic.from_string(content[:200_000], mime=True, filename=file_name)
    except (puremagic.PureError, ValueError, UnicodeError):
        found = ""
    ending = PurePath(file_name).suffix.lower()
    if content.startswith(b"\xd0\xcf\x11\xe0") and ending in OLD_OFFICE_ENDINGS:
        return OLD_OFFICE_ENDINGS[ending]
    if found in ACCEPTED:
        return found
    return PLAIN_TEXT if _is_text(content) and not found.startswith(("application/", "image/")) else found


def _is_text(content: bytes) -> bool:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    control = sum(byte < 9 or 13 < byte < 32 for byte in content[:4096])
    return control <= len(content[:4096]) // 50


def check(draft: DocumentDraft) -> str:
    """The content type of an acceptable file. Raises InvalidInput for an empty, too large or unknown one."""
    name = clean_name(draft.file_name)
    if not draft.content:
        raise InvalidInput({"file": f"{name} is empty."})
    if len(draft.content) > settings.UPLOAD_LIMIT_BYTES:
        limit = settings.UPLOAD_LIMIT_BYTES // 1_000_000
        raise InvalidInput({"file": f"{name} is larger than {limit} MB. Send a smaller version."})
    content_type = sniff(draft.content, name)
    if content_type not in ACCEPTED:
        raise InvalidInput({"file": f"{name} is not a PDF, Word, OpenDocument, RTF, text or image file."})
    return content_type


def clean_name(file_name: str) -> str:
    """A file's own name without folders and control characters."""
    name = one_line(PurePath(file_name.replace("\\", "/")).name, 255)
    return name.replace('"', "'") or "document"


def store(draft: DocumentDraft) -> StoredFile:
    """Check a file and put it into the storage. Raises InvalidInput as `check` does."""
    content_type = check(draft)
    name = f"{FOLDER}/{secrets.token_hex(1)}/{secrets.token_hex(20)}"
    return StoredFile(
        kind=draft.kind,
        file_name=clean_name(draft.file_name),
        content_type=content_type,
        size_bytes=len(draft.content),
        sha256=hashlib.sha256(draft.content).hexdigest(),
        storage_name=default_storage.save(name, ContentFile(draft.content)),
        text=without_nul(draft.text),
        page_count=draft.page_count,
        parsed=dict(draft.parsed) if draft.parsed is not None else None,
        created_at=draft.created_at,
    )


def refused(draft: DocumentDraft) -> StoredFile:
    """What stands for a file that was not taken, so that the positions of the others stay right."""
    return StoredFile(draft.kind, clean_name(draft.file_name), "", len(draft.content), "", "", "", None, None)


def delete(storage_name: str) -> None:
    """Remove a file; one that is gone already is fine, one that cannot be removed is logged."""
    if not storage_name:
        return
    try:
        default_storage.delete(storage_name)
    except OSError:
        logger.exception("file could not be deleted storage_name=%s", storage_name)
