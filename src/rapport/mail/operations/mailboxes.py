"""Connecting, changing and testing mailboxes."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.encryption import decrypt, encrypt
from rapport.lib.errors import Conflict, InvalidInput
from rapport.mail import imap, queries, smtp_opening
from rapport.mail.activities import MAILBOX_CHANGED, MAILBOX_CREATED, MAILBOX_FAILED, MAILBOX_RECOVERED
from rapport.mail.headers import ascii_address
from rapport.mail.models import Grant, Mailbox, MailboxBucket, Provider
from rapport.mail.operations.grants import StoredToken
from rapport.mail.permissions import OWN_MAILBOX, SHARED_MAILBOXES

TEST_TIMEOUT_S = 12.0
FETCH_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """What a person enters. An empty password keeps the stored one; an empty `imap_host` means it only sends.

    With `provider_id` it signs in there by OAuth 2, without passwords, and servers left empty are that provider's.
    """

    address: str
    display_name: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    imap_host: str = ""
    imap_port: int = 993
    imap_security: str = "ssl"
    imap_user: str = ""
    imap_password: str = field(default="", repr=False)
    provider_id: UUID | None = None
    imap_folders: tuple[str, ...] = ("INBOX",)
    verify_certificate: bool = True
    takes_plus_addresses: bool = False
    signature: str = ""
    daily_cap: int = 200
    pace_per_minute: int = 20
    warm_up_from: date | None = None
    answer_target_hours: int | None = None


_PASSWORDS = ("smtp_password", "imap_password")
ENTER_AGAIN = "The server is another one: enter the password again. The stored one is its owner's."
NOT_TRIED = "What its owner signs in with is not sent to another server. Enter a password, or leave the server to them"


def create_mailbox(*, actor: Actor, settings: MailboxSettings, owner_id: UUID | None) -> Mailbox:
    """Connect a mailbox: one's own (`owner_id` is the actor's), or a shared one or a colleague's with the right to it.

    Records mailbox.created. Raises NotAllowed, InvalidInput by field, Conflict when the address is connected already.
    """
    require(actor, OWN_MAILBOX if owner_id is not None and owner_id == actor.id else SHARED_MAILBOXES)
    values = _checked(settings)
    now = clock.now()
    needs_sign_in = settings.provider_id is not None
    mailbox = Mailbox(owner_id=owner_id, needs_sign_in=needs_sign_in, created_at=now, updated_at=now, **values)
    try:
        with transaction.atomic():
            mailbox.save(force_insert=True)
            record(MAILBOX_CREATED, actor=actor, subjects=[mailbox], data={"address": mailbox.address})
    except IntegrityError as error:
        raise Conflict(f"{mailbox.address} is connected already.") from error
    return mailbox


def update_mailbox(*, actor: Actor, mailbox_id: UUID, settings: MailboxSettings) -> Mailbox:
    """Change a mailbox; what is the same changes nothing. Records mailbox.changed with the names of what changed.

    New server settings give a failing mailbox a fresh start. What the owner signs in with goes to no server that somebody else
    enters: the permission ends, and a password has to be entered again. Raises as `create_mailbox`, and NotFound.
    """
    values = _checked(settings)
    try:
        with transaction.atomic():
            mailbox = queries.lock_mailbox(actor, mailbox_id)
            changed = [
                name
                for name, value in values.items()
                if (value if name in _PASSWORDS else value != getattr(mailbox, name))
            ]
            if not changed:
                return mailbox
            led_away = _led_away(actor, mailbox, values)
            if led_away and not mailbox.provider_id:
                raise InvalidInput({f"{kind}_password": ENTER_AGAIN for kind in led_away})
            for name in changed:
                setattr(mailbox, name, values[name])
            signs_in_anew = led_away or "provider_id" in changed
            written = [*changed, *(_sign_in_otherwise(mailbox) if signs_in_anew else ())]
            if mailbox.state == Mailbox.State.FAILING:
                mailbox.state, mailbox.last_error = Mailbox.State.ACTIVE, ""
            mailbox.updated_at = clock.now()
            mailbox.save(update_fields=[*written, "state", "last_error", "updated_at"])
            MailboxBucket.objects.filter(mailbox=mailbox).update(free_at=None)  # another pace or cap may leave room
            data = {"address": mailbox.address, "changed": sorted(changed)}
            record(MAILBOX_CHANGED, actor=actor, subjects=[mailbox], data=data)
    except IntegrityError as error:
        raise Conflict(f"{settings.address} is connected already.") from error
    return mailbox


def _led_away(actor: Actor, stored: Mailbox, values: dict[str, Any]) -> list[str]:
    """The ways (smtp, imap) on which somebody else than the owner sends what the owner signs in with to another server."""
    if stored.owner_id in (None, actor.id):
        return []
    is_stored = {name: not values[name] and bool(getattr(stored, name)) for name in _PASSWORDS}
    secrets = {"smtp": is_stored["smtp_password"], "imap": is_stored["imap_password"]}
    if not values["imap_password"] and not stored.imap_password:  # it reads with the password for sending
        secrets["imap"] = secrets["smtp"]
    if stored.provider_id or values["provider_id"]:  # who goes over to a provider takes no password along
        secrets = dict.fromkeys(secrets, bool(stored.provider_id and values["provider_id"]))
    hosts = {kind: values[f"{kind}_host"].lower() for kind in secrets}
    return [
        kind
        for kind, host in hosts.items()
        if secrets[kind] and host not in ("", getattr(stored, f"{kind}_host").lower())
    ]


def _sign_in_otherwise(mailbox: Mailbox) -> tuple[str, ...]:
    """Forget what it signed in with before; returns the fields that this changes."""
    Grant.objects.filter(mailbox=mailbox).delete()
    mailbox.needs_sign_in = mailbox.provider_id is not None
    if mailbox.provider_id:
        mailbox.smtp_password = mailbox.imap_password = ""
    return ("needs_sign_in", *_PASSWORDS)


@transaction.atomic
def set_paused(*, actor: Actor, mailbox_id: UUID, paused: bool) -> Mailbox:
    """Stop or resume sending and fetching. Records mailbox.changed; doing it twice changes nothing."""
    mailbox = queries.lock_mailbox(actor, mailbox_id)
    if paused == (mailbox.state == Mailbox.State.PAUSED):
        return mailbox
    mailbox.state = Mailbox.State.PAUSED if paused else Mailbox.State.ACTIVE
    mailbox.updated_at = clock.now()
    mailbox.save(update_fields=["state", "updated_at"])
    record(MAILBOX_CHANGED, actor=actor, subjects=[mailbox], data={"address": mailbox.address, "changed": ["state"]})
    return mailbox


def test_mailbox(*, actor: Actor, settings: MailboxSettings, mailbox_id: UUID | None) -> dict[str, str]:
    """Connect and sign in as sending and fetching would, without saving anything.

    Returns {"smtp": what is wrong and how to mend it, "imap": likewise}, "" where all is well. An empty password means
    the stored one of `mailbox_id`; by OAuth 2 it signs in with the permission that was given for that mailbox. A colleague's
    are not tried at another server than theirs. Raises NotAllowed for one that the actor may not change. Talks to the network: never call it inside a transaction.
    """
    require(actor, OWN_MAILBOX)
    values = _checked(settings)
    stored, led_away = queries.get_mailbox(actor, mailbox_id) if mailbox_id else None, []
    if stored:  # what it signs in with goes to whatever server is entered
        queries.require_change(actor, stored)
        led_away = _led_away(actor, stored, values)
    if led_away:
        return dict.fromkeys(("smtp", "imap"), NOT_TRIED)
    for name in _PASSWORDS:
        values[name] = values[name] or (getattr(stored, name) if stored else "")
    tried = Mailbox(id=mailbox_id, **values)
    answer = {"smtp": smtp_opening.check_connection(smtp_settings(tried, timeout_s=TEST_TIMEOUT_S)), "imap": ""}
    if tried.receives:
        answer["imap"] = imap.check_connection(imap_settings(tried, timeout_s=TEST_TIMEOUT_S), tried.imap_folders)
    return answer


def smtp_settings(mailbox: Mailbox, timeout_s: float = 30) -> smtp_opening.SmtpSettings:
    """How to reach this mailbox's server for sending, the password in clear. Raises PermanentFailure for a lost key."""
    return smtp_opening.SmtpSettings(
        host=mailbox.smtp_host, port=mailbox.smtp_port, security=smtp_opening.Security(mailbox.smtp_security),
        username=mailbox.smtp_user or (mailbox.address if mailbox.provider_id else ""),
        password=decrypt(mailbox.smtp_password), token=_token_of(mailbox), timeout_s=timeout_s,
        verify_certificate=mailbox.verify_certificate,
    )  # fmt: skip


