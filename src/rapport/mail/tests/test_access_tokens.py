"""Keeping an access token that holds: renewed before its end, by one process at a time, never losing a refresh token."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
import time_machine
from django.db import connection, connections
from tests.servers.oauth import Authority

from rapport.accounts.models import User
from rapport.lib import clock
from rapport.lib.encryption import decrypt
from rapport.mail import idling, operations, token_endpoint
from rapport.mail.models import Grant, Mailbox
from rapport.mail.operations import MailboxSettings, grants
from rapport.mail.operations.grants import StoredToken, access_token
from rapport.mail.operations.mailboxes import imap_settings, smtp_settings
from rapport.mail.tests.examples import answer, recorded
from rapport.mail.tests.signing_in import set_up, signed_in
from rapport.mail.xoauth2 import NoToken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed(ada: User, rita: User, authority: Authority) -> Mailbox:
    """Rita's mailbox, signed in just now for an hour."""
    provider = set_up(ada.actor, authority)
    settings = MailboxSettings(
        address="rita@example.com", provider_id=provider.id, smtp_host="smtp.example.com", imap_host="imap.example.com"
    )
    mailbox = operations.create_mailbox(actor=rita.actor, settings=settings, owner_id=rita.id)
    return signed_in(rita, mailbox, authority)


@pytest.fixture
def later() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now()) as traveller:
        yield traveller


def _renewals(authority: Authority) -> int:
    return sum(form["grant_type"] == "refresh_token" for form in authority.asked)


