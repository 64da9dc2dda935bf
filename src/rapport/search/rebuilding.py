"""Building a new index beside the one in use, and putting it in its place."""

import os
from dataclasses import dataclass
from time import perf_counter

from django.db import connection
from psycopg.conninfo import make_conninfo

from rapport.activity.followers import newest_token
from rapport.lib.errors import Conflict
from rapport.search import reading
from rapport.search.building import build, build_side_by_side
from rapport.search.folder import REBUILD, IndexFolder, write_cursor

SMALL = 20_000  # not worth starting processes


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did."""

    people: int
    seconds: float


def rebuild(folder: IndexFolder, *, processes: int = 0) -> Rebuilt:
    """Build an index of everybody and use it; readers and the follower go on with the old one until then.

    What changes meanwhile is caught up with by the follower, from where the record stood at the start.
    Raises Conflict while another process on this node does the same.
    """
    started = perf_counter()
    with folder.locked(REBUILD) as is_ours, connection.cursor() as cursor:
        if not is_ours:
            raise Conflict("The search index is being rebuilt already. Wait until it is done.")
        token = newest_token()
        index = folder.new_index()
        wanted = processes or (1 if reading.count_everybody(cursor) < SMALL else max(2, os.cpu_count() or 1))
        try:
            if wanted == 1:
                people = build(index, cursor)
            else:
                people = build_side_by_side(index, reading.split_everybody(cursor, wanted), _conninfo())
        except BaseException:
            folder.tidy()
            raise
        write_cursor(index, token)
        folder.use(index)
    return Rebuilt(people, perf_counter() - started)


def _conninfo() -> str:
    """How another process reaches the database that this one is connected to."""
    connection.ensure_connection()
    info = connection.connection.info
    return make_conninfo(**info.get_parameters(), password=info.password or None)
