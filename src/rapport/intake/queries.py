"""Reading imports: their list, their rows, and what the next rows would become."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from rapport.accounts.capabilities import holds, require
from rapport.candidates.models import Candidate, Document
from rapport.candidates.preparing import Prepared
from rapport.candidates.queries import find_by_contact_points
from rapport.intake import import_files
from rapport.intake.models import MOVES, ExternalId, Import, ImportRow, MappingProfile
from rapport.intake.permissions import IMPORT, MOVE_IN
from rapport.intake.profile_matching import SIMILAR, fill_in, header_key, likeness
from rapport.intake.row_reading import ReadRow, read_batch
from rapport.intake.table_inspection import format_from, read_rows
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound

PAGE = 50
PREVIEWED = 10
LEASE_S = 60
NO_IMPORT = "There is no such import."
PDF_SIGN = b"%PDF-"
NO_FILE = "The file of this row is not kept any more."

CLAIM = """
UPDATE intake_import SET lease_token = %(token)s, leased_until = %(until)s
WHERE id = (SELECT id FROM intake_import
            WHERE state IN ('running', 'undoing')
              AND (leased_until IS NULL OR leased_until < %(now)s OR lease_token = %(token)s)
            ORDER BY leased_until NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
FIND_EXTERNAL = """
SELECT e.kind, e.external_id, e.object_id, e.fingerprint, e.told::text
FROM unnest(%s::text[], %s::text[]) AS wanted(kind, external_id)
JOIN intake_externalid e ON e.system = %s AND e.kind = wanted.kind AND e.external_id = wanted.external_id
"""


@dataclass(frozen=True, slots=True)
class ImportPage:
    rows: list[Import]
    next_before: UUID | None


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows of an import with the names of their candidates; `next_after` is the number to go on from."""

    rows: list[ImportRow]
    names: dict[UUID, str]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it would be stored. `attached_to` is the candidate who is there; `problem` is why it would not be."""

    number: int
    prepared: Prepared | None
    problem: str = ""
    warnings: tuple[str, ...] = ()
    attached_to: str = ""


def list_imports(actor: Actor, *, before: UUID | None = None, limit: int = PAGE) -> ImportPage:
    """All imports that the actor may see, newest first, with who made them and `look_count` (see count_looks)."""
    rows = _seen_by(actor).select_related("created_by").order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows[: limit + 1])
    page = found[:limit]
    looks = count_looks([item.id for item in page])
    for item in page:
        item.look_count = looks.get(item.id, 0)  # type: ignore[attr-defined]  # an annotation in all but name
    return ImportPage(page, page[-1].id if len(found) > limit else None)