def _token_of(mailbox: Mailbox) -> StoredToken | None:
    """What it signs in with instead of a password; the token itself is looked up when there is a connection."""
    if mailbox.provider_id is None:
        return None
    grant_id = Grant.objects.filter(mailbox_id=mailbox.id).values_list("id", flat=True).first()
    return StoredToken(mailbox.id, grant_id)


def imap_settings(mailbox: Mailbox, timeout_s: float = FETCH_TIMEOUT_S) -> imap.ImapSettings:
    """How to reach this mailbox's server for reading; user and password default to those for sending."""
    return imap.ImapSettings(
        host=mailbox.imap_host, port=mailbox.imap_port, security=mailbox.imap_security,
        username=mailbox.imap_user or mailbox.smtp_user or mailbox.address,
        password=decrypt(mailbox.imap_password or mailbox.smtp_password), token=_token_of(mailbox), timeout_s=timeout_s,
        verify_certificate=mailbox.verify_certificate,
    )  # fmt: skip


@transaction.atomic
def note_failure(*, mailbox_id: UUID, reason: str, at: datetime) -> None:
    """Mark a mailbox as failing; the first failure after success is recorded as mailbox.failed, the next are not."""
    mailbox = queries.lock_mailbox(SYSTEM, mailbox_id)
    was_active = mailbox.state == Mailbox.State.ACTIVE
    if mailbox.state != Mailbox.State.PAUSED:
        mailbox.state = Mailbox.State.FAILING
    mailbox.last_error, mailbox.last_error_at = reason, at
    mailbox.save(update_fields=["state", "last_error", "last_error_at"])
    if was_active:
        data = {"address": mailbox.address, "reason": reason}
        record(MAILBOX_FAILED, actor=SYSTEM, subjects=[mailbox], data=data)


