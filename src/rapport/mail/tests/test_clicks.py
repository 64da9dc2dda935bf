"""Links in mails: they lead on, only to where the mail said, and tell who followed them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from rapport.activity.models import Activity
from rapport.mail.address_tokens import click_token, link_token, read_click_token
from rapport.mail.clicks import EarlierClick, Visit, is_repeated, judge_click
from rapport.mail.models import DeliveryEvent, Mailbox, Message

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
        return getattr(Client(raise_request_exception=False), method)(address, headers={"user-agent": program})


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


def test_head_leads_on_and_is_a_machine_and_nothing_is_posted(message):
    assert follow(message.id, method="head").status_code == 302
    assert DeliveryEvent.objects.get().verdict == "machine"
    assert follow(message.id, method="post").status_code == 405
