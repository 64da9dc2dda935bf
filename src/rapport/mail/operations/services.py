"""Setting mail services up, taking what they deliver, and working on it.

What is proven to be a service's own is kept before it is answered, with a job to work on it in the same transaction. Working is
safe to repeat: mail is known by its Message-ID, an event by the service's id.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.addresses import normal_address
from rapport.lib.encryption import encrypt
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.lib.queue import enqueue
from rapport.mail import queries, services
from rapport.mail.activities import SERVICE_CHANGED, SERVICE_REMOVED
from rapport.mail.models import DeliveryEvent, Mailbox, Message, Service, ServiceCall
from rapport.mail.operations.receiving import receive
from rapport.mail.operations.reports import keep_bounce, keep_complaint, keep_event
from rapport.mail.operations.suppressions import unsubscribe
from rapport.mail.permissions import SHARED_MAILBOXES
from rapport.mail.services import EVENTS, KINDS, MAIL, Arrived, Secrets, Told, Unproven

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=30)  # what cannot be read
LEFT_AFTER = timedelta(hours=1)  # a job for it would have given up by then
NOTE_EVERY = timedelta(seconds=5)  # the row of a service is not written for each of many events
TOLD_LATE = timedelta(days=30)
MAX_CALL_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What an administrator enters. An empty key keeps the stored one."""

    signing_key: str = field(default="", repr=False)
    mail_key: str = field(default="", repr=False)
    mailbox_id: UUID | None = None


def save_service(*, actor: Actor, kind: str, settings: ServiceSettings) -> Service:
    """Set a service up, with a new secret, or change it; what is the same changes nothing.

    Records service.changed with the names of what changed. Raises NotAllowed, NotFound for an unknown kind, InvalidInput.
    """
    require(actor, SHARED_MAILBOXES)
    if kind not in KINDS:
        raise NotFound("There is no such mail service.")
    now = clock.now()
    try:
        with transaction.atomic():
            found = Service.objects.select_for_update().filter(kind=kind).first()
            service = found or Service(kind=kind, secret=encrypt(secrets.token_urlsafe(24)), created_at=now)
            changed = _changes(actor, service, settings)
            if found and not changed:
                return service
            for name, value in changed.items():
                setattr(service, name, value)
            service.updated_at = now
            service.save()
            data = {"name": str(service), "changed": sorted(changed)}
            record(SERVICE_CHANGED, actor=actor, subjects=[service], data=data)
    except IntegrityError as error:
        raise Conflict("Somebody set this service up at the same moment. Reload the page.") from error
    return service


@transaction.atomic
def renew_secret(*, actor: Actor, service_id: UUID) -> Service:
    """Give a service another secret: its addresses change, and what still comes to the old ones is refused."""
    service = _lock(actor, service_id)
    service.secret, service.updated_at = encrypt(secrets.token_urlsafe(24)), clock.now()
    service.save(update_fields=["secret", "updated_at"])
    record(SERVICE_CHANGED, actor=actor, subjects=[service], data={"name": str(service), "changed": ["secret"]})
    return service


@transaction.atomic
def remove_service(*, actor: Actor, service_id: UUID) -> None:
    """Refuse whatever a service delivers from now on; what it delivered before and was not read is lost."""
    service = _lock(actor, service_id)
    record(SERVICE_REMOVED, actor=actor, subjects=[service], data={"name": str(service)})
    service.delete()


def _lock(actor: Actor, service_id: UUID) -> Service:
    require(actor, SHARED_MAILBOXES)
    service = Service.objects.select_for_update().filter(id=service_id).first()
    if service is None:
        raise NotFound("This mail service is not set up any more.")
    return service


def _changes(actor: Actor, service: Service, settings: ServiceSettings) -> dict[str, Any]:
    """What is entered and is not stored yet. Raises InvalidInput by field."""
    kind = KINDS[service.kind]
    wrong: dict[str, str] = {}
    changed: dict[str, Any] = {}
    keys = {"signing_key": settings.signing_key.strip(), "mail_key": settings.mail_key.strip()}
    for name, what in (("signing_key", EVENTS), ("mail_key", MAIL)):
        if what not in kind.keys or (name == "mail_key" and not kind.has_own_mail_key):
            continue
        if keys[name]:
            if problem := services.problem_of_key(service.kind, what, Secrets("x", **keys)):
                wrong[name] = problem
            changed[name] = encrypt(keys[name])
        elif kind.keys[what].is_required and name == "signing_key" and not service.signing_key:
            wrong[name] = f"Enter the key that {kind.label} signs with."
    if settings.mailbox_id != service.mailbox_id:
        if (
            settings.mailbox_id
            and not queries.list_mailboxes(actor).filter(id=settings.mailbox_id, owner=None).exists()
        ):
            wrong["mailbox_id"] = "Choose a shared mailbox."
        changed["mailbox_id"] = settings.mailbox_id
    if wrong:
        raise InvalidInput(wrong)
    return changed


