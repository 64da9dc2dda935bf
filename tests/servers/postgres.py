"""Another PostgreSQL than the embedded one: the system's (15 or newer), with a password, over TCP on loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "only-for-tests"


def find_programs() -> Path | None:
    """The folder of the newest installed server's programs, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return next((folder for folder in reversed(folders) if (folder / "postgres").exists()), None)


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """A server of its own; gives the address of an empty database `rapport`, owned by a role that is no superuser."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-pg-"))
    user = _server_user()
    data, port = folder / "data", _free_port()
    (folder / "password").write_text(PASSWORD)
    _own(folder, user)
    _run(
        user,
        programs / "initdb",
        "-D",
        data,
        "-U",
        "boss",
        "-A",
        "scram-sha-256",
        f"--pwfile={folder / 'password'}",
        "-E",
        "UTF8",
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    _run(user, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        _make_database(port)
        yield f"postgresql://rapport:{PASSWORD}@127.0.0.1:{port}/rapport"
    finally:
        _run(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _make_database(port: int) -> None:
    import psycopg

    with psycopg.connect(f"postgresql://boss:{PASSWORD}@127.0.0.1:{port}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE ROLE rapport LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("CREATE DATABASE rapport OWNER rapport")


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root; the package brings a user for it."""
    return "postgres" if os.geteuid() == 0 else None


def _own(folder: Path, user: str | None) -> None:
    if user:
        entry = pwd.getpwnam(user)
        for path in (folder, *folder.iterdir()):
            os.chown(path, entry.pw_uid, entry.pw_gid)


def _run(user: str | None, *words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, user=user, cwd="/", timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
