"""What the tests of imports share: a folder for files, running imports to their end, and a worker that hangs or dies."""

import sys
import textwrap
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from rapport.accounts.models import User
from rapport.intake import operations
from rapport.intake.models import Import

TOKEN = "test"


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def work_until_done(item: Import) -> Import:
    """Let the loop work until it finds nothing to do, and read the import again."""
    while operations.work(token=TOKEN):
        continue
    item.refresh_from_db()
    return item


def start_csv(user: User, text: str | bytes, mapping: Sequence[str] = (), **options) -> Import:
    """A CSV import that is running, by its guessed columns unless others are given."""
    content = text.encode() if isinstance(text, str) else text
    item = operations.create_csv_import(actor=user.actor, name="people.csv", file=BytesIO(content))
    operations.save_mapping(actor=user.actor, import_id=item.id, mapping=mapping or item.mapping, options=options)
    return operations.start_import(actor=user.actor, import_id=item.id)


@pytest.fixture
def import_csv(rita: User) -> Callable[..., Import]:
    return lambda text, mapping=(), **options: work_until_done(start_csv(rita, text, mapping, **options))


TROUBLE = """
    import os, sys, time
    from rapport.intake import worker

    def parse(data):
        if data == b"hang":
            while True:
                pass
        if data == b"crash":
            os.kill(os.getpid(), 11)
        if data == b"memory":
            return {"resume": {"length": len(bytearray(2_000_000_000))}}
        if data == b"noise":
            print("a library talks on standard output")
        return {"resume": {"said": data.decode()}}

    answer = worker.answer
    worker._parse = parse
    worker.answer = lambda question, data: answer({"do": "parse"}, data)
    worker.main()
"""


@pytest.fixture
def trouble(tmp_path: Path) -> tuple[str, ...]:
    """The command of a sandbox process that does what the content of a file says: hang, crash, memory, noise."""
    script = tmp_path / "trouble.py"
    script.write_text(textwrap.dedent(TROUBLE))
    return (sys.executable, str(script))
