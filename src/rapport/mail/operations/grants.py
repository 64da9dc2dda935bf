"""Signing a mailbox in at its provider by OAuth 2, and keeping an access token that holds.

| what                          | in a transaction, the row locked           | outside                  |
|-------------------------------|--------------------------------------------|--------------------------|
| a token that holds is there   | it is read                                 |                          |
| it holds for some minutes yet | one process takes the lease                | that one asks; others go on with it |
| it holds no more              | one process takes the lease                | that one asks; others wait for it   |
| the answer                    | stored, if the lease is still this one's   |                          |
| the permission has ended      | the mailbox waits for a sign-in            |                          |
"""

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.encryption import decrypt, encrypt
from rapport.lib.errors import Conflict, NotAllowed, PermanentFailure, TemporaryFailure
from rapport.mail import queries, token_endpoint
from rapport.mail.activities import MAILBOX_FAILED, MAILBOX_SIGNED_IN
from rapport.mail.models import Grant, Mailbox, Provider
from rapport.mail.permissions import OWN_MAILBOX, SHARED_MAILBOXES
from rapport.mail.token_endpoint import App, PermissionEnded, Tokens
from rapport.mail.xoauth2 import NoToken

logger = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)  # so long before its end a token is renewed
LEASE = timedelta(seconds=60)  # longer than the provider may take to answer
AGAIN_AFTER = timedelta(minutes=10)  # a token that a mail server refuses is renewed before its end no more often
WAIT_S = token_endpoint.PATIENCE_S + 5
LOOK_S = 0.1
KEEP_AFTER_S = (0.5, 1, 2, 4, 8, 15)  # within the lease


@dataclass(frozen=True, slots=True)
class Question:
    """The beginning of a sign-in: where its owner is to go, and what the browser's session keeps until the answer.

    `provider` is the identity of the one that is asked: another one is told neither code nor verifier (RFC 9700 section 4.4).
    """

    url: str
    state: str
    verifier: str
    provider: str


def begin_sign_in(*, actor: Actor, mailbox_id: UUID, redirect_uri: str) -> Question:
    """Where the owner of a mailbox gives their permission. Writes nothing.

    Raises NotAllowed for a mailbox that is neither one's own nor, with the right to those, shared; NotFound; Conflict for
    one that signs in by a password; PermanentFailure for a lost key.
    """
    mailbox = _of_own(actor, mailbox_id)
    if mailbox.provider is None:
        raise Conflict(f"{mailbox.address} signs in by a password. Choose how it signs in, and save it first.")
    state, verifier = secrets.token_urlsafe(32), token_endpoint.new_verifier()
    url = token_endpoint.question_url(
        mailbox.provider.app(), redirect_uri=redirect_uri, state=state, verifier=verifier,
        address=mailbox.smtp_user or mailbox.address,
    )  # fmt: skip
    return Question(url, state, verifier, mailbox.provider.identity)


def complete_sign_in(
    *, actor: Actor, mailbox_id: UUID, provider: str, code: str, verifier: str, redirect_uri: str
) -> Mailbox:
    """Turn the answer of the provider that was asked into a permission that lasts. Records mailbox.signed_in.

    Raises Conflict where the mailbox signs in at another one by now, as `begin_sign_in`, and what the provider refuses as
    PermanentFailure or TemporaryFailure. Talks to the network: never call it inside a transaction.
    """
    asked = _of_own(actor, mailbox_id)
    if asked.provider is None:
        raise Conflict(f"{asked.address} signs in by a password by now.")
    if asked.provider.identity != provider:
        raise _elsewhere(asked)
    tokens = token_endpoint.exchange_code(
        asked.provider.app(), code=code, redirect_uri=redirect_uri, verifier=verifier
    )  # fmt: skip
    if not tokens.refresh_token:
        raise PermanentFailure(
            f"{asked.provider} gave a permission for an hour only. Allow the app to keep access (offline access), and sign in again."
        )
    now = clock.now()
    with transaction.atomic():
        present = Provider.objects.select_for_update(no_key=True).filter(id=asked.provider.id).first()
        mailbox = queries.lock_mailbox(actor, mailbox_id)
        if mailbox.provider_id != asked.provider_id or present is None or present.identity != provider:
            raise _elsewhere(mailbox)
        Grant.objects.filter(mailbox=mailbox).delete()
        grant = Grant(mailbox=mailbox, given_by_id=actor.id, given_at=now)
        _fill(grant, tokens, now)
        grant.save(force_insert=True)
        mailbox.needs_sign_in = False
        if mailbox.state == Mailbox.State.FAILING:
            mailbox.state, mailbox.last_error = Mailbox.State.ACTIVE, ""
        mailbox.updated_at = now
        mailbox.save(update_fields=["needs_sign_in", "state", "last_error", "updated_at"])
        data = {"address": mailbox.address, "provider": str(asked.provider)}
        record(MAILBOX_SIGNED_IN, actor=actor, subjects=[mailbox], data=data)
    return mailbox