def count_looks(import_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many rows of each import ask a person to look at them; one statement."""
    from django.db.models import Count

    rows = ImportRow.objects.filter(source_import_id__in=import_ids).filter(ASKS)
    return dict(rows.values_list("source_import_id").annotate(count=Count("number")).order_by())


ASKS = Q(state=ImportRow.State.WAITING) | Q(
    needs_look=True, state__in=(ImportRow.State.CREATED, ImportRow.State.ATTACHED)
)
SHOWN = {
    "look": ASKS,
    "created": Q(state=ImportRow.State.CREATED),
    "attached": Q(state=ImportRow.State.ATTACHED),
    "failed": Q(state=ImportRow.State.FAILED),
    "skipped": Q(state=ImportRow.State.SKIPPED),
    "kept": Q(state=ImportRow.State.KEPT),
    "undone": Q(state=ImportRow.State.UNDONE),
    "all": Q(),
}


def get_import(actor: Actor, import_id: UUID) -> Import:
    """Raises NotAllowed without intake.import, NotFound."""
    item = _seen_by(actor).select_related("created_by").filter(id=import_id).first()
    if item is None:
        raise NotFound(NO_IMPORT)
    return item


def _seen_by(actor: Actor) -> QuerySet[Import]:
    require(actor, IMPORT)
    rows = Import.objects.all()
    return rows if holds(actor, MOVE_IN) else rows.exclude(kind__in=MOVES)


def lock_import(actor: Actor, import_id: UUID) -> Import:
    item = _seen_by(actor).select_for_update().filter(id=import_id).first()
    if item is None:
        raise NotFound(NO_IMPORT)
    return item


def list_rows(actor: Actor, import_id: UUID, *, show: str = "all", after: int = 0, limit: int = PAGE) -> RowPage:
    """Rows of one kind (a key of SHOWN), in the order of the file; four statements."""
    get_import(actor, import_id)
    rows = ImportRow.objects.filter(SHOWN.get(show, Q()), source_import_id=import_id, number__gt=after)
    found = list(rows.defer("parsed", "added").order_by("number")[: limit + 1])
    page = found[:limit]
    names = Candidate.objects.filter(id__in=[row.candidate_id for row in page if row.candidate_id])
    return RowPage(page, dict(names.values_list("id", "full_name")), page[-1].number if len(found) > limit else None)


def get_row(actor: Actor, import_id: UUID, number: int, *, lock: bool = False) -> ImportRow:
    rows = ImportRow.objects.select_for_update() if lock else ImportRow.objects.all()
    row = rows.filter(source_import_id=import_id, source_import__in=_seen_by(actor), number=number).first()
    if row is None:
        raise NotFound("There is no such row in this import.")
    return row


def find_next_look(actor: Actor, import_id: UUID, after: int) -> int | None:
    """The number of the next row that asks to be looked at, from the beginning again after the last."""
    require(actor, IMPORT)
    rows = ImportRow.objects.filter(ASKS, source_import_id=import_id).order_by("number")
    numbers = rows.values_list("number", flat=True)
    return numbers.filter(number__gt=after).first() or numbers.exclude(number=after).first()


def find_document(row: ImportRow) -> Document | None:
    """The document that a saved résumé row has become, None when it waits or the document is gone."""
    if not row.candidate_id or not row.sha256:
        return None
    return Document.objects.filter(candidate_id=row.candidate_id, sha256=row.sha256).first()


def read_original(row: ImportRow) -> bytes:
    """The file of a résumé row, from where it waits or from the candidate's documents. Raises NotFound when it is gone."""
    try:
        return import_files.read_bytes(original_name(row))
    except FileNotFoundError as error:
        raise NotFound(NO_FILE) from error


def read_pdf(row: ImportRow) -> bytes:
    """The file of a résumé row that has pages. Raises NotFound for any other kind of file."""
    content = read_original(row)
    if PDF_SIGN not in content[:1024]:
        raise NotFound("This file has no pages to be shown.")
    return content


def is_pdf(row: ImportRow) -> bool:
    """Whether the file of a row begins as a PDF does; False for one that is gone."""
    try:
        with import_files.open_stored(original_name(row)) as file:
            return PDF_SIGN in file.read(1024)
    except (NotFound, FileNotFoundError):
        return False


def original_name(row: ImportRow) -> str:
    """Under which name the file of a résumé row is stored. Raises NotFound when it is not kept any more."""
    document = None if row.storage_name else find_document(row)
    storage_name = row.storage_name or (document.storage_name if document else "")
    if not storage_name:
        raise NotFound(NO_FILE)
    return storage_name


def count_scans(item: Import) -> int:
    """How many files of an import wait because they are scans without text."""
    waiting = ImportRow.objects.filter(source_import_id=item.id, state=ImportRow.State.WAITING)
    return waiting.filter(parsed__meta__isScan=True).count()


def read_resume(row: ImportRow) -> dict[str, Any]:
    """What was read from a row's file, with its text; raises NotFound when nothing of it is kept."""
    if row.parsed:
        return dict(row.parsed)
    document = find_document(row)
    if document is None or document.parsed is None:
        raise NotFound("What was read from this file is not kept any more.")
    return {**document.parsed, "text": document.text}


def read_samples(actor: Actor, item: Import, count: int) -> list[list[str]]:
    """The cells of the first rows of a CSV import that can be read."""
    require(actor, IMPORT)
    with import_files.open_stored(item.storage_name) as file:
        rows = islice(read_rows(file, format_from(item.format)), 10 * count)
        return [record.cells for record in rows if not record.problem][:count]


def find_same_files(hashes: Sequence[str]) -> dict[str, tuple[str, UUID | None]]:
    """By sha256: ("", candidate) of files whose candidate is in the pool, ("waiting", None) of those that wait."""
    rows = ImportRow.objects.filter(sha256__in=hashes, state__in=("created", "attached", "waiting")).exclude(sha256="")
    found: dict[str, tuple[str, UUID | None]] = {}
    pairs = list(rows.values_list("sha256", "state", "candidate_id"))
    there = set(Candidate.objects.filter(id__in=[key for *_, key in pairs if key]).values_list("id", flat=True))
    for sha256, state, candidate_id in pairs:
        if state == ImportRow.State.WAITING:
            found.setdefault(sha256, ("waiting", None))
        elif candidate_id in there:
            found[sha256] = ("", candidate_id)
    return found


def preview(actor: Actor, item: Import, limit: int = PREVIEWED) -> list[PreviewRow]:
    """The first rows as they would be stored, nothing written; one statement however many."""
    require(actor, IMPORT)
    if not item.storage_name:
        return []
    with import_files.open_stored(item.storage_name) as file:
        rows = read_rows(file, format_from(item.format))
        records = [record for record, _ in zip(rows, range(limit), strict=False)]
    read = read_batch(records, item.mapping, item.options, clock.today())
    owners = find_by_contact_points(key for row in read if row.prepared for key in row.prepared.identities())
    return [_previewed(row, owners) for row in read]


def _previewed(row: ReadRow, owners: Any) -> PreviewRow:
    if row.prepared is None:
        return PreviewRow(row.number, None, row.problem)
    owner = next((owners[key] for key in row.prepared.identities() if key in owners), None)
    warnings = (*filter(None, [row.said]), *row.prepared.problems)
    return PreviewRow(row.number, row.prepared, warnings=warnings, attached_to=owner.full_name if owner else "")


def lease(item: Import, token: str) -> None:
    """Note on an import (not yet saved) that a process works on it."""
    item.lease_token, item.leased_until = token, clock.now() + timedelta(seconds=LEASE_S)


def claim(token: str) -> UUID | None:
    """Lease the import that has waited longest for its next batch; None when there is none."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"token": token, "now": now, "until": now + timedelta(seconds=LEASE_S)})
        row = cursor.fetchone()
    return row[0] if row else None


def lock_mine(import_id: UUID, token: str, state: str) -> Import | None:
    """The import, locked, if it is still this process's to work on and in this state."""
    rows = Import.objects.select_for_update(of=("self",)).select_related("created_by")
    return rows.filter(id=import_id, lease_token=token, state=state).first()


def list_purgeable(before: datetime) -> QuerySet[Import]:
    """Imports that ended before a moment and whose uploads are still kept."""
    return Import.objects.filter(finished_at__lt=before).exclude(storage_name="")


def list_profiles(actor: Actor) -> list[MappingProfile]:
    """All saved mappings with who made them, by name."""
    require(actor, IMPORT)
    return list(MappingProfile.objects.select_related("created_by"))


def get_profile(actor: Actor, profile_id: UUID, *, lock: bool = False) -> MappingProfile:
    """Raises NotAllowed without intake.import, NotFound."""
    require(actor, IMPORT)
    rows = MappingProfile.objects.select_for_update() if lock else MappingProfile.objects.all()
    profile = rows.filter(id=profile_id).first()
    if profile is None:
        raise NotFound("There is no such mapping. Somebody may have deleted it.")
    return profile


def find_profile_named(actor: Actor, name: str) -> MappingProfile | None:
    require(actor, IMPORT)
    return MappingProfile.objects.filter(name__iexact=name.strip()).first()


def find_profiles_for(actor: Actor, columns: Sequence[str]) -> list[tuple[MappingProfile, float]]:
    """The saved mappings for files with the same or similar columns, the most alike first."""
    alike = [(profile, likeness(columns, profile.headers)) for profile in list_profiles(actor)]
    return sorted((pair for pair in alike if pair[1] >= SIMILAR), key=lambda pair: -pair[1])


def saved_fields(profile: MappingProfile) -> dict[str, str]:
    """Fields by what headers are compared by."""
    return {header_key(header): field for header, field in zip(profile.headers, profile.fields, strict=True)}


def fill_in_columns(
    actor: Actor, columns: Sequence[str], guesses: Sequence[str], profile: MappingProfile | None = None
) -> tuple[list[str], str]:
    """What columns hold, and the name of the saved mapping that says so: the given one, or one for these very columns."""
    if profile is None:
        alike = find_profiles_for(actor, columns)
        profile = alike[0][0] if alike and alike[0][1] == 1 else None
    if profile is None:
        return list(guesses), ""
    return fill_in(columns, guesses, saved_fields(profile)), profile.name


def find_external(system: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ExternalId]:
    """What things of another system are here, by (kind, external id); one statement. For importers."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIND_EXTERNAL, [[kind for kind, _ in wanted], [key for _, key in wanted], system])
        rows = cursor.fetchall()
    return {
        (kind, key): ExternalId(
            system=system, kind=kind, external_id=key, object_id=object_id, fingerprint=fingerprint,
            told=json.loads(told) if told else None,
        )
        for kind, key, object_id, fingerprint, told in rows
    }  # fmt: skip


def find_unfinished_move(kind: str, export: str) -> Import | None:
    """The newest import of this very export that has begun and not ended well: it is to be gone on with."""
    states = (Import.State.RUNNING, Import.State.FAILED, Import.State.CANCELLED)
    rows = Import.objects.filter(kind=kind, options__export=export).order_by("-id")
    newest = rows.first()
    is_open = newest is not None and newest.state in states and newest.undo_below is None
    return newest if is_open else None
