"""Signing a mailbox in at its provider: by the pages, against a real provider and real mail servers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from tests.servers.dovecot import Dovecot
from tests.servers.oauth import Authority
from tests.servers.smtp import Outbox

from rapport.accounts.models import User
from rapport.lib import clock
from rapport.lib.encryption import decrypt
from rapport.lib.errors import Conflict, NotAllowed, NotFound, PermanentFailure
from rapport.mail import operations, token_endpoint
from rapport.mail.models import Grant, Mailbox, Message, Provider
from rapport.mail.operations import MailboxSettings
from rapport.mail.operations.mailboxes import NOT_TRIED, note_failure
from rapport.mail.tests.examples import answer, recorded, send, write
from rapport.mail.tests.signing_in import ask_provider, back_at_us, set_up, sign_in_at_provider, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(ada: User, authority: Authority) -> Provider:
    return set_up(ada.actor, authority)


@pytest.fixture
def by_provider(rita: User, provider: Provider, authority: Authority, outbox: Outbox, imap: Dovecot) -> Mailbox:
    """Rita's mailbox, which signs in at the provider; she has not done so yet."""
    outbox.is_held = authority.is_held
    settings = MailboxSettings(
        address="rita@example.com", provider_id=provider.id, smtp_host=outbox.host, smtp_port=outbox.port,
        smtp_security="plain", imap_host=imap.host, imap_port=imap.imap_port, imap_security="plain",
    )  # fmt: skip
    return operations.create_mailbox(actor=rita.actor, settings=settings, owner_id=rita.id)


@pytest.fixture
def later() -> Iterator[time_machine.Traveller]:
    """A clock that goes on, and can be put forward."""
    with time_machine.travel(clock.now()) as traveller:
        yield traveller


def _settings_of(mailbox: Mailbox, **changes: Any) -> MailboxSettings:
    names = set(MailboxSettings.__dataclass_fields__) - {"smtp_password", "imap_password", "imap_folders"}
    return replace(MailboxSettings(**{name: getattr(mailbox, name) for name in names}), **changes)


def test_the_owner_signs_in_and_mail_goes_both_ways(by_provider, rita, sign_in, outbox, imap, authority, carl_known):
    client = sign_in(rita)
    page = client.get(f"/settings/mailboxes/{by_provider.id}/").content.decode()
    assert "Nobody has signed in at Northwind Mail yet." in page
    assert f'href="/settings/mailboxes/{by_provider.id}/sign-in/"' in page

    page = sign_in_at_provider(client, by_provider).content.decode()

    assert "rita@example.com is signed in." in page
    assert "Signed in at Northwind Mail since" in page
    assert [row.data for row in recorded("mailbox.signed_in")] == [
        {"address": "rita@example.com", "provider": "Northwind Mail"}
    ]
    sent = send(rita, by_provider)
    assert sent.state == "sent"
    assert outbox.signed_in == ["rita@example.com"]
    imap.put("rita", answer(to=sent))
    assert operations.fetch_mailbox(mailbox_id=by_provider.id) == 1
    assert Message.objects.incoming().get().from_address == "carl@example.org"
    assert len(authority.asked) == 1
    tried = operations.test_mailbox(actor=rita.actor, settings=_settings_of(by_provider), mailbox_id=by_provider.id)
    assert tried == {"smtp": "", "imap": ""}


def test_tokens_and_the_apps_secret_are_encrypted(by_provider, rita, authority):
    signed_in(rita, by_provider, authority)
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_token || access_token || client_secret FROM mail_grant, mail_provider")
        stored = cursor.fetchone()[0]
    grant = Grant.objects.get()
    assert {decrypt(grant.refresh_token)} == authority.refresh_tokens
    assert set(authority.access_tokens) == {decrypt(grant.access_token)}
    for secret in (*authority.refresh_tokens, *authority.access_tokens, "kept by the app"):
        assert secret not in stored