def _elsewhere(mailbox: Mailbox) -> Conflict:
    return Conflict(f"{mailbox.address} signs in elsewhere by now. Sign in there.")


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A mailbox's access token, for whoever connects (xoauth2.TokenSource). Another sign-in is another `grant_id`."""

    mailbox_id: UUID
    grant_id: UUID | None

    def __call__(self, refused: str = "") -> str:
        try:
            return access_token(mailbox_id=self.mailbox_id, refused=refused)
        finally:
            if not connection.in_atomic_block:  # threads that connect have no other use for the database
                connection.close()


def access_token(*, mailbox_id: UUID, refused: str = "") -> str:
    """An access token that holds; renewed where it is near its end, or `refused` by a mail server.

    Raises NoToken. Talks to the network: never call it inside a transaction.
    """
    until = time.monotonic() + WAIT_S
    while True:
        found = _look(mailbox_id, refused)
        if isinstance(found, str):
            return found
        if isinstance(found, _Renewal):
            return _renew(found)
        if time.monotonic() > until:
            raise NoToken("Another process is renewing the permission and gets no answer. It is tried again")
        time.sleep(LOOK_S)


@dataclass(frozen=True, slots=True)
class _Renewal:
    """The lease on a permission. `present` is the token that holds meanwhile, or empty."""

    grant_id: UUID
    mailbox_id: UUID
    by: str
    app: App
    refresh_token: str
    present: str


@transaction.atomic
def _look(mailbox_id: UUID, refused: str) -> str | _Renewal | None:
    """A token that holds, or the lease to renew it; None where another process has the lease."""
    grant = Grant.objects.select_for_update().filter(mailbox_id=mailbox_id).first()
    provider = Provider.objects.filter(mailboxes=mailbox_id).first() if grant and grant.refresh_token else None
    if grant is None or provider is None:
        raise NoToken("Nobody has signed this mailbox in. Save it, and sign in on its page")
    now = clock.now()
    try:
        present, refresh_token = decrypt(grant.access_token), decrypt(grant.refresh_token)
        app = provider.app()
    except PermanentFailure as error:
        raise NoToken(str(error)) from error
    if present == refused or grant.expires_at <= now:
        if present == refused and grant.renewed_at > now - AGAIN_AFTER:
            return present  # it is new: another one would fare no better
        present = ""
    if present and grant.expires_at - now > EARLY:
        return present
    if grant.renewing_until and grant.renewing_until > now:
        return present or None
    grant.renewing_by, grant.renewing_until = secrets.token_hex(16), now + LEASE
    grant.save(update_fields=["renewing_by", "renewing_until"])
    return _Renewal(grant.id, mailbox_id, grant.renewing_by, app, refresh_token, present)


def _renew(renewal: _Renewal) -> str:
    try:
        tokens = token_endpoint.refresh(renewal.app, renewal.refresh_token)
    except PermissionEnded as error:
        _end(renewal, str(error))
        raise NoToken(str(error)) from error
    except (PermanentFailure, TemporaryFailure) as error:
        _let_go(renewal)
        logger.warning("permission not renewed mailbox=%s error=%s", renewal.mailbox_id, type(error).__name__)
        if renewal.present:
            return renewal.present
        raise NoToken(str(error)) from error
    _keep_patiently(renewal, tokens)
    return tokens.access_token


