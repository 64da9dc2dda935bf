"""An archive of demo data, written by the shipped commands in an installation of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

EVERYTHING = """
import sys
from rapport.config.cli import run
folder, archive = sys.argv[1:]
assert run(["migrate", "--verbosity", "0"]) == 0
if not archive:
    assert run(["demo", "--candidates", "300"]) == 0
    from rapport.candidates.models import Candidate, Document
    first, *_, last = Candidate.objects.order_by("id")
    Candidate.objects.filter(id=first.id).update(merged_into=last, full_name="Zoë \\u202e 王 \\\\ \\"q\\"\\n\\u2028 \\x01")
    from django.core.files.storage import default_storage
    default_storage.delete(Document.objects.order_by("id")[0].storage_name)
else:
    assert run(["import", "archive", archive, "--dry-run"]) == 0
    assert run(["import", "archive", archive]) == 0
    assert run(["import", "archive", archive]) == 1
    from rapport.accounts.models import Team, User
    from rapport.activity.followers import newest_token
    from rapport.activity.models import Activity, Cursor
    assert [user.email for user in User.objects.all() if user.has_usable_password()] == []
    token, (xid, _) = Cursor.objects.get(name="reactions").token, newest_token().split(".")
    numbers = {int(str(row)) for row in Activity.objects.values_list("xid", flat=True)}
    assert numbers == {int(token.split(".")[0])} and numbers.pop() <= int(xid)
    from rapport.activity.operations import react
    assert react() == 0
assert run(["export", folder]) == 0
if archive:
    from rapport.candidates.models import Candidate
    from rapport.search.folder import IndexFolder
    from rapport.search.engine import Engine
    from django.conf import settings
    assert Engine.open(IndexFolder(settings.SEARCH_DIR).find_current()).count == Candidate.objects.filter(merged_into=None).count()
    from rapport.accounts.operations import create_user
    from rapport.lib.actors import COMMAND
    create_user(actor=COMMAND, email="new.admin@example.org", full_name="New Admin", role="administrator")
    Team.objects.create(name="New team").members.add(User.objects.get(email="new.admin@example.org"))
"""


@dataclass(frozen=True)
class Archives:
    """What the first installation wrote, and what a second one wrote after it had read that."""

    first: Path
    second: Path


def write_archive(data: Path, target: Path, source: Path | None = None) -> None:
    """Export demo data, or what an empty installation got from another archive."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORT_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-c", EVERYTHING, str(target), str(source or "")],
        env={**environ, "RAPPORT_DATA_DIR": str(data), "PYTHONWARNINGS": "ignore"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="session")
def archives() -> Iterator[Archives]:
    folder = Path(tempfile.mkdtemp(prefix="ra-"))
    folder.chmod(0o755)
    try:
        write_archive(folder / "a", folder / "first")
        write_archive(folder / "b", folder / "second", folder / "first")
        yield Archives(folder / "first", folder / "second")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
