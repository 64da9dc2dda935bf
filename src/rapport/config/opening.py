"""Opening the database of an installation: start or join the embedded one, or see that the given one answers."""

from typing import Any

from rapport.config import embedded
from rapport.workspace.connection_mends import NoDatabase, no_answer, one_line

CONNECT_S = 5
MEANT = ", or set RAPPORT_DATA_DIR to the installation you mean (after `make run` it is .data in the checkout)"


def open_database(settings: Any, *, may_make: bool = False) -> None:
    """Make the database answer. Raises NoDatabase.

    Where there is none yet, only who may make one does: a forgotten RAPPORT_DATA_DIR must not leave an empty
    installation behind.
    """
    if settings.DATABASE_URL:
        _ask(settings.DATABASE_URL)
        return
    if not may_make and not embedded.exists(settings.DATA_DIR):
        raise NoDatabase(f"there is no database in {settings.DATA_DIR} yet", f"Run `rapport migrate`{MEANT}.")
    start_embedded(settings)


def start_embedded(settings: Any) -> Any:
    """Start or join the embedded database and let Django know where it listens. Raises NoDatabase."""
    server = embedded.start(settings.DATA_DIR)
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    return server


def _ask(url: str) -> None:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=CONNECT_S).close()
    except psycopg.OperationalError as error:
        raise no_answer(one_line(error), is_embedded=False) from error