def _keep_patiently(renewal: _Renewal, tokens: Tokens) -> None:
    """Again and again while the database is away: the provider may have forgotten the refresh token that is stored there."""
    for rest_s in KEEP_AFTER_S:
        try:
            return _keep(renewal, tokens)
        except (OperationalError, InterfaceError):
            logger.warning("permission not kept, the database is away mailbox=%s", renewal.mailbox_id)
            connection.close()
            time.sleep(rest_s)
    return _keep(renewal, tokens)


@transaction.atomic
def _keep(renewal: _Renewal, tokens: Tokens) -> None:
    """Store the answer, unless the lease has run out meanwhile and another process has asked since, or somebody signed in."""
    grant = _leased(renewal)
    if grant:
        _fill(grant, tokens, clock.now())
        grant.save()


@transaction.atomic
def _let_go(renewal: _Renewal) -> None:
    if grant := _leased(renewal):
        grant.renewing_by, grant.renewing_until = "", None
        grant.save(update_fields=["renewing_by", "renewing_until"])


@transaction.atomic
def _end(renewal: _Renewal, reason: str) -> None:
    """The permission has ended: forget its tokens, and let the mailbox wait for its owner. Records mailbox.failed."""
    mailbox = queries.lock_mailbox(SYSTEM, renewal.mailbox_id)
    grant = _leased(renewal)
    if grant is None:
        return
    _forget(grant, mailbox, reason)


@transaction.atomic
def end_grants(provider: Provider) -> None:
    """End the permissions given at a provider that is another one now. Records mailbox.failed for each mailbox."""
    mailboxes = Mailbox.objects.filter(provider=provider, grant__isnull=False).order_by("id")
    reason = f"{provider} was set up with another address or app. Sign in again"
    for mailbox in mailboxes.select_for_update(of=("self",)):
        if grant := Grant.objects.select_for_update().filter(mailbox=mailbox).first():
            _forget(grant, mailbox, reason)


def _forget(grant: Grant, mailbox: Mailbox, reason: str) -> None:
    grant.refresh_token = grant.access_token = grant.renewing_by = ""
    grant.renewing_until = None
    grant.save(update_fields=["refresh_token", "access_token", "renewing_by", "renewing_until"])
    is_news = not mailbox.needs_sign_in  # also of one that was failing for another reason: only its owner can mend this
    if mailbox.state == Mailbox.State.ACTIVE:
        mailbox.state = Mailbox.State.FAILING
    mailbox.needs_sign_in, mailbox.last_error, mailbox.last_error_at = True, reason, clock.now()
    mailbox.save(update_fields=["needs_sign_in", "state", "last_error", "last_error_at"])
    if is_news:
        data = {"address": mailbox.address, "reason": reason}
        record(MAILBOX_FAILED, actor=SYSTEM, subjects=[mailbox], data=data)


def _leased(renewal: _Renewal) -> Grant | None:
    return Grant.objects.select_for_update().filter(id=renewal.grant_id, renewing_by=renewal.by).first()


def _fill(grant: Grant, tokens: Tokens, now: datetime) -> None:
    grant.access_token = encrypt(tokens.access_token)
    if tokens.refresh_token:
        grant.refresh_token = encrypt(tokens.refresh_token)
    grant.renewed_at, grant.expires_at = now, now + timedelta(seconds=tokens.life_s)
    grant.renewing_by, grant.renewing_until = "", None


def _of_own(actor: Actor, mailbox_id: UUID) -> Mailbox:
    """One's own mailbox, or a shared one with the right to those; nobody signs in for a colleague."""
    mailbox = queries.get_mailbox(actor, mailbox_id)
    if mailbox.owner_id is None or mailbox.owner_id != actor.id:
        require(actor, SHARED_MAILBOXES)
        if mailbox.owner_id is not None:
            raise NotAllowed(f"{mailbox.address} is a colleague's: they sign it in themselves, on its page.")
    else:
        require(actor, OWN_MAILBOX)
    return mailbox
