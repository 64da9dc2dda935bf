"""The shipped command, killed in the middle of an import and started again: everything exactly once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from rapport.activity.models import Activity
from rapport.applications.models import Application
from rapport.candidates.models import Candidate, ContactPoint
from rapport.intake.models import ExternalId, Import
from rapport.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 2500
ROOT = Path(__file__).parents[4]


def write_people(path: Path) -> None:
    with path.open("w") as file:
        for number in range(PEOPLE):
            application = {
                "id": 100_000 + number, "applied_at": "2024-01-08T10:00:00Z", "status": "active",
                "jobs": [{"id": 1, "name": "Archivist"}], "current_stage": {"id": 2, "name": "Screen"},
            }  # fmt: skip
            person = {
                "id": number, "first_name": "Zora", "last_name": f"Quill{number}", "applications": [application],
                "email_addresses": [{"value": f"zora{number}@example.com"}],
            }  # fmt: skip
            file.write(json.dumps(person) + "\n")


def start(path: Path, data: Path) -> subprocess.Popen[str]:
    given = connection.settings_dict
    own = ("RAPPORT_", "DJANGO_SETTINGS_MODULE", "PYTEST_")  # what configures the tests is not for the command
    environ = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    environ |= {"RAPPORT_DATABASE_URL": f"postgresql://{given['USER']}@/{given['NAME']}?host={given['HOST']}"}
    environ |= {"RAPPORT_DATA_DIR": str(data), "RAPPORT_LOG_LEVEL": "CRITICAL", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "rapport", "import", "greenhouse", str(path), "--json"]
    return subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.timeout(240)
def test_a_killed_command_goes_on_where_it_stopped(tmp_path: Path) -> None:
    write_people(tmp_path / "candidates.jsonl")
    process = start(tmp_path / "candidates.jsonl", tmp_path)
    deadline = time.monotonic() + 120
    while not Import.objects.filter(position__gt=1).exists():
        assert time.monotonic() < deadline, (process.poll(), process.communicate())
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    item = Import.objects.get()
    assert item.state == "running"
    assert 1 < item.position < PEOPLE + 1
    assert Candidate.objects.count() == item.position - 1

    process = start(tmp_path / "candidates.jsonl", tmp_path)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (1, "")
    assert "Another process works on this very export" in err

    Import.objects.update(leased_until=clock.now())
    process = start(tmp_path / "candidates.jsonl", tmp_path)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = json.loads(out)
    assert (found["import"], found["state"], found["resumed_at"]) == (str(item.id), "done", item.position)
    assert (found["counts"]["candidate"], found["counts"]["application"]) == ({"created": PEOPLE}, {"created": PEOPLE})
    assert list(Import.objects.get().rows.order_by("number").values_list("number", flat=True)) == list(
        range(1, PEOPLE + 2)
    )
    assert [model.objects.count() for model in (Candidate, ContactPoint, Application)] == [PEOPLE] * 3
    assert ExternalId.objects.count() == 2 * PEOPLE + 1
    assert Activity.objects.filter(verb="candidate.created").count() == PEOPLE
    assert Activity.objects.filter(verb="application.created").count() == PEOPLE
