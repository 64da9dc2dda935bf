"""The command and the pages of an import of another system's export."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from rapport.accounts.models import User
from rapport.candidates.models import Candidate
from rapport.flows.tests.exports import write_greenhouse
from rapport.intake.models import Import
from rapport.lib.errors import InvalidInput

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_greenhouse(tmp_path / "greenhouse-export")


def test_the_command_reports_and_a_dry_run_stores_nothing(export: Path, capsys) -> None:
    call_command("import", "greenhouse", str(export), "--dry-run", "--json")
    tried = json.loads(capsys.readouterr().out)
    assert (tried["dry_run"], Import.objects.count(), Candidate.objects.count()) == (True, 0, 0)
    call_command("import", "greenhouse", str(export), "--json")
    done = json.loads(capsys.readouterr().out)
    assert done["counts"] == tried["counts"]
    assert (done["dry_run"], done["state"], done["import"]) == (False, "done", str(Import.objects.get().id))
    assert done["problems"] == [{"row": 6, "entry": "Candidate 5", "failed": True, "message": "The name is missing."}]


def test_the_report_in_words(export: Path, capsys) -> None:
    call_command("import", "greenhouse", str(export))
    assert capsys.readouterr().out.splitlines() == [
        "Jobs: 1 created.",
        "Candidates: 3 created, 1 failed, 1 skipped.",
        "Applications: 2 created.",
        "Notes: 3 created.",
        "Files: 1 created.",
        "Events: 1 created.",
        "Candidate 5: The name is missing.",
        "The rows stand under Imports, where all of it can be taken back.",
    ]


def test_a_wrong_path_is_told(tmp_path: Path, capsys) -> None:
    with pytest.raises(InvalidInput, match="There is no file or folder"):
        call_command("import", "lever", str(tmp_path / "nothing"))
    assert capsys.readouterr().out == ""


def test_administrators_see_the_run_and_take_it_back(
    ada: User, rita: User, hugo: User, ines: User, emma: User, sign_in, export: Path
) -> None:
    call_command("import", "greenhouse", str(export))
    item = Import.objects.get()
    client = sign_in(ada)
    page = client.get(f"/imports/{item.id}/").content.decode()
    for part in ("Greenhouse export", "Applications", "2 created", "Job 500: Archivist", "Zora Quill", "Take back"):
        assert part in page
    assert "greenhouse-export" in client.get("/imports/").content.decode()
    failed = client.get(f"/imports/{item.id}/?show=failed")
    assert "The name is missing." in failed.content.decode()
    recruiter = sign_in(rita)
    assert "greenhouse-export" not in recruiter.get("/imports/").content.decode()
    assert [
        recruiter.get(f"/imports/{item.id}/").status_code,
        recruiter.post(f"/imports/{item.id}/undo/").status_code,
    ] == [404, 404]
    for user in (hugo, ines, emma):
        assert sign_in(user).get(f"/imports/{item.id}/").status_code == 403
        assert sign_in(user).post(f"/imports/{item.id}/undo/").status_code == 403
    item.refresh_from_db()
    assert item.state == "done"
    assert client.post(f"/imports/{item.id}/undo/").status_code == 302
    item.refresh_from_db()
    assert item.state == "undoing"
