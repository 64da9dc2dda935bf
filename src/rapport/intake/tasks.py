"""Work of imports in the background: the loop that runs them, and the daily cleaning."""

import os
import secrets

from rapport.intake import operations
from rapport.lib.loops import loop
from rapport.lib.queue import every

TOKEN = f"{os.getpid()}-{secrets.token_hex(8)}"


@loop("intake.imports", rest_s=0.5)
def work() -> int:
    """One batch of one import; killed at any moment, another process goes on after a minute."""
    return operations.work(token=TOKEN)


@every("40 2 * * *", "intake.purge_files")
def purge_files(timestamp: int) -> None:
    operations.purge_files()