def take_call(*, service: Service, what: str, body: bytes, content_type: str, meta: Mapping[str, str]) -> ServiceCall:
    """Keep what a service delivered, and queue the work on it.

    Raises Unproven, and keeps nothing then; RequestDataTooBig for a form with more text than a request may hold;
    PermanentFailure for a lost key.
    """
    known = service.secrets()
    if not services.is_usable(service.kind, what, known):
        raise Unproven("the service does not deliver this, or its key is missing")
    request = services.make_request(body=body, content_type=content_type, meta=meta)
    services.prove(service.kind, what, known, request)
    now = clock.now()
    with transaction.atomic():
        call = ServiceCall.objects.create(
            service=service, what=what, content_type=content_type[:300], body=body, came_at=now
        )  # fmt: skip
        enqueue("mail.work_on_call", call_id=call.id)
    _note(service, now, called_at=now)
    return call


def work_on_call(*, call_id: UUID) -> int:
    """Read what a service delivered and do what follows; returns how many mails and events were news.

    What cannot be read stays, and its service's page says so. Safe to repeat.
    """
    call = ServiceCall.objects.select_related("service__mailbox").filter(id=call_id).first()
    if call is None:
        return 0
    try:
        request = services.make_request(body=bytes(call.body), content_type=call.content_type)
        found = services.read(call.service.kind, call.what, call.service.secrets(), request)
        count = sum(_work_on(call.service, one) for one in found)
    except (OperationalError, InterfaceError):  # the database is away: the queue tries again
        raise
    except Exception as error:
        if not isinstance(error, services.Unreadable):
            logger.exception("what a mail service delivered could not be worked on call=%s", call.id)
        call.problem = str(error)[:500] or type(error).__name__
        call.save(update_fields=["problem"])
        _tell(call.service, f"What it delivered could not be read: {call.problem}")
        return 0
    call.delete()
    return count


def forget_unreadable() -> int:
    """Delete what could not be read for a month, and what was said of it; returns how many.

    What waits although its job has given up (a database that was away for long) is queued anew.
    """
    now = clock.now()
    before = now - KEPT_FOR
    Service.objects.filter(problem_at__lt=before).update(problem="", problem_at=None)
    gone, _ = ServiceCall.objects.filter(came_at__lt=before).delete()
    left = ServiceCall.objects.filter(problem="", came_at__lt=now - LEFT_AFTER)
    for call_id in left.values_list("id", flat=True):
        enqueue("mail.work_on_call", once=f"mail.work_on_call:{call_id}", call_id=call_id)
    return gone


def _work_on(service: Service, found: Told | Arrived) -> bool:
    if isinstance(found, Arrived):
        return _take_in(service, found)
    is_news = _keep(found)
    _note(service, clock.now(), last_event=found.kind, last_event_at=clock.now())
    return is_news


def _take_in(service: Service, mail: Arrived) -> bool:
    """The same way as mail from IMAP goes, for the mailbox that it was sent to."""
    mailbox = _mailbox_for(mail.recipients) or service.mailbox
    if mailbox is None:
        named = ", ".join(mail.recipients[:3]) or "nobody"
        _tell(
            service, f"Mail came for {named}, which is no mailbox here. Connect it, or choose one for all other mail."
        )
        return False
    message = receive(mailbox=mailbox, data=mail.data)
    _note(service, clock.now(), last_event="mail", last_event_at=clock.now())
    return message is not None


def _mailbox_for(recipients: tuple[str, ...]) -> Mailbox | None:
    wanted = [normal_address(form) for address in recipients for form in (address, _without_token(address))]
    known = {normal_address(row.address): row for row in Mailbox.objects.all()}
    return next((known[address] for address in wanted if address in known), None)


def _without_token(address: str) -> str:
    local, _, domain = address.strip().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


@transaction.atomic
def _keep(told: Told) -> bool:
    """Record what happened to a message of ours, once; whether it was news."""
    found = queries.find_told_about(
        message_ids=told.message_ids, address=normal_address(told.recipient), is_exact=told.kind == "delivered"
    )
    if found is None:
        return False
    # Locked, so that of two workers the second sees what the first has kept.
    message = Message.objects.select_for_update(no_key=True).get(id=found.id)
    source, at = {"event_id": told.event_id}, _moment(told.at, clock.now())
    if DeliveryEvent.objects.filter(message=message, data__event_id=told.event_id).exists():
        return False
    if told.kind == "bounced" and told.failure:
        keep_bounce(told.failure, answered=message, report=None, source=source, at=at)
    elif told.kind == "complained":
        keep_complaint(
            feedback_type="abuse", address=normal_address(told.recipient), is_suppressing=True, answered=message, report=None,
            source=source, at=at,
        )  # fmt: skip
    elif told.kind == "unsubscribed":
        unsubscribe(message=message, by="service", at=at)
    else:
        keep_event(message, told.kind, "machine", source, at)
    return True


def _moment(told: datetime | None, now: datetime) -> datetime:
    """When it happened by the service's clock, where that can be: services try again for days, not for months."""
    return told if told and told.tzinfo and now - TOLD_LATE <= told <= now else now


def _note(service: Service, now: Any, **values: Any) -> None:
    """Write down when it last delivered something, not more often than anybody looks."""
    stamp = next(name for name in values if name.endswith("_at"))
    rows = Service.objects.filter(id=service.id)
    fresh = rows.filter(**{f"{stamp}__gt": now - NOTE_EVERY})
    same = {name: value for name, value in values.items() if name != stamp}
    if not fresh.filter(**same).exists():
        rows.update(**values)


def _tell(service: Service, problem: str) -> None:
    Service.objects.filter(id=service.id).update(problem=problem, problem_at=clock.now())