def test_until_somebody_signs_in_nothing_is_tried_and_mail_waits(reading_mailbox, provider, rita, authority, outbox):
    message = write(rita, reading_mailbox)
    changed = _settings_of(reading_mailbox, provider_id=provider.id)
    operations.update_mailbox(actor=rita.actor, mailbox_id=reading_mailbox.id, settings=changed)

    assert operations.deliver(message_id=message.id) is None
    assert operations.fetch_mailbox(mailbox_id=reading_mailbox.id) == 0

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 0)
    assert message.state_note == "The mailbox waits until somebody signs in again on its page."
    assert (authority.asked, outbox.taken) == ([], [])


def test_a_permission_that_was_taken_back_waits_for_its_owner_instead_of_being_tried_for_ever(
    by_provider, rita, authority, outbox, sign_in, later
):
    signed_in(rita, by_provider, authority)
    authority.revoke()
    later.shift(timedelta(hours=1))
    message = write(rita, by_provider)
    operations.deliver(message_id=message.id)
    asked = len(authority.asked)

    for _ in range(3):
        operations.deliver(message_id=message.id)
        operations.fetch_mailbox(mailbox_id=by_provider.id)

    assert asked == len(authority.asked) == 2
    by_provider.refresh_from_db()
    assert (by_provider.needs_sign_in, by_provider.state) == (True, "failing")
    assert by_provider.last_error == (
        "Northwind Mail says that the permission was taken back or has run out (“Token has been expired or revoked.”). "
        "Sign in again"
    )
    assert len(recorded("mailbox.failed")) == 1
    client = sign_in(rita)
    page = client.get(f"/settings/mailboxes/{by_provider.id}/").content.decode()
    assert "The permission from Northwind Mail has ended." in page
    assert "Sign in again at Northwind Mail" in page
    assert "sign in" in client.get("/settings/mailboxes/").content.decode()

    sign_in_at_provider(client, by_provider)
    later.shift(timedelta(minutes=15))
    assert operations.deliver(message_id=message.id).state == "sent"
    by_provider.refresh_from_db()
    assert (by_provider.needs_sign_in, by_provider.state, by_provider.last_error) == (False, "active", "")


def test_the_end_of_a_permission_is_told_also_of_a_mailbox_that_was_failing(by_provider, rita, authority, later):
    signed_in(rita, by_provider, authority)
    note_failure(mailbox_id=by_provider.id, reason="The disk is full", at=clock.now())
    authority.revoke()
    later.shift(timedelta(hours=1))
    for _ in range(2):
        operations.fetch_mailbox(mailbox_id=by_provider.id)
    said = [row.data["reason"] for row in recorded("mailbox.failed")]
    assert (len(said), said[0]) == (2, "The disk is full")
    assert said[1].startswith("Northwind Mail says that the permission was taken back or has run out")


def test_a_token_that_the_server_does_not_take_is_renewed_once(by_provider, rita, authority, outbox, later):
    signed_in(rita, by_provider, authority)
    later.shift(timedelta(minutes=20))
    authority.access_tokens.clear()
    assert send(rita, by_provider).state == "sent"
    assert [row["grant_type"] for row in authority.asked] == ["authorization_code", "refresh_token"]


def test_the_wrong_account_is_told_in_words_and_the_provider_is_not_asked_again_and_again(
    by_provider, rita, authority, outbox, imap
):
    authority.account = "somebody.else@example.com"
    signed_in(rita, by_provider, authority)
    for _ in range(2):
        tried = operations.test_mailbox(actor=rita.actor, settings=_settings_of(by_provider), mailbox_id=by_provider.id)
    assert len(authority.asked) == 1
    assert tried["smtp"] == (
        f"127.0.0.1:{outbox.port} does not let rita@example.com in with the permission it was given (535 5.7.8 Username and "
        "Password not accepted (400 https://mail.google.com/)). Sign in again on the mailbox's page, with just that account, "
        "and have its administrator allow this way of reading and sending mail"
    )
    assert tried["imap"].startswith(f"127.0.0.1:{imap.imap_port} does not let rita@example.com in with the permission")
    queued = send(rita, by_provider)
    by_provider.refresh_from_db()
    assert (queued.state, by_provider.state) == ("queued", "failing")
    assert "with just that account" in by_provider.last_error


