"""The demo data: every screen has something to show, the same seed tells the same story, and nothing can ever leave."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from rapport.config import embedded
from tests.journeys.conftest import RAPPORT, ROOT, clean_environ, copy_of

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("accessibility")]

STORY = """
SELECT s.name, s.state, c.full_name, e.state, e.exit_reason, e.sent_count, e.last_outcome, e.next_due_at
FROM outreach_enrollment e JOIN outreach_sequence s ON s.id = e.sequence_id
JOIN candidates_candidate c ON c.id = e.candidate_id ORDER BY 1, 3
"""


HOLD = "import sys; from pathlib import Path; from rapport.config import embedded; server = embedded.start(Path(sys.argv[1])); print('ready', flush=True); sys.stdin.read()"


@pytest.fixture(scope="module")
def untouched(told: Path) -> Iterator[str]:
    """The folder of an installation with the demo data in which nobody has done anything; its database runs."""
    folder = copy_of(told)
    environ = {**clean_environ(), "RAPPORT_DATA_DIR": str(folder), "PYTHONWARNINGS": "ignore"}
    holder = subprocess.Popen(
        [RAPPORT[0], "-c", HOLD, str(folder)], env=environ, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    yield str(folder)
    holder.communicate()
    shutil.rmtree(folder, ignore_errors=True)


def ask(folder: str, sql: str) -> list[tuple]:
    host = embedded.socket_folder(Path(folder))
    with psycopg.connect(host=str(host), user="postgres", dbname=embedded.DATABASE) as connection:
        return connection.execute(sql).fetchall()


def test_sequences_hold_people_in_every_state(untouched: str) -> None:
    assert ask(untouched, "SELECT state, count(*) FROM outreach_sequence GROUP BY 1 ORDER BY 1") == [
        ("active", 2), ("archived", 1), ("draft", 1), ("paused", 1),
    ]  # fmt: skip
    states = {row[0] for row in ask(untouched, "SELECT DISTINCT state FROM outreach_enrollment")}
    assert states == {"active", "finished", "exited"}
    reasons = {row[0] for row in ask(untouched, "SELECT DISTINCT exit_reason FROM outreach_enrollment")}
    assert {"replied", "bounced"} <= reasons
    assert {"sent", "planned", "unclear"} == {
        row[0] for row in ask(untouched, "SELECT DISTINCT state FROM outreach_delivery")
    }
    # The ledger, the messages and the record tell the same.
    sent = ask(untouched, "SELECT count(*) FROM outreach_delivery WHERE state = 'sent'")[0][0]
    assert sent > 50
    assert ask(untouched, "SELECT sum(sent_count) FROM outreach_enrollment") == [(sent,)]
    assert ask(untouched, "SELECT count(*) FROM mail_message WHERE is_bulk AND state = 'sent'") == [(sent,)]
    recorded = "SELECT count(*) FROM activity_activity WHERE verb = 'message.sent' AND data->>'is_bulk' = 'true'"
    assert ask(untouched, recorded) == [(sent,)]


def test_applications_came_about_in_known_ways(untouched: str) -> None:
    origins = {row[0] for row in ask(untouched, "SELECT DISTINCT origin FROM applications_application")}
    assert origins == {"applied", "sourced", "referred"}


def test_nothing_has_happened_in_the_future_and_re_stands_once(untouched: str) -> None:
    assert ask(untouched, "SELECT count(*) FROM candidates_candidate WHERE created_at > now()") == [(0,)]
    assert ask(untouched, "SELECT count(*) FROM mail_message WHERE subject ILIKE 're: re:%'") == [(0,)]
    assert ask(untouched, "SELECT count(*) > 0 FROM mail_message WHERE subject LIKE 'Re: %'") == [(True,)]


def test_the_printed_sign_in_names_somebody_of_each_role(untouched: str) -> None:
    first, second = (Path(untouched) / "demo-sign-in.txt").read_text().splitlines()
    assert first == "rita@example.org / try-rapport-2026"
    assert second == (
        "The same password opens ada@example.org (administrator), emma@example.org (employee), "
        "ines@example.org (interviewer), hugo@example.org (hiring manager)."
    )


def test_documents_are_for_their_owner_alone(untouched: str) -> None:
    stored = [path for path in (Path(untouched) / "files").rglob("*") if not path.name.startswith(".")]
    assert {(path.is_dir(), oct(path.stat().st_mode & 0o777)) for path in stored} == {(True, "0o700"), (False, "0o600")}


def test_nothing_of_the_demo_can_leave(untouched: str) -> None:
    assert ask(untouched, "SELECT state, smtp_host, imap_host FROM mail_mailbox") == [
        ("paused", "smtp.demo.invalid", "")
    ]
    assert ask(untouched, "SELECT count(*) FROM mail_message WHERE state IN ('queued', 'in_flight', 'draft')") == [(0,)]
    assert ask(untouched, "SELECT count(*) FROM outreach_delivery WHERE state IN ('claimed', 'in_flight')") == [(0,)]
    users = ask(untouched, "SELECT count(*) FROM accounts_user WHERE email LIKE '%@example.org'")
    assert ask(untouched, "SELECT count(*) FROM notifications_digestchoice WHERE every = 'never'") == users


def test_same_seed_tells_the_same_story(untouched: str, migrated: Path) -> None:
    folder = copy_of(migrated)
    environ = {**clean_environ(), "RAPPORT_DATA_DIR": str(folder), "PYTHONWARNINGS": "ignore"}
    script = (
        "import sys, psycopg; from pathlib import Path; from rapport.config import embedded; from rapport.config.cli import run;"
        "assert run(['demo', '--candidates', '300']) == 0;"
        "c = psycopg.connect(host=str(embedded.socket_folder(Path(sys.argv[1]))), user='postgres', dbname=embedded.DATABASE);"
        "print('STORY', *(repr(row[:-1] + (str(row[-1]),)) for row in c.execute(sys.argv[2])), sep='\\n')"
    )
    told = subprocess.run(
        [RAPPORT[0], "-c", script, str(folder), STORY],
        env=environ,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    shutil.rmtree(folder, ignore_errors=True)
    first = [repr((*row[:-1], str(row[-1]))) for row in ask(untouched, STORY)]
    assert len(first) > 40
    assert told.split("STORY\n")[1].splitlines() == first


@pytest.mark.parametrize(
    ("path", "rows", "least"),
    [
        ("/sequences/", "main tbody tr", 4),
        ("/sequences/waiting", "main [type=checkbox]", 1),
        ("/imports/", "main tbody tr", 2),
        ("/segments/", "main tbody tr", 4),
        ("/notifications/", "main li, main tbody tr", 3),
        ("/settings/templates/", "main tbody tr", 8),
        ("/settings/suppressions/", "main tbody tr", 2),
        ("/inbox/", "main tbody tr", 1),
        ("/pools/", "main tbody tr, main li", 3),
    ],
)  # fmt: skip
def test_screens_have_something_to_show(page: Page, path: str, rows: str, least: int) -> None:
    page.goto(path)
    assert page.locator(rows).count() >= least


def test_imports_show_what_could_not_be_read_and_what_waits(page: Page) -> None:
    page.goto("/imports/")
    page.get_by_role("link", name="old-applicants-2024.csv").click()
    page.get_by_role("link", name="Not imported").click()
    expect(page.locator("main")).to_contain_text("This row has no name.")
    page.goto("/imports/")
    page.get_by_role("link", name="Résumés of the job fair").click()
    page.locator("main").get_by_role("link", name=re.compile(r"\.txt$")).first.click()
    expect(page.get_by_label("Name", exact=True).first).not_to_have_value("")
    assert os.path.basename(page.url.rstrip("/")).isdigit()
