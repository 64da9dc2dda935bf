"""Storing demo people with COPY, in processes side by side."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psycopg

from rapport.flows.demo.people import CHUNK, Rows, World, make_people

COLUMNS = {
    "candidates_candidate": "id, full_name, given_name, family_name, pronouns, title, title_normal, seniority,"
    " organisation, organisation_normal, summary, place, city, country_code, latitude, longitude, time_zone, language_code, languages, years_experience, source_id, owner_id,"
    " archived_at, archive_reason, last_contact_at, last_activity_at, created_at, updated_at, version",
    "candidates_contactpoint": "id, candidate_id, kind, value, normal, label, status, status_note, status_at, is_primary,"
    " is_shared, created_at",
    "candidates_experience": "id, candidate_id, title, title_normal, seniority, organisation, organisation_normal,"
    " place, start_on, end_on, date_precision, is_current, text",
    "candidates_education": "id, candidate_id, school, degree, field, start_on, end_on",
    "candidates_document": "id, candidate_id, kind, file_name, content_type, size_bytes, sha256, storage_name, text,"
    " page_count, parsed, uploaded_by_id, created_at",
    "candidates_candidateskill": 'candidate_id, skill_id, years, document_id, evidence, start, "end", is_confirmed',
    "candidates_candidatetag": "candidate_id, tag_id",
    "candidates_consent": "id, candidate_id, purpose, basis, given_at, expires_at, withdrawn_at, proof",
    "activity_activity": "id, occurred_at, verb, actor_kind, actor_id, subjects, data",
    "activity_subject": "subject_id, activity_id, kind",
}


def copy_rows(connection: psycopg.Connection, rows: Rows) -> None:
    """Store rows in the order of their dependence; the caller commits."""
    for table, columns in COLUMNS.items():
        lines = rows.tables.get(table)
        if lines:
            with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                copy.write(("\n".join(lines) + "\n").encode())


def store_people(
    world: World, conninfo: str, files: Path, *, processes: int, progress: Callable[[int], None] | None = None
) -> None:
    """Make and store all people of a world; one transaction of a second or so for each chunk."""
    starts = range(0, world.people, CHUNK)
    done = 0
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_connect, initargs=(world, conninfo, str(files))
    ) as pool:
        for count in pool.map(_store_chunk, starts):
            done += count
            if progress:
                progress(done)


_state: dict = {}


def _connect(world: World, conninfo: str, files: str) -> None:
    connection = psycopg.connect(conninfo)
    connection.execute("SET synchronous_commit = off")
    if _may_skip_triggers(connection):
        # Foreign keys are right by construction; checking ten million of them one by one would double the time.
        connection.execute("SET session_replication_role = replica")
    connection.commit()
    _state.update(world=world, connection=connection, files=Path(files))


def _may_skip_triggers(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _store_chunk(first: int) -> int:
    world: World = _state["world"]
    count = min(CHUNK, world.people - first)
    rows = make_people(world, first, count)
    _write_files(_state["files"], ((name, content) for _, name, content in rows.files))
    copy_rows(_state["connection"], rows)
    _state["connection"].commit()
    return count


def _write_files(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for name, content in files:
        path = folder / name
        if not path.parent.exists():
            for made in (folder, folder / Path(name).parts[0], path.parent):
                made.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