def test_a_sign_in_that_was_not_begun_here_is_refused(by_provider, rita, ada, sign_in, authority):
    mine, theirs = sign_in(rita), sign_in(ada)
    begun = mine.get(f"/settings/mailboxes/{by_provider.id}/sign-in/")
    path = back_at_us(begun)
    for client, wrong in ((theirs, path), (mine, path.replace("state=", "state=x")), (mine, path.split("&state")[0])):
        answered = client.get(wrong, follow=True)
        assert "This sign-in was not begun here, or too long ago." in answered.content.decode()
    assert not Grant.objects.exists()
    assert not authority.asked
    assert "is signed in" in mine.get(path, follow=True).content.decode()
    assert "was not begun here" in mine.get(path, follow=True).content.decode(), "a state holds once"
    assert len(authority.asked) == 1


def test_a_sign_in_that_took_too_long_is_begun_anew(by_provider, rita, sign_in, later, authority):
    client = sign_in(rita)
    path = back_at_us(client.get(f"/settings/mailboxes/{by_provider.id}/sign-in/"))
    later.shift(timedelta(minutes=61))
    assert "too long ago" in client.get(path, follow=True).content.decode()
    assert not authority.asked


def test_somebody_elses_code_does_not_fit_the_verifier(by_provider, rita, authority):
    uri = "http://127.0.0.1:8000/settings/mailboxes/signed-in/"
    first = operations.begin_sign_in(actor=rita.actor, mailbox_id=by_provider.id, redirect_uri=uri)
    other = operations.begin_sign_in(actor=rita.actor, mailbox_id=by_provider.id, redirect_uri=uri)
    assert first.verifier != other.verifier
    assert first.state != other.state
    code = parse_qs(urlsplit(ask_provider(first.url)).query)["code"][0]
    with pytest.raises(PermanentFailure, match="Bad code"):
        operations.complete_sign_in(
            actor=rita.actor, mailbox_id=by_provider.id, provider=other.provider, code=code, verifier=other.verifier,
            redirect_uri=uri,
        )  # fmt: skip
    assert not Grant.objects.exists()


@pytest.mark.parametrize("change", ["another provider", "another address"])
def test_a_code_of_one_provider_is_told_to_no_other(by_provider, ada, rita, sign_in, authority, change):
    client = sign_in(rita)
    path = back_at_us(client.get(f"/settings/mailboxes/{by_provider.id}/sign-in/"))
    if change == "another provider":
        app = operations.ProviderSettings(client_id="x", client_secret="y")
        google = operations.save_provider(actor=ada.actor, kind="google", settings=app)
        changed = _settings_of(by_provider, provider_id=google.id)
        operations.update_mailbox(actor=rita.actor, mailbox_id=by_provider.id, settings=changed)
    else:
        set_up(ada.actor, authority, token_url=f"{authority.url}/token?")
    assert "rita@example.com signs in elsewhere by now." in client.get(path, follow=True).content.decode()
    assert not authority.asked
    assert not Grant.objects.exists()


def test_a_provider_that_changes_while_it_answers_gets_no_permission(by_provider, ada, rita, authority, monkeypatch):
    exchange = token_endpoint.exchange_code

    def change_meanwhile(*args: Any, **kwargs: Any) -> Any:
        tokens = exchange(*args, **kwargs)
        set_up(ada.actor, authority, client_id="another app")
        return tokens

    monkeypatch.setattr(token_endpoint, "exchange_code", change_meanwhile)
    with pytest.raises(Conflict, match="signs in elsewhere by now"):
        signed_in(rita, by_provider, authority)
    assert not Grant.objects.exists()


def test_who_says_no_is_told_what_that_means(by_provider, rita, sign_in, authority):
    authority.says_no = True
    page = sign_in_at_provider(sign_in(rita), by_provider).content.decode()
    assert "You did not allow it, so the mailbox is not signed in." in page
    assert not Grant.objects.exists()