def _at_once(mailbox: Mailbox, count: int) -> list[str]:
    """The tokens that so many threads, each with a connection of its own, get at the same time."""
    found: list[str] = []
    barrier = threading.Barrier(count)

    def ask() -> None:
        try:
            barrier.wait()
            found.append(access_token(mailbox_id=mailbox.id))
        except NoToken as error:
            found.append(f"no: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_a_token_is_kept_until_five_minutes_before_its_end(signed, authority, later):
    first = access_token(mailbox_id=signed.id)
    later.shift(timedelta(minutes=54))
    assert access_token(mailbox_id=signed.id) == first
    assert _renewals(authority) == 0
    later.shift(timedelta(minutes=2))
    second = access_token(mailbox_id=signed.id)
    assert second != first
    assert access_token(mailbox_id=signed.id) == second
    assert _renewals(authority) == 1
    assert authority.is_held("rita@example.com", second)


def test_many_at_once_renew_it_once_and_keep_the_new_refresh_token(signed, authority, later):
    authority.rotates = True
    authority.waits_s = 0.3
    later.shift(timedelta(hours=2))

    found = _at_once(signed, 8)

    assert len(found) == 8
    assert len(set(found)) == 1
    assert authority.is_held("rita@example.com", found[0])
    assert _renewals(authority) == 1
    assert {decrypt(Grant.objects.get().refresh_token)} == authority.refresh_tokens
    later.shift(timedelta(hours=2))
    assert access_token(mailbox_id=signed.id) != found[0], "the new refresh token works"


def test_nobody_waits_while_the_old_token_still_holds(signed, authority, later):
    first = access_token(mailbox_id=signed.id)
    authority.waits_s = 1.5
    later.shift(timedelta(minutes=57))
    asking = threading.Thread(target=_at_once, args=[signed, 1])
    asking.start()
    while not authority.asked[1:]:
        time.sleep(0.01)
    began = time.monotonic()
    assert access_token(mailbox_id=signed.id) == first
    assert time.monotonic() - began < 1
    asking.join(10)
    assert _renewals(authority) == 1


def test_a_process_that_died_while_it_renewed_is_followed_by_another(signed, authority, later, monkeypatch):
    later.shift(timedelta(hours=2))
    now = clock.now()
    Grant.objects.update(renewing_by="gone", renewing_until=now + timedelta(seconds=59))
    monkeypatch.setattr(grants, "WAIT_S", 0.2)
    with pytest.raises(NoToken, match="Another process is renewing"):
        access_token(mailbox_id=signed.id)
    assert _renewals(authority) == 0
    later.shift(timedelta(seconds=60))
    assert authority.is_held("rita@example.com", access_token(mailbox_id=signed.id))
    assert (Grant.objects.get().renewing_by, Grant.objects.get().renewing_until) == ("", None)


def test_a_late_answer_does_not_overwrite_what_came_after_it(signed, authority, later, rita, monkeypatch):
    later.shift(timedelta(hours=2))
    real = token_endpoint.refresh

    def slow(app: token_endpoint.App, refresh_token: str) -> token_endpoint.Tokens:
        tokens = real(app, refresh_token)
        Grant.objects.update(renewing_by="another", refresh_token="newer")
        return tokens

    monkeypatch.setattr(token_endpoint, "refresh", slow)
    access_token(mailbox_id=signed.id)
    assert Grant.objects.get().refresh_token == "newer"


def test_a_new_refresh_token_is_kept_though_the_database_is_away_for_a_moment(signed, authority, later, monkeypatch):
    authority.rotates = True
    later.shift(timedelta(hours=2))
    real = token_endpoint.refresh

    def refresh(app: token_endpoint.App, refresh_token: str) -> token_endpoint.Tokens:
        tokens = real(app, refresh_token)
        with psycopg.connect(**connection.get_connection_params()) as other:  # as by a restart
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        return tokens

    monkeypatch.setattr(token_endpoint, "refresh", refresh)
    monkeypatch.setattr(grants, "KEEP_AFTER_S", (0.1,))
    assert authority.is_held("rita@example.com", access_token(mailbox_id=signed.id))
    assert {decrypt(Grant.objects.get().refresh_token)} == authority.refresh_tokens


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (503, b"", "Northwind Mail gives no permission just now (503)"),
        (429, b"{}", "Northwind Mail gives no permission just now (429)"),
        (200, b"<html>", "Northwind Mail answered with something that is no token (200)"),
        (200, b"[1, 2]", "Northwind Mail answered with something that is no token (200)"),
        (200, b'{"access_token": 5}', "Northwind Mail answered with something that is no token (200)"),
        (200, b'{"access_token": "a\\nb"}', "Northwind Mail answered with something that is no token (200)"),
        (200, b'{"access_token": "a", "expires_in": "soon"}', "Northwind Mail answered with something that is no token (200)"),
        (200, b"\xff\xfe", "Northwind Mail answered with something that is no token (200)"),
        (302, b'{"access_token": "a"}', "Northwind Mail answered with 302"),
        (200, b'{"access_token": "a", "expires_in": 1e999}', "Northwind Mail answered with something that is no token (200)"),
        (200, b"[" * 90_000, "Northwind Mail answered with something that is no token (200)"),
        (
            400, b'{"error": "no\\u0000thing"}',
            "Northwind Mail refuses: it does not say why. Try again, and have an administrator look at the app that is "
            "registered there",
        ),
        (200, b"x" * 200_000, "Northwind Mail could not be reached (ValueError)"),
        (
            401, b'{"error": "invalid_client", "error_description": "Unknown  app"}',
            "Northwind Mail refuses: invalid_client (“Unknown app”). Have an administrator look at the client id and secret "
            "under Settings, Mailboxes, Sign-in",
        ),
    ],
)  # fmt: skip
def test_what_the_provider_answers_instead_is_told_and_tried_again_later(
    signed, authority, later, status, body, reason
):
    later.shift(timedelta(hours=2))
    authority.answers = [(status, body)]
    with pytest.raises(NoToken) as caught:
        access_token(mailbox_id=signed.id)
    assert str(caught.value) == reason
    signed.refresh_from_db()
    assert not signed.needs_sign_in
    assert Grant.objects.get().renewing_until is None
    assert authority.is_held("rita@example.com", access_token(mailbox_id=signed.id))


