"""What can be wrong with an installation, and how to mend it: the checks behind `rapport doctor`."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from psycopg.conninfo import make_conninfo

from rapport.accounts.models import Role, User
from rapport.activity.partitions import monthly_bounds
from rapport.candidates.models import Candidate
from rapport.lib import clock
from rapport.mail.models import Mailbox, Service
from rapport.search.engine import Engine
from rapport.search.folder import IndexFolder
from rapport.workspace.connection_mends import mend_connection, one_line

SOCKET_PATH_LIMIT = 100
LITTLE_DISK_BYTES = 2_000_000_000
NO_DISK_BYTES = 200_000_000
CONNECT_S = 5
MISSING_PEOPLE = 20  # who may be on the way into the index just now
WORKER_SILENT_S = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """`state` is ok, warning or failure; `mend` says what to do where it is not ok."""

    check: str
    state: str
    message: str
    mend: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> Iterator[Finding]:
    """Run all checks; those that need the database are left out when it does not answer or lacks tables."""
    for check in WITHOUT_DATABASE:
        yield check()
    database = check_database()
    yield database
    if database.state == "failure":
        return
    migrations = check_migrations()
    yield migrations
    if migrations.state == "failure":
        return
    for check in NEEDS_TABLES:
        yield check()


def check_python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", "ok", f"Python {version}")


def check_data_folder() -> Finding:
    folder = settings.DATA_DIR
    problem = _write_problem(folder)
    if problem:
        return Finding(
            "data folder", "failure", f"{folder} cannot be written: {problem}.",
            "Give the user that runs Rapport write access to it, or set RAPPORT_DATA_DIR to another folder.",
        )  # fmt: skip
    if not settings.DATABASE_URL and len(str(folder / "postgres" / ".s.PGSQL.5432")) > SOCKET_PATH_LIMIT:
        return Finding(
            "data folder", "warning", f"{folder} is long for the database's socket, which moves to another place.",
            "Set RAPPORT_DATA_DIR to a shorter path.",
        )  # fmt: skip
    return Finding("data folder", "ok", str(folder))


def check_files_folder() -> Finding:
    """Where documents and raw mail are stored; it may lie apart from the data folder."""
    folder = Path(settings.MEDIA_ROOT)
    problem = _write_problem(folder, mode=0o700)
    if problem:
        return Finding(
            "files", "failure", f"{folder} cannot be written: {problem}. Résumés and mail cannot be stored.",
            "Give the user that runs Rapport write access to it, or set RAPPORT_FILES_DIR to another folder.",
        )  # fmt: skip
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return Finding(
            "files", "warning", f"{folder} can be read by other users of this machine.",
            f"Run: chmod go= {folder} (unless a group of yours is meant to read it)",
        )  # fmt: skip
    return Finding("files", "ok", str(folder))


def _write_problem(folder: Path, mode: int = 0o777) -> str:
    """What keeps us from writing into a folder, "" when nothing does."""
    try:
        folder.mkdir(mode, parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def check_disk() -> Finding:
    free = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else "/").free
    mend = "Delete what is not needed, enlarge the disk, or move the data folder (RAPPORT_DATA_DIR)."
    if free < NO_DISK_BYTES:
        return Finding(
            "disk", "failure", f"The disk is full: {free / 1e6:.0f} MB are free. Nothing can be stored.", mend
        )
    if free < LITTLE_DISK_BYTES:
        return Finding("disk", "warning", f"Only {free / 1e9:.1f} GB are free.", mend)
    return Finding("disk", "ok", f"{free / 1e9:.0f} GB are free")


def check_secret_key() -> Finding:
    path = settings.DATA_DIR / "secret_key"
    if os.environ.get("RAPPORT_SECRET_KEY") or os.environ.get("RAPPORT_SECRET_KEY_FILE"):
        return Finding("secret key", "ok", "set by the environment")
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("secret key", "warning", f"{path} can be read by others.", f"Run: chmod 600 {path}")
    return Finding("secret key", "ok", f"kept in {path}; it belongs into the backup")


def check_address() -> Finding:
    url = settings.BASE_URL
    host = urlsplit(url).hostname or ""
    if not validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        return Finding(
            "address", "failure", f"Links lead to {url}, but the product does not answer to {host}.",
            f"Add {host} to RAPPORT_ALLOWED_HOSTS.",
        )  # fmt: skip
    local = any(name in url for name in ("127.0.0.1", "localhost"))
    if local:
        return Finding(
            "address", "warning", f"Links in mails point to {url}.",
            "Set RAPPORT_BASE_URL to the address people use, before you write to anybody.",
        )  # fmt: skip
    if url.startswith("http://"):
        return Finding("address", "warning", f"{url} is not encrypted.", "Put a proxy with TLS in front; use https://.")
    return Finding("address", "ok", url)


def check_database() -> Finding:
    """Over a connection of its own: the pool would wait and then say that it has none, instead of why."""
    known = getattr(settings, "NO_DATABASE", None)
    if known:
        return Finding("database", "failure", f"{known.cause[:1].upper()}{known.cause[1:]}", known.mend)
    try:
        number = _server_version()
    except Exception as error:
        cause = one_line(error)
        return Finding(
            "database",
            "failure",
            f"The database does not answer: {cause}",
            mend_connection(cause, is_embedded=not settings.DATABASE_URL),
        )
    if number < 150000:
        return Finding(
            "database", "failure", f"PostgreSQL {number // 10000} is too old.", "Use PostgreSQL 15 or newer."
        )
    kind = "given by RAPPORT_DATABASE_URL" if settings.DATABASE_URL else "embedded"
    return Finding("database", "ok", f"PostgreSQL {number // 10000}.{number % 100}, {kind}")


def _server_version() -> int:
    wanted = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    given = {name: str(connection.settings_dict[key]) for name, key in wanted.items() if connection.settings_dict[key]}
    options = {key: value for key, value in connection.settings_dict["OPTIONS"].items() if key.startswith("ssl")}
    with psycopg.connect(make_conninfo(**given, **options, connect_timeout=CONNECT_S)) as own:
        return own.info.server_version


def check_migrations() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return Finding("migrations", "failure", f"{len(plan)} are not applied.", "Run: rapport migrate")
    return Finding("migrations", "ok", "all applied")


def check_partitions() -> Finding:
    ((suffix, _, _),) = monthly_bounds(clock.now(), 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"activity_activity_{suffix}"])
        found = cursor.fetchone()[0]
    if not found:
        return Finding(
            "record", "failure", "The record of activity has no partition for this month.",
            "Start `rapport worker`; it makes them, and run: rapport migrate",
        )  # fmt: skip
    return Finding("record", "ok", "partitioned for the coming months")


def check_administrator() -> Finding:
    if not User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
        return Finding("administrator", "failure", "Nobody can administer.", "Run: rapport createadmin you@example.org")
    return Finding("administrator", "ok", "there is one")


def check_worker() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        age = cursor.fetchone()[0]
    if age is None or age > WORKER_SILENT_S:
        return Finding(
            "worker", "warning", "No worker is running: nothing is sent, received or found.",
            "Run `rapport up`, or `rapport worker` beside `rapport serve`.",
        )  # fmt: skip
    return Finding("worker", "ok", f"last heard of {age:.0f} s ago")


def check_failed_jobs() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        count = cursor.fetchone()[0]
    if count:
        return Finding(
            "queue", "warning", f"{count} jobs have failed for good.", "Look for 'job failed' in the worker's log."
        )
    return Finding("queue", "ok", "no failed jobs")


def check_index() -> Finding:
    """The search index of this node: there, readable, and how many people of the pool it holds."""
    folder = IndexFolder(settings.SEARCH_DIR)
    anew = "Run: rapport reindex (the product may go on running)"
    try:
        index = folder.find_current()
        if index is None and not (folder.path / "current").exists():
            return Finding(
                "search", "warning", "There is no search index on this node yet.", f"Start `rapport worker`. {anew}."
            )
        held = Engine.open(index).count if index else None
    except (OSError, ValueError) as error:
        return Finding("search", "failure", f"The search index cannot be read: {one_line(error)}", f"{anew}.")
    if held is None:
        return Finding(
            "search", "failure", "The search index is broken: its files are gone or another version's.", f"{anew}."
        )
    people = Candidate.objects.count()
    if held < people - max(MISSING_PEOPLE, people // 50):
        return Finding(
            "search", "warning", f"The index holds {held:,} of {people:,} people.",
            f"Wait if an import has just run; see that `rapport worker` runs on this node. {anew}.",
        )  # fmt: skip
    return Finding("search", "ok", f"the index holds {held:,} people")


def check_mailboxes() -> Finding:
    failing = list(Mailbox.objects.filter(state=Mailbox.State.FAILING).order_by("address"))
    if failing:
        said = "; ".join(f"{row.address}: {row.last_error or 'no reason is known'}" for row in failing[:3])
        more = f"; and {len(failing) - 3} more" if len(failing) > 3 else ""
        return Finding(
            "mailboxes", "warning", f"{said}{more}",
            "Open Settings, Mailboxes, press Test and follow what it says. Mail waits meanwhile; nothing is lost.",
        )  # fmt: skip
    return Finding("mailboxes", "ok", "none is failing")


def check_stored_secrets() -> Finding:
    """Passwords are encrypted by the secret key: with another one they are lost until they are entered anew."""
    mailboxes = Mailbox.objects.select_related("provider", "grant").order_by("address")
    lost = [box.address for box in mailboxes if not box.has_readable_passwords]
    lost += [str(service) for service in Service.objects.all() if not service.has_readable_secrets]
    if lost:
        return Finding(
            "stored passwords", "failure",
            f"The secret key is not the one they were stored with: {', '.join(lost[:3])}"
            + (f" and {len(lost) - 3} more cannot be used." if len(lost) > 3 else " cannot be used."),
            "Put the old key back (RAPPORT_SECRET_KEY, or secret_key of the backup), or enter the passwords anew under "
            "Settings, Mailboxes.",
        )  # fmt: skip
    return Finding("stored passwords", "ok", "the secret key reads them")


def check_own_mail() -> Finding:
    if not settings.HAS_MAIL_SERVER:
        return Finding(
            "own mail", "warning", "Rapport itself cannot send mail: no links to choose a password, no digests.",
            "Set RAPPORT_SMTP_HOST and, where needed, RAPPORT_SMTP_PORT, _USER and _PASSWORD.",
        )  # fmt: skip
    return Finding("own mail", "ok", f"by {settings.EMAIL_HOST}")


Check = Callable[[], Finding]
WITHOUT_DATABASE: tuple[Check, ...] = (
    check_python, check_data_folder, check_files_folder, check_disk, check_secret_key, check_address, check_own_mail,
)  # fmt: skip
NEEDS_TABLES: tuple[Check, ...] = (
    check_partitions, check_administrator, check_worker, check_failed_jobs, check_index, check_stored_secrets,
    check_mailboxes,
)  # fmt: skip
