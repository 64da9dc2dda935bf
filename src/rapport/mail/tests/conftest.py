"""Real mail servers for the tests of this app, and a mailbox on them."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.servers import dovecot, oauth, smtp

from rapport.accounts.models import User
from rapport.mail import operations, people
from rapport.mail.models import Mailbox
from rapport.mail.operations import MailboxSettings
from rapport.mail.tests.examples import CANDIDATE_ID


@pytest.fixture(scope="session")
def running_authority() -> Iterator[oauth.Authority]:
    with oauth.running() as authority:
        yield authority


@pytest.fixture
def authority(running_authority: oauth.Authority, monkeypatch: pytest.MonkeyPatch, settings: Any) -> oauth.Authority:
    """The OAuth 2 provider, whose certificate and host are trusted; nobody has signed in there yet."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running_authority.certificate))
    settings.OAUTH_HOSTS = [running_authority.host]
    running_authority.reset()
    return running_authority


@pytest.fixture(scope="session")
def imap_server(running_authority: oauth.Authority) -> Iterator[dovecot.Dovecot]:
    with dovecot.running(introspect_url=running_authority.introspect_url) as server:
        yield server


@pytest.fixture
def imap(imap_server: dovecot.Dovecot) -> Iterator[dovecot.Dovecot]:
    """The IMAP server, its mailboxes empty."""
    for user in ("rita", "shared", "carl"):
        imap_server.empty(user)
    return imap_server


@pytest.fixture
def outbox() -> Iterator[smtp.Outbox]:
    """The SMTP server, which wants a sign-in."""
    with smtp.running(needs_sign_in=True) as server:
        yield server


@pytest.fixture
def entered(outbox: smtp.Outbox) -> dict[str, Any]:
    """What Rita enters for a mailbox that only sends."""
    return {
        "address": "rita@example.com", "display_name": "Rita Recruiter", "smtp_host": outbox.host,
        "smtp_port": outbox.port, "smtp_security": "plain", "smtp_user": "rita", "smtp_password": outbox.password,
    }  # fmt: skip


@pytest.fixture
def mailbox(rita: User, entered: dict[str, Any]) -> Mailbox:
    """Rita's own mailbox; it only sends."""
    return operations.create_mailbox(actor=rita.actor, settings=MailboxSettings(**entered), owner_id=rita.id)


@pytest.fixture
def reading_mailbox(rita: User, entered: dict[str, Any], imap: dovecot.Dovecot) -> Mailbox:
    """Rita's own mailbox, which sends and reads."""
    settings = MailboxSettings(
        **entered, imap_host=imap.host, imap_port=imap.imap_port, imap_security="plain", imap_user="rita",
        imap_password=imap.password,
    )  # fmt: skip
    return operations.create_mailbox(actor=rita.actor, settings=settings, owner_id=rita.id)


@pytest.fixture
def carl_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app above mail knows whose carl@example.org is."""
    monkeypatch.setattr(
        people, "_finders", [lambda address: {"candidate": CANDIDATE_ID} if address == "carl@example.org" else {}]
    )


@pytest.fixture
def shared_mailbox(ada: User, entered: dict[str, Any], imap: dovecot.Dovecot) -> Mailbox:
    """jobs@example.com, which everybody may use."""
    settings = MailboxSettings(
        **{**entered, "address": "jobs@example.com"}, imap_host=imap.host, imap_port=imap.imap_port,
        imap_security="plain", imap_user="shared", imap_password=imap.password,
    )  # fmt: skip
    return operations.create_mailbox(actor=ada.actor, settings=settings, owner_id=None)