def test_while_the_old_token_holds_a_failing_provider_is_no_matter(signed, authority, later):
    first = access_token(mailbox_id=signed.id)
    later.shift(timedelta(minutes=57))
    authority.answers = [(503, b"")]
    assert access_token(mailbox_id=signed.id) == first


def test_the_end_of_the_permission_is_recorded_once_and_forgets_the_tokens(signed, authority, later):
    authority.revoke()
    later.shift(timedelta(hours=2))
    found = _at_once(signed, 4)
    assert len(found) == 4
    assert all(said.startswith("no: ") for said in found)
    assert _renewals(authority) == 1
    grant = Grant.objects.get()
    assert (grant.refresh_token, grant.access_token) == ("", "")
    assert len(recorded("mailbox.failed")) == 1
    with pytest.raises(NoToken, match="Nobody has signed this mailbox in"):
        access_token(mailbox_id=signed.id)
    assert _renewals(authority) == 1


def test_a_provider_that_drips_is_given_up(signed, authority, later, monkeypatch):
    later.shift(timedelta(hours=2))
    authority.drips = True
    monkeypatch.setattr(token_endpoint, "PATIENCE_S", 0.7)
    began = time.monotonic()
    with pytest.raises(NoToken, match="could not be reached"):
        access_token(mailbox_id=signed.id)
    assert time.monotonic() - began < 4


def test_a_provider_in_our_own_network_is_asked_only_where_that_is_allowed(signed, authority, later, settings):
    later.shift(timedelta(hours=2))
    settings.OAUTH_HOSTS = []
    with pytest.raises(NoToken, match="An administrator can allow its host with RAPPORT_OAUTH_HOSTS"):
        access_token(mailbox_id=signed.id)
    assert _renewals(authority) == 0


def test_a_certificate_that_nobody_vouches_for_is_refused(signed, authority, later, monkeypatch):
    later.shift(timedelta(hours=2))
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NoToken, match="The certificate of Northwind Mail could not be verified"):
        access_token(mailbox_id=signed.id)
    assert _renewals(authority) == 0


def test_another_secret_key_is_told_plainly(signed, authority, settings):
    settings.SECRET_KEY = "another one"
    with pytest.raises(NoToken, match="secret key has changed"):
        access_token(mailbox_id=signed.id)
    signed.refresh_from_db()
    assert not signed.has_readable_passwords


def test_a_renewed_token_is_no_other_server_but_another_sign_in_is(signed, authority, rita, later):
    """Kept connections and watches go on after an hour; after another sign-in they begin anew."""
    before = smtp_settings(signed), imap_settings(signed)
    later.shift(timedelta(hours=2))
    access_token(mailbox_id=signed.id)
    assert (smtp_settings(signed), imap_settings(signed)) == before
    assert before[0].token == StoredToken(signed.id, Grant.objects.get().id)
    signed_in(rita, signed, authority)
    assert smtp_settings(signed) != before[0]
    assert imap_settings(signed) != before[1]


def test_a_watch_waits_for_new_mail_with_the_token(signed, authority, imap, later, monkeypatch):
    """On a thread of its own, which renews the token where that is due."""
    monkeypatch.setattr(idling, "WAIT_S", 1.0)
    Mailbox.objects.filter(id=signed.id).update(
        imap_host=imap.host, imap_port=imap.imap_port, imap_security="plain"
    )  # fmt: skip
    signed.refresh_from_db()
    later.shift(timedelta(hours=2))
    woken = threading.Event()
    watch = idling.Watch(signed.id, imap_settings(signed), "INBOX", lambda key: woken.set())
    watch.start()
    try:
        assert woken.wait(20), "after connecting"
        woken.clear()
        imap.put("rita", answer())
        assert woken.wait(20)
    finally:
        watch.stop.set()
        assert watch.thread is not None
        watch.thread.join(20)
    assert _renewals(authority) == 1
