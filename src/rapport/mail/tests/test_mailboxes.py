from dataclasses import replace

import pytest
from django.db import connection

from rapport.lib.encryption import decrypt, encrypt
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound, PermanentFailure
from rapport.mail import operations, queries
from rapport.mail.forms import initial_of
from rapport.mail.models import Mailbox
from rapport.mail.operations import MailboxSettings
from rapport.mail.operations.mailboxes import NOT_TRIED
from rapport.mail.tests.examples import recorded

pytestmark = pytest.mark.django_db


def test_a_recruiter_connects_their_own_mailbox_and_the_password_is_encrypted(rita, entered):
    mailbox = operations.create_mailbox(actor=rita.actor, settings=MailboxSettings(**entered), owner_id=rita.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT smtp_password FROM mail_mailbox WHERE id = %s", [mailbox.id])
        stored = cursor.fetchone()[0]
    assert "correct horse" not in stored
    assert decrypt(stored) == "correct horse"
    assert "correct horse" not in repr(MailboxSettings(**entered))
    (activity,) = recorded("mailbox.created")
    assert activity.data == {"address": "rita@example.com"}
    assert activity.actor_id == rita.id


def test_a_password_under_another_secret_key_is_told_plainly(settings):
    token = encrypt("correct horse")
    settings.SECRET_KEY = "another one"
    with pytest.raises(PermanentFailure, match="Enter the password again"):
        decrypt(token)
    settings.SECRET_KEY_FALLBACKS = ["only-for-tests-0123456789-0123456789-0123456789"]
    assert decrypt(token) == "correct horse"


def test_only_administrators_set_up_shared_mailboxes(rita, ada, entered):
    settings = MailboxSettings(**entered)
    with pytest.raises(NotAllowed):
        operations.create_mailbox(actor=rita.actor, settings=settings, owner_id=None)
    shared = operations.create_mailbox(actor=ada.actor, settings=settings, owner_id=None)
    assert shared.is_shared
    assert list(queries.sendable_mailboxes(rita.actor)) == [shared]
    with pytest.raises(NotAllowed):
        operations.update_mailbox(actor=rita.actor, mailbox_id=shared.id, settings=settings)


def test_a_hiring_manager_may_not_connect_one(hugo, entered):
    with pytest.raises(NotAllowed):
        operations.create_mailbox(actor=hugo.actor, settings=MailboxSettings(**entered), owner_id=hugo.id)
    assert not Mailbox.objects.exists()


def test_a_colleagues_mailbox_is_not_found(mailbox, make_user):
    other = make_user("Rosa", "recruiter")
    with pytest.raises(NotFound):
        queries.get_mailbox(other.actor, mailbox.id)
    with pytest.raises(NotFound):
        operations.set_paused(actor=other.actor, mailbox_id=mailbox.id, paused=True)
    assert not queries.sendable_mailboxes(other.actor).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "rita at example"}, "address"),
        ({"smtp_host": " "}, "smtp_host"),
        ({"imap_port": 70000}, "imap_port"),
        ({"smtp_security": "magic"}, "smtp_security"),
        ({"daily_cap": 0}, "daily_cap"),
    ],
)
def test_bad_input_names_the_field(rita, entered, changes, field):
    with pytest.raises(InvalidInput) as caught:
        operations.create_mailbox(
            actor=rita.actor, settings=MailboxSettings(**{**entered, **changes}), owner_id=rita.id
        )
    assert set(caught.value.fields) == {field}
    assert not recorded("mailbox.created")


def test_an_address_is_connected_once(rita, mailbox, entered):
    with pytest.raises(Conflict, match=r"rita@example.com is connected already"):
        operations.create_mailbox(
            actor=rita.actor, settings=MailboxSettings(**{**entered, "address": "rita@example.com"}), owner_id=rita.id
        )
    assert len(recorded("mailbox.created")) == 1


def test_an_empty_password_keeps_the_stored_one(rita, mailbox, entered):
    settings = replace(MailboxSettings(**entered), smtp_password="", signature="Rita")
    operations.update_mailbox(actor=rita.actor, mailbox_id=mailbox.id, settings=settings)
    operations.update_mailbox(actor=rita.actor, mailbox_id=mailbox.id, settings=settings)
    mailbox.refresh_from_db()
    assert decrypt(mailbox.smtp_password) == "correct horse"
    assert [row.data["changed"] for row in recorded("mailbox.changed")] == [["signature"]]


def test_pausing_twice_is_harmless(rita, mailbox):
    for _ in range(2):
        operations.set_paused(actor=rita.actor, mailbox_id=mailbox.id, paused=True)
    assert len(recorded("mailbox.changed")) == 1
    assert not queries.sendable_mailboxes(rita.actor).exists()


def _problems(rita, entered, **changes):
    settings = MailboxSettings(**{**entered, **changes})
    return operations.test_mailbox(actor=rita.actor, settings=settings, mailbox_id=None)


def test_the_test_finds_nothing_wrong_with_working_servers(rita, entered, imap):
    reading = {
        "imap_host": imap.host, "imap_port": imap.imap_port, "imap_security": "plain", "imap_user": "rita",
        "imap_password": imap.password,
    }  # fmt: skip
    assert _problems(rita, entered, **reading) == {"smtp": "", "imap": ""}
    over_tls = {**reading, "imap_port": imap.imaps_port, "imap_security": "ssl", "verify_certificate": False}
    assert _problems(rita, entered, **over_tls)["imap"] == ""
    assert not Mailbox.objects.exists()


