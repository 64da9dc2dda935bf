"""TLS with the certificates that this machine trusts. To read them takes longer than to send a mail: it is done once."""

import os
import ssl
import threading
from contextlib import suppress
from functools import lru_cache

_reading = threading.Lock()  # many connections are often opened at once, and one reading is enough for all


def trusting_context() -> ssl.SSLContext:
    """For a client whose server has to prove its name. All share it: it must not be changed.

    What an administrator adds to the machine's certificates holds from the next connection on.
    """
    with _reading:
        return _context_of(_store())


@lru_cache(maxsize=1)
def _context_of(_kept: tuple[tuple[str, int, int], ...]) -> ssl.SSLContext:
    return ssl.create_default_context()


def _store() -> tuple[tuple[str, int, int], ...]:
    """Where the machine keeps its certificates; when that was last changed or exchanged, in ns, and how large it is."""
    found = []
    paths = ssl.get_default_verify_paths()
    for path in (paths.cafile, paths.capath):
        with suppress(OSError):
            if path:
                is_now = os.stat(path)
                found.append((path, is_now.st_ctime_ns, is_now.st_size))
    return tuple(found)
