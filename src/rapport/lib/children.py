"""What we say to processes of our own that read strangers' files: messages over pipes, and no settings or secrets.

A message is 8 bytes of length (big-endian) and that many bytes.
"""

import os
import struct
from pathlib import Path
from typing import IO

_SOURCE_ROOT = str(Path(__file__).resolve().parents[2])
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


def environment() -> dict[str, str]:
    """What such a process may know of its surroundings."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": _SOURCE_ROOT,
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }


def limit_resources(memory_bytes: int) -> None:
    """Cap our own memory, forbid core dumps and written files, where the system has such limits (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    limits = ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0))
    for kind, amount in limits:
        try:
            resource.setrlimit(kind, (amount, amount))
        except (ValueError, OSError):  # macOS knows RLIMIT_AS but does not let it be lowered
            continue


def read_message(source: IO[bytes]) -> bytes | None:
    """The next message, None where the other side has ended."""
    head = source.read(8)
    if len(head) < 8:
        return None
    (length,) = struct.unpack(">Q", head)
    data = source.read(length)
    return data if len(data) == length else None


def write_message(sink: IO[bytes], data: bytes) -> None:
    sink.write(struct.pack(">Q", len(data)))
    sink.write(data)
    sink.flush()
