"""`rapport doctor`: each way an installation breaks is told in words, with what to do about it."""

import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib import clock
from rapport.lib.encryption import encrypt
from rapport.mail.models import Mailbox
from rapport.search.engine import Engine
from rapport.search.folder import IndexFolder
from rapport.workspace import diagnosis
from rapport.workspace.connection_mends import mend_connection

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def not_a_folder(tmp_path: Path) -> Path:
    """A place where nothing can be stored, also for root."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "inside"


def doctor(**environ: str) -> tuple[int, list[dict], str]:
    """The shipped command with an environment of its own."""
    known = {key: value for key, value in os.environ.items() if not key.startswith(("RAPPORT_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "rapport", "doctor", "--json"], env={**known, **environ},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout or "[]"), done.stderr


@pytest.mark.parametrize(
    ("change", "cause", "mend"),
    [
        ({"host": "nowhere.invalid"}, "", "The host in RAPPORT_DATABASE_URL is not known here."),
        ({"host": "127.0.0.1", "port": "1"}, "refused", "No PostgreSQL listens there."),
        ({"dbname": "no_such_database"}, "does not exist", "Create the database: createdb"),
        ({"user": "nobody_here"}, "does not exist", "The user in RAPPORT_DATABASE_URL is not known"),
    ],
)
@pytest.mark.django_db
def test_wrong_parts_of_the_database_url_are_named(change, cause, mend, tmp_path) -> None:
    known = connection.settings_dict
    parts = {"host": known["HOST"], "user": known["USER"], "dbname": known["NAME"], "port": known["PORT"], **change}
    url = " ".join(f"{key}={value}" for key, value in parts.items() if value)
    status, findings, _ = doctor(RAPPORT_DATABASE_URL=url, RAPPORT_DATA_DIR=str(tmp_path), RAPPORT_SECRET_KEY="x" * 40)
    assert status == 1
    assert findings[-1]["check"] == "database"
    assert findings[-1]["state"] == "failure"
    assert cause in findings[-1]["message"]
    assert findings[-1]["mend"].startswith(mend)


def test_a_database_url_that_is_none_stops_with_one_line(tmp_path) -> None:
    status, findings, said = doctor(RAPPORT_DATABASE_URL="postgres//rapport", RAPPORT_DATA_DIR=str(tmp_path))
    assert (status, findings) == (1, [])
    assert said.strip() == (
        "rapport: RAPPORT_DATABASE_URL: not an address of a database. Write postgresql://user:password@host:5432/name"
    )


@pytest.mark.parametrize(
    ("cause", "mend"),
    [
        ('FATAL:  password authentication failed for user "rapport"', "User or password"),
        ("connection timeout expired", "The server does not answer in time."),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "The server lets nobody in"),
        ("could not access directory: Permission denied", "The embedded database cannot reach its folder."),
        ("could not write lock file: No space left on device", "The disk is full."),
        ("something nobody has seen", "Check each part of RAPPORT_DATABASE_URL"),
    ],
)
def test_what_servers_say_is_turned_into_what_to_do(cause, mend) -> None:
    assert mend_connection(cause, is_embedded=False).startswith(mend)


def test_of_an_embedded_database_its_log_is_named() -> None:
    assert mend_connection("something nobody has seen", is_embedded=True).startswith("Look into the database's log")


@pytest.mark.django_db
def test_missing_migrations_end_the_examination(settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'search'")
    findings = list(diagnosis.examine())
    assert (findings[-1].check, findings[-1].state, findings[-1].mend) == (
        "migrations",
        "failure",
        "Run: rapport migrate",
    )


def test_folders_that_cannot_be_written_are_named(settings, not_a_folder) -> None:
    settings.DATA_DIR = settings.MEDIA_ROOT = not_a_folder
    data, files = diagnosis.check_data_folder(), diagnosis.check_files_folder()
    assert (data.state, files.state) == ("failure", "failure")
    assert data.message == f"{not_a_folder} cannot be written: Not a directory."
    assert "RAPPORT_DATA_DIR" in data.mend
    assert "RAPPORT_FILES_DIR" in files.mend


@pytest.mark.parametrize(
    ("free", "state", "message"),
    [
        (50_000_000, "failure", "The disk is full: 50 MB are free. Nothing can be stored."),
        (1_500_000_000, "warning", "Only 1.5 GB are free."),
        (90_000_000_000, "ok", "90 GB are free"),
    ],
)
def test_a_full_disk(free, state, message, monkeypatch, settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100e9, 0, free))
    finding = diagnosis.check_disk()
    assert (finding.state, finding.message) == (state, message)
    assert bool(finding.mend) == (state != "ok")


@pytest.mark.django_db
def test_the_search_index(settings, tmp_path) -> None:
    settings.SEARCH_DIR = tmp_path
    assert diagnosis.check_index().message == "There is no search index on this node yet."
    folder = IndexFolder(tmp_path)
    index = folder.new_index()
    Engine.create(index)
    folder.use(index)
    assert (diagnosis.check_index().state, diagnosis.check_index().message) == ("ok", "the index holds 0 people")
    CandidateFactory.create_batch(25)
    behind = diagnosis.check_index()
    assert (behind.state, behind.message) == ("warning", "The index holds 0 of 25 people.")
    (index / "meta.json").write_text("{ broken")
    broken = diagnosis.check_index()
    assert broken.state == "failure"
    assert broken.message.startswith("The search index cannot be read: ")
    assert broken.mend.startswith("Run: rapport reindex")
    shutil.rmtree(index)
    assert diagnosis.check_index().message == "The search index is broken: its files are gone or another version's."


@pytest.mark.django_db
def test_failing_mailboxes_say_why() -> None:
    assert diagnosis.check_mailboxes().state == "ok"
    now = clock.now()
    Mailbox.objects.create(
        address="talent@example.org", smtp_host="smtp.example.org", state="failing",
        last_error="The server refused the password.", created_at=now, updated_at=now,
    )  # fmt: skip
    finding = diagnosis.check_mailboxes()
    assert (finding.state, finding.message) == ("warning", "talent@example.org: The server refused the password.")
    assert "Settings, Mailboxes" in finding.mend


@pytest.mark.django_db
def test_no_worker_or_a_silent_one() -> None:
    assert diagnosis.check_worker().message == "No worker is running: nothing is sent, received or found."
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [clock.now() - timedelta(minutes=5)]
        )
        assert diagnosis.check_worker().state == "warning"
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = %s", [clock.now()])
    assert diagnosis.check_worker().state == "ok"


def test_without_a_mail_server_of_its_own(settings) -> None:
    settings.HAS_MAIL_SERVER = False
    assert diagnosis.check_own_mail().state == "warning"
    assert "RAPPORT_SMTP_HOST" in diagnosis.check_own_mail().mend


def test_an_address_that_the_product_does_not_answer_to(settings) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://talent.example.org", ["127.0.0.1"]
    finding = diagnosis.check_address()
    assert (finding.state, finding.mend) == ("failure", "Add talent.example.org to RAPPORT_ALLOWED_HOSTS.")
    settings.ALLOWED_HOSTS = [".example.org"]
    assert diagnosis.check_address().state == "ok"


def test_a_folder_of_files_that_others_can_read(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    assert diagnosis.check_files_folder().state == "ok"
    settings.MEDIA_ROOT.chmod(0o755)
    finding = diagnosis.check_files_folder()
    assert (finding.state, finding.mend.split(" (")[0]) == ("warning", f"Run: chmod go= {tmp_path}/files")


@pytest.mark.django_db
def test_a_secret_key_that_was_changed(settings) -> None:
    Mailbox.objects.create(
        address="talent@example.org", smtp_host="mail.example.org", smtp_password=encrypt("secret"), created_at=clock.now(),
        updated_at=clock.now(),
    )  # fmt: skip
    assert diagnosis.check_stored_secrets().state == "ok"
    settings.SECRET_KEY = "another" * 8
    finding = diagnosis.check_stored_secrets()
    assert finding.state == "failure"
    assert finding.message == "The secret key is not the one they were stored with: talent@example.org cannot be used."


def test_what_a_server_says_is_no_advice_for_the_embedded_one() -> None:
    cause = "could not open file global/pg_control: No such file or directory"
    assert mend_connection(cause, is_embedded=True).startswith("Look into the database's log")