@transaction.atomic
def note_success(*, mailbox_id: UUID) -> None:
    """Take back a failure when the server answers again; records mailbox.recovered."""
    updated = Mailbox.objects.filter(id=mailbox_id, state=Mailbox.State.FAILING).update(
        state=Mailbox.State.ACTIVE, last_error=""
    )
    if updated:
        mailbox = Mailbox.objects.get(id=mailbox_id)
        record(MAILBOX_RECOVERED, actor=SYSTEM, subjects=[mailbox], data={"address": mailbox.address})


def _checked(settings: MailboxSettings) -> dict[str, Any]:
    """The fields of the row, passwords encrypted. Raises InvalidInput by field."""
    wrong: dict[str, str] = {}
    try:
        address = ascii_address(settings.address)
    except InvalidInput as error:
        address, wrong["address"] = settings.address, f"{error}."
    settings = _with_servers(replace(settings, address=address.strip()), wrong)
    if not settings.smtp_host.strip():
        wrong["smtp_host"] = "Enter the server that sends this mailbox's mail, such as smtp.example.org."
    for name in ("smtp_port", "imap_port"):
        if not 1 <= getattr(settings, name) <= 65535:
            wrong[name] = "A port is a number from 1 to 65535."
    for name in ("smtp_security", "imap_security"):
        if getattr(settings, name) not in Mailbox.Security.values:
            wrong[name] = "Choose SSL, STARTTLS or none."
    for name in ("daily_cap", "pace_per_minute"):
        if getattr(settings, name) < 1:
            wrong[name] = "Enter a number of at least 1."
    if settings.warm_up_from and settings.warm_up_from > clock.now().date() + timedelta(days=366):
        wrong["warm_up_from"] = "Choose a day within a year from now."
    if settings.answer_target_hours is not None and not 1 <= settings.answer_target_hours <= 2_000:
        wrong["answer_target_hours"] = "Enter hours from 1 to 2,000, or leave it empty for no target."
    if wrong:
        raise InvalidInput(wrong)
    values = {name: getattr(settings, name) for name in MailboxSettings.__dataclass_fields__}
    for name, value in values.items():
        if isinstance(value, str) and name not in (*_PASSWORDS, "signature"):
            values[name] = value.strip()
    values["imap_folders"] = [folder.strip() for folder in settings.imap_folders if folder.strip()] or ["INBOX"]
    return {**values, **{name: encrypt(getattr(settings, name)) for name in _PASSWORDS}}


def _with_servers(settings: MailboxSettings, wrong: dict[str, str]) -> MailboxSettings:
    """With a provider's servers where none are entered, and without passwords."""
    if settings.provider_id is None:
        return settings
    provider = Provider.objects.filter(id=settings.provider_id).first()
    if provider is None:
        wrong["provider_id"] = "This provider is not set up any more. Choose how the mailbox signs in."
        return settings
    known, found = provider.servers, replace(settings, smtp_password="", imap_password="")
    for kind in ("smtp", "imap"):
        if known.smtp_host and not getattr(found, f"{kind}_host").strip():
            names = [f"{kind}_{part}" for part in ("host", "port", "security")]
            found = replace(found, **{name: getattr(known, name) for name in names})
    return found
