"""Links in mails: they lead on, only to where the mail said, and tell who followed them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from psycopg_pool import PoolTimeout

from rapport.activity.models import Activity
from rapport.mail import link_door
from rapport.mail.address_tokens import click_token, link_token, read_click_token
from rapport.mail.clicks import EarlierClick, Visit, is_repeated, judge_click
from rapport.mail.models import DeliveryEvent, LinkVisit, Mailbox, Message
from rapport.mail.operations import judge_visits, keep_visit

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
JOB, TEAM = "https://example.org/jobs/1?x=2&y=ä", "https://example.org/team"


def visit(url: str = JOB, method: str = "GET", program: str = BROWSER, purpose: str = "", after_s: float = 0) -> Visit:
    return Visit(url, method, program, purpose, NOW + timedelta(seconds=after_s))


@pytest.mark.parametrize(
    ("seen", "sent_s_ago", "earlier", "verdict"),
    [
        (visit(), 3600, [], "human"),
        (visit(), 3600, [EarlierClick(TEAM, NOW - timedelta(seconds=3))], "human"),
        (visit(), 3600, [EarlierClick(TEAM, NOW - timedelta(seconds=2))], "machine"),
        (visit(method="HEAD"), 3600, [], "machine"),
        (visit(purpose="prefetch;prerender"), 3600, [], "machine"),
        (visit(program=""), 3600, [], "machine"),
        (visit(program="Barracuda Sentinel (EE)"), 3600, [], "machine"),
        (visit(program="python-requests/2.32"), 3600, [], "machine"),
        (visit(program="Slackbot-LinkExpanding 1.0"), 3600, [], "machine"),
        (visit(), 29, [], "unsure"),
        (visit(), 30, [], "human"),
        (visit(), None, [], "unsure"),
    ],
)
def test_who_followed_a_link(seen, sent_s_ago, earlier, verdict):
    sent_at = None if sent_s_ago is None else NOW - timedelta(seconds=sent_s_ago)
    found = judge_click(seen, sent_at, earlier)
    assert found.verdict == verdict
    assert found.reason.endswith(".")


def test_the_same_link_within_ten_seconds_is_one_visit():
    assert is_repeated(visit(), [EarlierClick(JOB, NOW - timedelta(seconds=10))])
    assert not is_repeated(visit(), [EarlierClick(JOB, NOW - timedelta(seconds=11)), EarlierClick(TEAM, NOW)])


def test_a_token_holds_for_one_message_and_one_address():
    message_id = uuid4()
    token = click_token(message_id, JOB)
    assert read_click_token(token, JOB) == message_id
    assert read_click_token(token, TEAM) is None
    assert read_click_token(token[:-1], JOB) is None
    assert read_click_token(link_token(message_id), JOB) is None
    assert read_click_token("é" * 38, JOB) is None
    assert read_click_token(token, "\ud800") is None


@pytest.fixture
def message(db: None) -> Message:
    mailbox = Mailbox.objects.create(address="rita@example.org", smtp_host="127.0.0.1", created_at=NOW, updated_at=NOW)
    return Message.objects.create(
        thread_id=uuid4(), direction="out", state="sent", mailbox=mailbox, message_id="m1@example.org",
        from_address="rita@example.org", to_address="carl@example.net", subjects={"candidate": str(uuid4())},
        is_bulk=True, created_at=NOW, in_flight_at=NOW, sent_at=NOW,
    )  # fmt: skip


def follow(message_id, url=JOB, at_s: float = 60, token: str = "", method: str = "get", program: str = BROWSER):
    address = f"/l/{token or click_token(message_id, url)}?to={quote(url, safe='')}"
    with time_machine.travel(NOW + timedelta(seconds=at_s), tick=False):
        answer = getattr(Client(raise_request_exception=False), method)(address, headers={"user-agent": program})
    while judge_visits():
        pass
    return answer


def test_a_person_is_led_on_and_the_click_is_kept(message):
    answer = follow(message.id)
    assert (answer.status_code, answer["Location"]) == (302, "https://example.org/jobs/1?x=2&y=%C3%A4")
    assert (answer["Referrer-Policy"], answer["Cache-Control"], answer.cookies) == ("no-referrer", "no-store", {})
    event = DeliveryEvent.objects.get()
    assert (event.message, event.kind, event.verdict, event.data) == (message, "clicked", "human", {"url": JOB})
    activity = Activity.objects.get()
    assert (activity.verb, activity.data["url"], activity.data["verdict"]) == ("message.clicked", JOB, "human")
    assert set(activity.subjects) == {"candidate", "message"}


def test_a_scanner_that_fetches_all_links_is_told_apart(message):
    follow(message.id, JOB, at_s=5)
    follow(message.id, TEAM, at_s=6)
    assert list(DeliveryEvent.objects.order_by("id").values_list("verdict", flat=True)) == ["unsure", "machine"]
    assert [row.verb for row in Activity.objects.order_by("id")] == ["message.clicked", "message.scanned"]


def test_twice_the_same_is_kept_once(message):
    assert [follow(message.id, at_s=60).status_code, follow(message.id, at_s=61).status_code] == [302, 302]
    assert DeliveryEvent.objects.count() == Activity.objects.count() == 1


def test_a_forged_address_leads_nowhere(message):
    token = click_token(message.id, JOB)
    for answer in (
        follow(message.id, "https://evil.example", token=token),
        follow(message.id, JOB, token=link_token(message.id)),
        follow(message.id, "javascript:alert(1)", token="x"),
    ):
        assert answer.status_code == 404
        assert "Location" not in answer
    assert not DeliveryEvent.objects.exists()


def test_a_message_that_is_not_stored_yet_leads_on(db):
    answer = follow(uuid4())
    assert answer.status_code == 302
    assert not DeliveryEvent.objects.exists()


def ask(environ: dict) -> tuple[str, dict[str, str]]:
    """What the web server is answered: status and headers."""
    answers = []
    content = link_door.answer(environ, lambda status, headers: answers.append((status, dict(headers))))
    assert content is not None
    assert b"".join(content) == b""
    return answers[0]


def environ_of(message_id: UUID, **changes: str) -> dict:
    found = RequestFactory().get(f"/l/{click_token(message_id, JOB)}?to={quote(JOB, safe='')}").environ
    return found | {"HTTP_USER_AGENT": BROWSER} | changes


def test_the_web_server_comes_by_a_door_before_django(message, django_assert_num_queries):
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False), django_assert_num_queries(1):
        status, headers = ask(environ_of(message.id))
    assert (status, headers["Location"]) == ("302 Found", "https://example.org/jobs/1?x=2&y=%C3%A4")
    assert (headers["Referrer-Policy"], headers["Cache-Control"], "Set-Cookie" in headers) == (
        "no-referrer", "no-store", False,
    )  # fmt: skip
    visit = LinkVisit.objects.get()
    assert (visit.message_id, visit.url, visit.program, visit.at) == (
        message.id,
        JOB,
        BROWSER,
        NOW + timedelta(minutes=1),
    )
    assert judge_visits() == 1
    assert (DeliveryEvent.objects.get().verdict, LinkVisit.objects.count(), judge_visits()) == ("human", 0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"QUERY_STRING": "to=https://evil.example"},
        {"QUERY_STRING": "to=%ff%fe&to=\udcff"},
        {"QUERY_STRING": ""},
        {"REQUEST_METHOD": "POST"},
        {"PATH_INFO": "/l/x"},
        {"PATH_INFO": "/u/x"},
    ],
)
def test_the_door_leads_nowhere_else(message, changes):
    def start_response(*_):
        raise AssertionError("Django answers this")

    assert link_door.answer(environ_of(message.id, **changes), start_response) is None
    assert not LinkVisit.objects.exists()


@pytest.mark.parametrize("away", [OperationalError, InterfaceError, PoolTimeout])
def test_whoever_follows_a_link_is_led_on_while_the_database_is_away(message, monkeypatch, away):
    def refuse(**_):
        raise away("the connection is lost")

    monkeypatch.setattr(link_door, "keep_visit", refuse)
    assert ask(environ_of(message.id))[0] == "302 Found"


def test_what_a_program_says_of_itself_is_cut_and_cannot_break_anything(message):
    keep_visit(message_id=message.id, visit=Visit(JOB, "GET", "curl/8\x00" + "x" * 100_000, "a\x00b", NOW))
    visit = LinkVisit.objects.get()
    assert (len(visit.program), visit.purpose) == (300, "ab")
    assert judge_visits() == 1
    assert DeliveryEvent.objects.get().verdict == "machine"


def test_many_visits_are_judged_in_as_many_statements_as_one(message, django_assert_num_queries):
    counts = []
    for number in (1, 40):
        for place in range(number):
            url = f"https://example.org/{number}/{place}"
            at = NOW + timedelta(minutes=number + place)
            keep_visit(message_id=message.id, visit=Visit(url, "GET", BROWSER, "", at))
        with CaptureQueriesContext(connection) as asked:
            assert judge_visits() == number
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert DeliveryEvent.objects.filter(verdict="human").count() == 41


def test_a_visit_is_judged_by_those_before_it_in_the_same_batch(message):
    for url, at_s in ((JOB, 60), (TEAM, 61), (JOB, 62), (JOB, 90)):
        at = NOW + timedelta(seconds=at_s)
        keep_visit(message_id=message.id, visit=Visit(url, "GET", BROWSER, "", at))
    assert judge_visits() == 4
    told = DeliveryEvent.objects.order_by("occurred_at").values_list("data__url", "verdict")
    assert list(told) == [(JOB, "human"), (TEAM, "machine"), (JOB, "human")]


def test_head_leads_on_and_is_a_machine_and_nothing_is_posted(message):
    assert follow(message.id, method="head").status_code == 302
    assert DeliveryEvent.objects.get().verdict == "machine"
    assert follow(message.id, method="post").status_code == 405