def test_the_test_explains_what_is_wrong_in_plain_words(rita, entered, imap, outbox):
    reading = {
        "imap_host": imap.host, "imap_port": imap.imap_port, "imap_security": "plain", "imap_user": "rita",
        "imap_password": imap.password,
    }  # fmt: skip
    for password in ("wrong", "schön falsch"):
        assert "refused the user name or password" in _problems(rita, entered, smtp_password=password)["smtp"]
    assert "Choose SSL" in _problems(rita, entered, smtp_security="starttls")["smtp"]
    assert "Choose STARTTLS" in _problems(rita, entered, smtp_security="ssl")["smtp"]
    assert "Nothing answers at" in _problems(rita, entered, smtp_port=1)["smtp"]
    assert "no server named" in _problems(rita, entered, smtp_host="mail.invalid")["smtp"]
    for password in ("wrong", "schön falsch"):
        wrong = {**reading, "imap_password": password}
        assert "Many providers want an app password" in _problems(rita, entered, **wrong)["imap"]
    assert "no folder named “Nope”" in _problems(rita, entered, **reading, imap_folders=("INBOX", "Nope"))["imap"]
    untrusted = {**reading, "imap_port": imap.imaps_port, "imap_security": "ssl"}
    assert "certificate" in _problems(rita, entered, **untrusted)["imap"]
    no_tls = {**reading, "imap_security": "ssl"}
    assert "Choose STARTTLS" in _problems(rita, entered, **no_tls)["imap"]


def test_the_test_uses_the_stored_password(rita, mailbox, entered):
    settings = MailboxSettings(**{**entered, "smtp_password": ""})
    assert operations.test_mailbox(actor=rita.actor, settings=settings, mailbox_id=mailbox.id)["smtp"] == ""


def test_a_colleagues_password_goes_to_no_server_that_somebody_else_enters(ada, rita, reading_mailbox, entered, outbox):
    kept = MailboxSettings(
        **{**entered, "smtp_password": ""}, imap_host=reading_mailbox.imap_host, imap_port=reading_mailbox.imap_port,
        imap_security="plain", imap_user="rita",
    )  # fmt: skip
    change = operations.update_mailbox
    for changes, field in (
        ({"smtp_host": "elsewhere.invalid"}, "smtp_password"),
        ({"imap_host": "elsewhere.invalid"}, "imap_password"),
        ({"imap_host": "elsewhere.invalid", "smtp_password": "new"}, "imap_password"),
    ):
        with pytest.raises(InvalidInput) as caught:
            change(actor=ada.actor, mailbox_id=reading_mailbox.id, settings=replace(kept, **changes))
        assert set(caught.value.fields) == {field}
        tried = operations.test_mailbox(
            actor=ada.actor, settings=replace(kept, **changes), mailbox_id=reading_mailbox.id
        )
        assert tried == dict.fromkeys(("smtp", "imap"), NOT_TRIED)
    assert not recorded("mailbox.changed")
    assert operations.test_mailbox(actor=ada.actor, settings=kept, mailbox_id=reading_mailbox.id)["smtp"] == ""

    elsewhere = replace(kept, smtp_host="elsewhere.invalid", smtp_password="new", imap_host=kept.imap_host.upper())
    change(actor=ada.actor, mailbox_id=reading_mailbox.id, settings=elsewhere)
    reading_mailbox.refresh_from_db()
    assert decrypt(reading_mailbox.smtp_password) == "new"
    change(actor=rita.actor, mailbox_id=reading_mailbox.id, settings=replace(kept, smtp_host="hers.invalid"))
    reading_mailbox.refresh_from_db()
    assert (reading_mailbox.smtp_host, decrypt(reading_mailbox.smtp_password)) == ("hers.invalid", "new")


def test_a_password_for_sending_is_read_with_at_no_new_server_either(ada, mailbox, entered):
    """Where there is none for reading, the one for sending goes there."""
    reads = MailboxSettings(**{**entered, "smtp_password": ""}, imap_host="elsewhere.invalid")
    with pytest.raises(InvalidInput) as caught:
        operations.update_mailbox(actor=ada.actor, mailbox_id=mailbox.id, settings=reads)
    assert set(caught.value.fields) == {"imap_password"}
    operations.update_mailbox(actor=ada.actor, mailbox_id=mailbox.id, settings=replace(reads, imap_password="new"))
    mailbox.refresh_from_db()
    assert (mailbox.imap_host, decrypt(mailbox.smtp_password)) == ("elsewhere.invalid", "correct horse")


def test_the_page_asks_who_changes_a_colleagues_server_for_the_password(ada, mailbox, sign_in):
    page = sign_in(ada)
    values = {name: value for name, value in initial_of(mailbox).items() if value is not None}
    answered = page.post(f"/settings/mailboxes/{mailbox.id}/", {**values, "smtp_host": "elsewhere.invalid"})
    assert answered.status_code == 422
    assert "enter the password again" in answered.content.decode()