def test_a_permission_for_an_hour_only_is_refused(by_provider, rita, sign_in, authority):
    authority.gives_refresh_token = False
    page = sign_in_at_provider(sign_in(rita), by_provider).content.decode()
    assert "Northwind Mail gave a permission for an hour only." in page
    assert not Grant.objects.exists()


def test_nobody_signs_in_for_a_colleague(by_provider, rita, ada, hugo, make_user, sign_in):
    uri = "http://127.0.0.1:8000/"
    with pytest.raises(NotAllowed, match="they sign it in themselves"):
        operations.begin_sign_in(actor=ada.actor, mailbox_id=by_provider.id, redirect_uri=uri)
    with pytest.raises(NotFound):
        operations.begin_sign_in(
            actor=make_user("Rosa", "recruiter").actor, mailbox_id=by_provider.id, redirect_uri=uri
        )
    assert sign_in(hugo).get(f"/settings/mailboxes/{by_provider.id}/sign-in/").status_code == 403
    page = sign_in(ada).get(f"/settings/mailboxes/{by_provider.id}/").content.decode()
    assert "signs in</p>" not in page
    assert f"/settings/mailboxes/{by_provider.id}/sign-in/" not in page


def test_a_shared_mailbox_is_signed_in_by_an_administrator(ada, rita, provider, outbox, authority):
    settings = MailboxSettings(address="jobs@example.com", provider_id=provider.id, smtp_host=outbox.host)
    shared = operations.create_mailbox(actor=ada.actor, settings=settings, owner_id=None)
    with pytest.raises(NotAllowed):
        operations.begin_sign_in(actor=rita.actor, mailbox_id=shared.id, redirect_uri="http://127.0.0.1:8000/")
    signed_in(ada, shared, authority)
    shared.refresh_from_db()
    assert not shared.needs_sign_in


def test_a_mailbox_with_a_password_has_nothing_to_sign_in(mailbox, rita, sign_in):
    with pytest.raises(Conflict, match="signs in by a password"):
        operations.begin_sign_in(actor=rita.actor, mailbox_id=mailbox.id, redirect_uri="http://127.0.0.1:8000/")
    page = sign_in(rita).get(f"/settings/mailboxes/{mailbox.id}/").content.decode()
    assert "By password" not in page, "nothing to choose as long as no provider is set up"


def test_going_over_to_the_provider_and_back_forgets_what_it_signed_in_with(
    mailbox, provider, rita, authority, outbox, entered
):
    outbox.is_held = authority.is_held
    changed = _settings_of(mailbox, provider_id=provider.id, smtp_password="ignored")
    operations.update_mailbox(actor=rita.actor, mailbox_id=mailbox.id, settings=changed)
    operations.update_mailbox(actor=rita.actor, mailbox_id=mailbox.id, settings=changed)
    mailbox.refresh_from_db()
    assert (mailbox.needs_sign_in, mailbox.smtp_password) == (True, "")
    assert [row.data["changed"] for row in recorded("mailbox.changed")] == [["provider_id"]]
    signed_in(rita, mailbox, authority)

    operations.update_mailbox(actor=rita.actor, mailbox_id=mailbox.id, settings=MailboxSettings(**entered))
    mailbox.refresh_from_db()
    assert (mailbox.needs_sign_in, mailbox.provider_id) == (False, None)
    assert not Grant.objects.exists()
    assert send(rita, mailbox).state == "sent"
    assert outbox.signed_in == []


