"""The pages of the audits: the figure and its formula, lists, previews, undo, and whom they let in."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.accounts.models import User
from rapport.candidates.models import Candidate
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.hygiene import audit_queries
from rapport.hygiene.audits.catalogue import AUDITS
from rapport.hygiene.models import AuditCount, AuditRun, Finding
from rapport.hygiene.operations import ask_for_audit, run_audit
from rapport.jobs import operations as jobs
from rapport.jobs import stage_operations
from rapport.lib import clock
from rapport.lib.actors import COMMAND, SYSTEM
from rapport.lib.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client, rita: User) -> Client:
    client.force_login(rita)
    return client


def look() -> AuditRun:
    return run_audit(run_id=ask_for_audit(actor=SYSTEM).id)


def page(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def url_of(audit: str = "unreachable") -> str:
    return reverse("hygiene:audit", args=[audit])


def fix_url(audit: str = "unreachable", fix: str = "archive") -> str:
    return reverse("hygiene:fix", args=[audit, fix])


def test_before_the_first_night_the_page_says_so(browser: Client) -> None:
    assert "Nobody has looked yet" in page(browser, reverse("hygiene:overview"))
    assert "Nobody has looked yet" in page(browser, url_of())


def test_the_overview_shows_figure_formula_and_every_audit(browser: Client) -> None:
    CandidateFactory(full_name="Amara Nwosu", title="Nurse", place="Berlin", city="Berlin")
    person = CandidateFactory(full_name="Lena Brandt", title="Nurse", place="Berlin", city="Berlin")
    ContactPointFactory(candidate=person)
    look()
    text = page(browser, reverse("hygiene:overview"))
    # Half of the people are unreachable, and nobody has a skill: 100 - 18 / 2 - 14.
    assert "<b>77.0</b>" in text
    assert "100 minus, for each audit, its weight times its share: 100 − 23.0." in " ".join(text.split())
    assert "50% × 18" in text
    assert "100% × 14" in text
    for audit in AUDITS:
        assert f">{audit.name}</a>" in text


def test_the_overview_asks_the_same_number_of_statements_for_many(browser: Client) -> None:
    def count() -> int:
        look()
        with CaptureQueriesContext(connection) as queries:
            page(browser, reverse("hygiene:overview"))
            page(browser, url_of())
        return len(queries)

    CandidateFactory()
    few = count()
    for number in range(30):
        CandidateFactory(title=f"Zzyx wrangler {number}")
    assert count() == few


def test_the_trend_has_one_count_a_night(browser: Client) -> None:
    run = look()
    noon = clock.now().replace(hour=12, minute=0)
    for days, found in ((40, 99), (4, 50), (4, 40), (2, 30)):
        at = noon - timedelta(days=days) + timedelta(minutes=100 - found)
        past = AuditRun.objects.create(state="done", asked_at=at, finished_at=at, health=90)
        AuditCount.objects.create(
            run=past, audit="unreachable", found_count=found, concerned_count=found, population_count=100
        )
    overview = audit_queries.read_overview(COMMAND)
    assert next(row.trend for row in overview.rows if row.audit.key == "unreachable") == [40, 30, 0]
    assert overview.trend == [90.0, 90.0, float(run.health or 0)]
    assert "From 40 to 0 in 3 nights" in page(browser, url_of())


def test_a_list_is_paged_and_shows_why(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [CandidateFactory() for _ in range(5)]
    look()
    monkeypatch.setattr(audit_queries.list_findings, "__kwdefaults__", {"cursor": "", "limit": 2})
    seen: list[UUID] = []
    url = url_of()
    while url:
        answer = browser.get(url)
        assert "no contact point" in answer.content.decode()
        seen += [line.subject_id for line in answer.context["lines"]]
        url = answer.context["next_url"]
    assert seen == [person.id for person in reversed(people)]
    assert browser.get(url_of() + "?cursor=x").status_code == 422


def test_whoever_was_put_right_since_is_not_shown(browser: Client) -> None:
    first, second = CandidateFactory(full_name="Amara Nwosu"), CandidateFactory(full_name="Lena Brandt")
    look()
    ContactPointFactory(candidate=first)
    text = page(browser, url_of())
    assert ("Amara Nwosu" in text, second.full_name in text) == (False, True)


def test_preview_changes_nothing_then_confirm_then_undo(browser: Client) -> None:
    person = CandidateFactory()
    look()
    text = page(browser, fix_url() + "?all=1")
    assert "archived: No way to reach them" in text
    assert "Archive (1)" in text
    chosen = {"ids": [str(person.id)], "value": "Nobody there"}
    shown = browser.post(fix_url(), chosen)
    assert (shown.status_code, "archived: Nobody there" in shown.content.decode()) == (200, True)
    assert Candidate.objects.get().archived_at is None
    done = browser.post(fix_url(), {**chosen, "confirm": "1"})
    assert done["Location"] == url_of()
    assert Candidate.objects.get().archive_reason == "Nobody there"
    [message] = browser.get(url_of()).context["messages"]
    assert str(message) == "1 person archived."
    assert browser.post(message.extra_tags).status_code == 302
    assert Candidate.objects.get().archived_at is None
    assert browser.post(message.extra_tags).status_code == 409
    assert Finding.objects.filter(audit="unreachable").count() == 1


def test_pressed_twice_the_second_says_that_it_is_done(browser: Client) -> None:
    CandidateFactory()
    look()
    assert browser.post(fix_url(), {"all": "1", "confirm": "1"}).status_code == 302
    again = browser.post(fix_url(), {"all": "1", "confirm": "1"})
    assert (again.status_code, "put it right meanwhile" in again.content.decode()) == (422, True)
    for audit in AUDITS:
        for fix in audit.fixes:
            assert "nothing to change" in page(browser, fix_url(audit.key, fix.key)), audit.key


def test_bad_input_is_told_beside_the_field(browser: Client) -> None:
    CandidateFactory(title="Zzyx wrangler")
    look()
    for confirm in ({}, {"confirm": "1"}):
        answer = browser.post(fix_url("unknown_titles", "title"), {"all": "1", "value": " ", **confirm})
        assert (answer.status_code, 'id="fix-problem"' in answer.content.decode()) == (422, True)
    assert browser.post(fix_url(), {"ids": ["x"]}).status_code == 422
    assert browser.post(reverse("hygiene:leave", args=["unreachable"])).status_code == 422


def test_leaving_something_as_it_is_and_taking_that_back(browser: Client) -> None:
    person = CandidateFactory()
    look()
    browser.post(reverse("hygiene:leave", args=["unreachable"]), {"ids": [str(person.id)]})
    answer = browser.get(url_of())
    assert (answer.context["lines"], answer.context["count"]) == ([], 0)
    [message] = answer.context["messages"]
    assert str(message) == "1 person left as they are."
    browser.post(message.extra_tags)
    assert Finding.objects.get(audit="unreachable").left_at is None


def test_asking_twice_queues_one_run(browser: Client) -> None:
    for _ in range(2):
        assert browser.post(reverse("hygiene:look_now")).status_code == 302
    assert AuditRun.objects.get().state == "waiting"
    part = browser.get(reverse("hygiene:overview") + "?part=run", headers={"HX-Request": "true"})
    assert "about to begin" in part.content.decode()
    run_audit(run_id=AuditRun.objects.get().id)
    part = browser.get(reverse("hygiene:overview") + "?part=run", headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"


def test_a_confidential_job_is_not_named_to_outsiders(
    client: Client, ada: User, rita: User, sign_in: Callable[[User], Client]
) -> None:
    job = jobs.create_job(actor=rita.actor, title="Chief of Zanzibar")
    jobs.set_team(actor=rita.actor, job_id=job.id, members={rita.id: "recruiter"})
    stage_operations.add_stage(actor=rita.actor, job_id=job.id, name="Talk")
    jobs.update_job(actor=rita.actor, job_id=job.id, is_confidential=True)
    jobs.change_state(actor=rita.actor, job_id=job.id, state="open")
    look()
    for user, sees in ((rita, True), (ada, False)):
        browser = sign_in(user)
        for url in (url_of("no_promise_days"), fix_url("no_promise_days", "promise")):
            assert ("Zanzibar" in page(browser, url)) == sees


@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_others_get_403_and_change_nothing(client: Client, request: pytest.FixtureRequest, role: str) -> None:
    person = CandidateFactory()
    look()
    client.force_login(request.getfixturevalue(role))
    chosen = {"ids": [str(person.id)], "confirm": "1"}
    assert [
        client.get(reverse("hygiene:overview")).status_code, client.get(url_of()).status_code,
        client.get(url_of("duplicates")).status_code, client.get(fix_url()).status_code,
        client.post(fix_url(), chosen).status_code, client.post(reverse("hygiene:leave", args=["unreachable"]), chosen).status_code,
        client.post(reverse("hygiene:look_now")).status_code, client.post(reverse("hygiene:undo_fix", args=["x"])).status_code,
    ] == [403] * 8  # fmt: skip
    assert Candidate.objects.get().archived_at is None
    assert AuditRun.objects.count() == 1


def test_unknown_audits_and_fixes_are_404(browser: Client) -> None:
    assert browser.get(url_of("nothing")).status_code == 404
    assert browser.get(fix_url("unreachable", "nothing")).status_code == 404
    assert browser.post(fix_url("nothing", "archive"), {"ids": [str(new_id())]}).status_code == 404
    assert browser.get(url_of("duplicates"))["Location"] == reverse("hygiene:suggestions")
