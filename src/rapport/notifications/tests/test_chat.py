"""Notices posted to a Slack-compatible webhook: a real server takes them, refuses them, or is away."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest
from django.db import connection

from rapport.accounts.models import User
from rapport.lib.errors import InvalidInput, NotFound, PermanentFailure, TemporaryFailure
from rapport.lib.ids import new_id
from rapport.notifications import chat, operations
from rapport.notifications.models import ChatChannel, Notification
from rapport.notifications.tests.test_notify import bake, cake

pytestmark = pytest.mark.django_db
__all__ = ["cake"]


class Chat(BaseHTTPRequestHandler):
    status = 200
    posted: list[tuple[str, str]]

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if self.status == 200:
            type(self).posted.append((self.path, json.loads(sent)["text"]))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def channel(settings) -> Iterator[str]:
    """The address of a chat in a network of one's own, which the settings allow."""
    Chat.status, Chat.posted = 200, []
    server = HTTPServer(("127.0.0.1", 0), Chat)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.CHAT_HOSTS = ["127.0.0.1"]
    yield f"http://127.0.0.1:{server.server_port}/services/T0/B0/x"
    server.shutdown()
    server.server_close()
    thread.join()


def tell(user: User, *texts: str, url: str = "/cakes/1") -> None:
    for text in texts:
        Notification.objects.create(
            id=new_id(), user=user, activity_id=uuid4(), verb="cake.baked", text=text, url=url, happened_at="2026-11-27T09:00Z",
        )  # fmt: skip


def jobs() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args->>'user_id' FROM procrastinate_jobs ORDER BY id")
        return list(cursor.fetchall())


def test_what_is_new_is_posted_once_with_links_and_nothing_that_can_be_misread(rita, hugo, channel, settings):
    settings.BASE_URL = "https://rapport.example.org"
    tell(rita, "before")
    operations.choose_chat(actor=rita.actor, url=f" {channel} ")
    tell(rita, "Lemon <b>cake</b> & |tea|", "second")
    tell(hugo, "not mine")
    assert [operations.post_news(user_id=user.id) for user in (rita, rita, hugo)] == [2, 0, 0]
    assert Chat.posted == [
        (
            "/services/T0/B0/x",
            "• <https://rapport.example.org/cakes/1|Lemon &lt;b&gt;cake&lt;/b&gt; &amp; ¦tea¦>\n"
            "• <https://rapport.example.org/cakes/1|second>",
        )
    ]


def test_many_at_once_are_one_post(rita, channel):
    operations.choose_chat(actor=rita.actor, url=channel)
    tell(rita, *(f"cake {number}" for number in range(20)), url="")
    assert operations.post_news(user_id=rita.id) == 20
    ((_, text),) = Chat.posted
    assert (text.count("•"), text.splitlines()[0], text.splitlines()[-1]) == (15, "• cake 0", "and 5 more")


def test_a_notice_queues_one_post_for_those_with_a_chat_only(rita, hugo, cake, channel):
    for user in (rita, hugo):
        operations.follow(actor=user.actor, kind="cake", subject_id=cake)
    operations.choose_chat(actor=rita.actor, url=channel)
    operations.notify(activities=[bake(cake), bake(cake)])
    assert jobs() == [("notifications.post", str(rita.id))]


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (503, TemporaryFailure, "The chat does not take it just now (503)."),
        (429, TemporaryFailure, "The chat does not take it just now (429)."),
        (404, None, "The chat refuses it (404). Make a new address there, and enter it here."),
        (302, None, "The chat refuses it (302). Make a new address there, and enter it here."),
    ],
)
def test_what_is_not_taken_is_posted_later_and_the_page_says_why(rita, channel, sign_in, status, error, told):
    operations.choose_chat(actor=rita.actor, url=channel)
    tell(rita, "Lemon cake")
    Chat.status = status
    if error:
        with pytest.raises(error):
            operations.post_news(user_id=rita.id)
    else:
        assert operations.post_news(user_id=rita.id) == 0
    page = sign_in(rita).get("/settings/notifications/").text
    assert ("Nothing arrives since" in page, told in page, channel in page) == (True, True, False)

    Chat.status = 200
    assert operations.post_news(user_id=rita.id) == 1
    assert (len(Chat.posted), "Nothing arrives" in sign_in(rita).get("/settings/notifications/").text) == (1, False)


def test_a_chat_that_is_away_is_tried_again(rita, settings):
    settings.CHAT_HOSTS = ["127.0.0.1"]
    operations.choose_chat(actor=rita.actor, url="http://127.0.0.1:9/x")
    tell(rita, "Lemon cake")
    with pytest.raises(TemporaryFailure, match="No answer"):
        operations.post_news(user_id=rita.id)
    assert ChatChannel.objects.get().posted_until is None


def test_our_own_network_is_not_posted_to(rita, channel, settings):
    settings.CHAT_HOSTS = []
    with pytest.raises(PermanentFailure, match="network of its own"):
        chat.post(channel, b"{}", settings.CHAT_HOSTS)
    assert Chat.posted == []


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.org/x", "ftp://hooks.example.org/x", "https://", "hooks.example.org/x", "https://a:b@example.org/x",
     "https://example.org:99999/x", "https://example.org/a b", "https://[::1", "https://example.org/" + "x" * 1000],
)  # fmt: skip
def test_only_whole_secure_addresses_are_taken(rita, sign_in, url):
    with pytest.raises(InvalidInput):
        operations.choose_chat(actor=rita.actor, url=url)
    answer = sign_in(rita).post("/settings/notifications/chat", {"url": url, "do": "save"})
    assert answer.status_code == 422
    assert not ChatChannel.objects.exists()


def test_it_is_set_up_tried_and_ended_on_the_page(rita, ines, channel, sign_in):
    client, address = sign_in(rita), "/settings/notifications/chat"
    with pytest.raises(NotFound):
        operations.try_chat(actor=rita.actor)
    assert client.post(address, {"url": channel, "do": "save"}).status_code == 302
    assert channel not in str(ChatChannel.objects.values().get())  # it is a secret
    assert client.post(address, {"do": "try"}, follow=True).status_code == 200
    assert "This is where Rapport tells you what is new." in Chat.posted[0][1]
    Chat.status = 500
    assert "The chat does not take it just now (500)." in client.post(address, {"do": "try"}, follow=True).text
    assert sign_in(ines).post(address, {"do": "remove"}).status_code == 302
    assert ChatChannel.objects.get().user == rita
    sign_in(rita).post(address, {"do": "remove"})
    assert not ChatChannel.objects.exists()


def test_who_has_no_account_any_more_is_told_nothing(rita, channel):
    operations.choose_chat(actor=rita.actor, url=channel)
    tell(rita, "Lemon cake")
    User.objects.filter(id=rita.id).update(is_active=False)
    assert (operations.post_news(user_id=rita.id), Chat.posted) == (0, [])
