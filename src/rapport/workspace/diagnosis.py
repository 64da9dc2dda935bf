"""What can be wrong with an installation, and how to mend it: the checks behind `rapport doctor`."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from rapport.accounts.models import Role, User
from rapport.activity.partitions import monthly_bounds
from rapport.lib import clock

SOCKET_PATH_LIMIT = 100
LITTLE_DISK_BYTES = 2_000_000_000
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
    """Run all checks; those that need the database, or its tables, are left out without them."""
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
    for check in WITH_TABLES:
        yield check()


def check_python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", "ok", f"Python {version}")


def check_data_folder() -> Finding:
    folder = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return Finding(
            "data folder", "failure", f"{folder} cannot be written: {error.strerror}.",
            "Give the user that runs Rapport write access to it, or set RAPPORT_DATA_DIR to another folder.",
        )  # fmt: skip
    if not settings.DATABASE_URL and len(str(folder / "postgres" / ".s.PGSQL.5432")) > SOCKET_PATH_LIMIT:
        return Finding(
            "data folder", "warning", f"{folder} is long for the database's socket, which moves to another place.",
            "Set RAPPORT_DATA_DIR to a shorter path.",
        )  # fmt: skip
    return Finding("data folder", "ok", str(folder))


def check_disk() -> Finding:
    free = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else "/").free
    if free < LITTLE_DISK_BYTES:
        return Finding("disk", "warning", f"Only {free / 1e9:.1f} GB are free.", "Make room or move the data folder.")
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
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            number = int(cursor.fetchone()[0])
    except Exception as error:
        cause = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        return Finding(
            "database", "failure", f"The database does not answer: {cause}",
            "Check RAPPORT_DATABASE_URL, or that `rapport up` runs; its log lies in the data folder, postgres/log.",
        )  # fmt: skip
    if number < 150000:
        return Finding(
            "database", "failure", f"PostgreSQL {number // 10000} is too old.", "Use PostgreSQL 15 or newer."
        )
    kind = "given by RAPPORT_DATABASE_URL" if settings.DATABASE_URL else "embedded"
    return Finding("database", "ok", f"PostgreSQL {number // 10000}.{number % 100}, {kind}")


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


Check = Callable[[], Finding]
WITHOUT_DATABASE: tuple[Check, ...] = (check_python, check_data_folder, check_disk, check_secret_key, check_address)
WITH_TABLES: tuple[Check, ...] = (
    check_partitions, check_administrator, check_worker, check_failed_jobs,
)  # fmt: skip
