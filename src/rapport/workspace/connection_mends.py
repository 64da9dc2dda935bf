"""What to do when the database does not answer, by what the server, or the network before it, said. Pure."""

import re

_MENDS = (
    (r"resolve|translate host|name or service|nodename", "The host in RAPPORT_DATABASE_URL is not known here. Check its spelling, and the network's DNS."),
    (r"password authentication|no password|authentication failed", "User or password in RAPPORT_DATABASE_URL are wrong. Try them with: psql \"$RAPPORT_DATABASE_URL\""),
    (r"database .* does not exist", "Create the database: createdb -O USER NAME. Or correct the name at the end of RAPPORT_DATABASE_URL."),
    (r"role .* does not exist", "The user in RAPPORT_DATABASE_URL is not known to the server. Create it: createuser NAME"),
    (r"refused|no such file", "No PostgreSQL listens there. Start it, or correct host and port in RAPPORT_DATABASE_URL; the embedded one starts with `rapport up`."),
    (r"timeout|timed out", "The server does not answer in time. Check host, port and the firewall between."),
    (r"pg_hba", "The server lets nobody in from this machine. Add a line for it to the server's pg_hba.conf."),
    (r"permission denied", "The embedded database cannot reach its folder. Give its user (pgserver when started as root) access to the data folder and all folders above it."),
    (r"no space left", "The disk is full. Make room, then start again."),
)  # fmt: skip


def mend_connection(cause: str, *, is_embedded: bool) -> str:
    """A sentence for the administrator; `cause` is what the failed connection said."""
    for words, mend in _MENDS:
        if re.search(words, cause, re.IGNORECASE):
            return mend
    if is_embedded:
        return "Look into the database's log: postgres/log in the data folder. A copy of that folder may be restored."
    return "Check each part of RAPPORT_DATABASE_URL: postgresql://user:password@host:5432/name"