def test_a_permission_ends_where_somebody_else_enters_another_server(by_provider, ada, rita, authority, outbox):
    signed_in(rita, by_provider, authority)
    for changes in ({"smtp_host": "elsewhere.invalid"}, {"imap_host": "elsewhere.invalid"}):
        changed = _settings_of(by_provider, **changes)
        tried = operations.test_mailbox(actor=ada.actor, settings=changed, mailbox_id=by_provider.id)
        assert tried == dict.fromkeys(("smtp", "imap"), NOT_TRIED)
    operations.update_mailbox(
        actor=ada.actor, mailbox_id=by_provider.id, settings=_settings_of(by_provider, signature="A")
    )
    operations.update_mailbox(
        actor=rita.actor, mailbox_id=by_provider.id, settings=_settings_of(by_provider, smtp_host="localhost")
    )
    assert Grant.objects.exists(), "its owner may, and another signature sends no token anywhere"

    operations.update_mailbox(actor=ada.actor, mailbox_id=by_provider.id, settings=changed)
    by_provider.refresh_from_db()
    assert (by_provider.imap_host, by_provider.needs_sign_in) == ("elsewhere.invalid", True)
    assert not Grant.objects.exists()


def test_a_permission_goes_along_to_no_other_address_or_app(by_provider, ada, rita, authority, outbox, sign_in):
    signed_in(rita, by_provider, authority)
    set_up(ada.actor, authority, scope="mail more")
    assert Grant.objects.get().refresh_token
    for _ in range(2):
        set_up(ada.actor, authority, client_id="another app")
    by_provider.refresh_from_db()
    said = "Northwind Mail was set up with another address or app. Sign in again"
    assert (by_provider.needs_sign_in, by_provider.state, by_provider.last_error) == (True, "failing", said)
    assert (Grant.objects.get().refresh_token, Grant.objects.get().access_token) == ("", "")
    assert [row.data["reason"] for row in recorded("mailbox.failed")] == [said]
    page = sign_in(rita).get(f"/settings/mailboxes/{by_provider.id}/").content.decode()
    assert "Sign in again at Northwind Mail" in page
    assert operations.fetch_mailbox(mailbox_id=by_provider.id) == 0
    assert len(authority.asked) == 1


def test_the_form_offers_the_provider_and_leads_to_the_sign_in(provider, rita, sign_in, outbox):
    client = sign_in(rita)
    assert "At Northwind Mail" in client.get("/settings/mailboxes/new/").content.decode()
    values = {
        "address": "rita@example.com", "provider_id": str(provider.id), "smtp_host": outbox.host, "smtp_port": 587,
        "smtp_security": "starttls", "imap_port": 993, "imap_security": "ssl", "imap_folders": "INBOX", "daily_cap": 200,
        "pace_per_minute": 20,
    }  # fmt: skip
    answered = client.post("/settings/mailboxes/new/", values)
    mailbox = Mailbox.objects.get()
    assert answered["Location"] == f"/settings/mailboxes/{mailbox.id}/"
    assert (mailbox.provider_id, mailbox.needs_sign_in) == (provider.id, True)
    wrong = client.post(
        "/settings/mailboxes/new/",
        {**values, "address": "r@example.com", "provider_id": "0" * 8 + "-0000-7000-8000-" + "0" * 12},
    )
    assert wrong.status_code == 422


def test_googles_servers_need_not_be_entered(ada, rita):
    google = operations.save_provider(
        actor=ada.actor, kind="google", settings=operations.ProviderSettings(client_id="x", client_secret="y")
    )
    settings = MailboxSettings(address="rita@example.com", provider_id=google.id)
    mailbox = operations.create_mailbox(actor=rita.actor, settings=settings, owner_id=rita.id)
    assert (mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security) == ("smtp.gmail.com", 587, "starttls")
    assert (mailbox.imap_host, mailbox.imap_port, mailbox.imap_security) == ("imap.gmail.com", 993, "ssl")
    asked = operations.begin_sign_in(actor=rita.actor, mailbox_id=mailbox.id, redirect_uri="http://127.0.0.1:8000/x/")
    assert asked.url.startswith("https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=x&")
    for part in (
        "redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fx%2F", "scope=https%3A%2F%2Fmail.google.com%2F", f"state={asked.state}",
        "code_challenge_method=S256", "login_hint=rita%40example.com", "access_type=offline", "prompt=consent",
    ):  # fmt: skip
        assert part in asked.url
    assert asked.verifier not in asked.url
    assert clock.now() > mailbox.created_at
