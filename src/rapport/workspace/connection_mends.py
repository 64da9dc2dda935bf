"""What to do when the database does not answer, by what the server, or the network before it, said. Pure."""

import re

_MENDS_OF_A_SERVER = (
    (r"resolve|translate host|name or service|nodename", "The host in RAPPORT_DATABASE_URL is not known here. Check its spelling, and the network's DNS."),
    (r"password authentication|no password|authentication failed", "User or password in RAPPORT_DATABASE_URL are wrong. Try them with: psql \"$RAPPORT_DATABASE_URL\""),
    (r"database .* does not exist", "Create the database: createdb -O USER NAME. Or correct the name at the end of RAPPORT_DATABASE_URL."),
    (r"role .* does not exist", "The user in RAPPORT_DATABASE_URL is not known to the server. Create it: createuser NAME"),
    (r"refused|no such file", "No PostgreSQL listens there. Start it, or correct host and port in RAPPORT_DATABASE_URL; the embedded one starts with `rapport up`."),
    (r"timeout|timed out", "The server does not answer in time. Check host, port and the firewall between."),
    (r"pg_hba", "The server lets nobody in from this machine. Add a line for it to the server's pg_hba.conf."),
)  # fmt: skip
_MENDS_OF_BOTH = (
    (r"permission denied", "The embedded database cannot reach its folder. Give its user (pgserver when started as root) access to the data folder and all folders above it."),
    (r"read-only|not a directory", "Nothing can be written there. Set RAPPORT_DATA_DIR to a folder that the user who runs Rapport can write."),
    (r"no space left", "The disk is full. Make room, then start again."),
)  # fmt: skip


class NoDatabase(Exception):
    """The database cannot be used: the cause, and what to do."""

    def __init__(self, cause: str, mend: str) -> None:
        super().__init__(f"{cause.rstrip('.?')}. {mend}")
        self.cause, self.mend = cause, mend


def no_answer(cause: str, *, is_embedded: bool) -> NoDatabase:
    """The error to raise when a connection or a start failed; `cause` is what was said then."""
    return NoDatabase(f"the database does not answer: {cause}", mend_connection(cause, is_embedded=is_embedded))


def mend_connection(cause: str, *, is_embedded: bool) -> str:
    """A sentence for the administrator; `cause` is what the failed connection said."""
    for words, mend in _MENDS_OF_BOTH if is_embedded else (*_MENDS_OF_A_SERVER, *_MENDS_OF_BOTH):
        if re.search(words, cause, re.IGNORECASE):
            return mend
    if is_embedded:
        return "Look into the database's log: postgres/log in the data folder. A copy of that folder may be restored."
    return "Check each part of RAPPORT_DATABASE_URL: postgresql://user:password@host:5432/name"


def one_line(said: object) -> str:
    """All that an error or a program said: the cause stands in the first line of some, in the last of others."""
    return " ".join(str(said).split())[:400] or type(said).__name__
