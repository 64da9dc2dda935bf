"""What mail services (ESPs) deliver by webhooks, read with django-anymail: proof that it is theirs, and what it says.

Anymail's views are taken as readers only: made for each request with the secrets of this installation's database, never put
into the URLs and never sending signals. Two things keep them from being used whole: they read settings, and they work on what
came before they answer. Nothing here talks to the network; that is why the services whose mail or attachments would have to be
fetched (Brevo, Resend) deliver events only, and why Amazon SES, whose part of anymail needs boto3, is not among them.
"""

import hashlib
import importlib
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.utils import getaddresses
from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest

from rapport.mail.refusals import Failure, judge

EVENTS, MAIL = "events", "mail"
USER = "rapport"  # the name before the secret in the address that is pasted
_RECIPIENT_HEADERS = ("To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "X-Forwarded-To", "Envelope-To")
_SIGNATURE_HEADERS = ("Signature", "X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp")
_BROKEN = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, MessageError)


class Unproven(Exception):
    """It cannot be shown that the service sent this."""


class Unreadable(Exception):
    """It is not what this service delivers at this address; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key with which a service signs; `argument` is anymail's name for it."""

    argument: str
    label: str
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """A service; `keys` by what it delivers, and what it delivers at all."""

    label: str
    view: str
    keys: Mapping[str, Key]
    delivers: tuple[str, ...] = (EVENTS, MAIL)
    is_hard: Callable[[Mapping[str, Any]], bool | None] = lambda event: None

    @property
    def signing_label(self) -> str:
        """What the service calls the key of what it tells; empty where it signs nothing."""
        return self.keys[EVENTS].label if EVENTS in self.keys else ""

    @property
    def has_own_mail_key(self) -> bool:
        return MAIL in self.keys and self.keys[MAIL] != self.keys.get(EVENTS)


_MAILGUN = Key("webhook_signing_key", "HTTP webhook signing key")
# Whether the service itself holds an address for dead: what it says of bounces, None where it does not tell.
KINDS: Mapping[str, Kind] = {
    "brevo": Kind(
        "Brevo", "Brevo", {}, (EVENTS,),
        lambda event: {"hard_bounce": True, "invalid_email": True, "soft_bounce": False}.get(str(event.get("event"))),
    ),
    "mailersend": Kind(
        "MailerSend", "MailerSend",
        {EVENTS: Key("signing_secret", "Signing secret of the webhook"), MAIL: Key("inbound_secret", "Secret of the inbound route")},
        is_hard=lambda event: {"hard_bounced": True, "soft_bounced": False}.get(str((event.get("data") or {}).get("type"))),
    ),
    "mailgun": Kind(
        "Mailgun", "Mailgun", {EVENTS: _MAILGUN, MAIL: _MAILGUN},
        is_hard=lambda event: {"bounce": True, "suppress-bounce": True}.get(str((event.get("event-data") or {}).get("reason"))),
    ),
    "mailjet": Kind("Mailjet", "Mailjet", {}, is_hard=lambda event: event.get("hard_bounce") in (True, 1, "1")),
    "postmark": Kind(
        "Postmark", "Postmark", {},
        is_hard=lambda event: (event.get("Type") or event.get("SuppressionReason")) in ("HardBounce", "BadEmailAddress"),
    ),
    "resend": Kind("Resend", "Resend", {}, (EVENTS,)),
    "sendgrid": Kind(
        "SendGrid", "SendGrid",
        {EVENTS: Key("tracking_webhook_verification_key", "Verification key of the event webhook", is_required=False)},
        is_hard=lambda event: event.get("type") == "bounce" or event.get("reason") in ("Bounced Address", "Invalid"),
    ),
    "sparkpost": Kind(
        "SparkPost", "SparkPost", {},
        is_hard=lambda event: _inner(event).get("bounce_class") in ("10", "30", "90"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Secrets:
    """What proves that a service sent something, in clear: the secret of the address, and the keys it signs with."""

    secret: str
    signing_key: str = ""
    mail_key: str = ""

    def __repr__(self) -> str:
        return "Secrets(…)"


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to one of our messages. `kind` is delivered, bounced, complained or unsubscribed.

    `message_ids` are without angle brackets, the service's own among them; `at` is when, by the service's clock; `failure` is that
    of a bounce.
    """

    kind: str
    event_id: str
    recipient: str
    message_ids: tuple[str, ...]
    at: datetime | None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that came in: its bytes, and whom it is for, most certain first."""

    data: bytes
    recipients: tuple[str, ...]


def make_request(*, body: bytes, content_type: str, meta: Mapping[str, str] | None = None) -> WSGIRequest:
    """The request as it came, from what was kept of it."""
    given = {"HTTP_AUTHORIZATION", *(f"HTTP_{name.upper().replace('-', '_')}" for name in _SIGNATURE_HEADERS)}
    kept = {name: value for name, value in (meta or {}).items() if name in given}
    return WSGIRequest(
        {
            "REQUEST_METHOD": "POST", "PATH_INFO": "/", "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body), **kept,
        }
    )  # fmt: skip


def is_usable(kind: str, what: str, secrets: Secrets) -> bool:
    """Whether the service delivers this, and the key it signs with is known."""
    key = KINDS[kind].keys.get(what)
    return what in KINDS[kind].delivers and not (key and key.is_required and not _key_of(what, kind, secrets))


def problem_of_key(kind: str, what: str, secrets: Secrets) -> str:
    """Why the key that was entered cannot be one; empty where it can."""
    try:
        _view(kind, what, secrets)
    except _BROKEN:
        return "This is no such key. Copy it whole from the service's page."
    return ""


def prove(kind: str, what: str, secrets: Secrets, request: WSGIRequest) -> None:
    """Compare secret and signature, in constant time. Raises Unproven; RequestDataTooBig as it comes."""
    try:
        _view(kind, what, secrets).run_validators(request)
    except RequestDataTooBig:
        raise
    except (SuspiciousOperation, *_BROKEN) as error:
        raise Unproven(str(error)) from error


def read(kind: str, what: str, secrets: Secrets, request: WSGIRequest) -> list[Told] | list[Arrived]:
    """What was delivered; what is of no interest here (opens, clicks, queued) is left out. Raises Unreadable."""
    from anymail.exceptions import AnymailError

    try:
        events = _view(kind, what, secrets).parse_events(request)
        if what == MAIL:
            return [_arrived(event.message) for event in events if event.message is not None]
        return [told for event in events for told in _told(kind, event)]
    except (AnymailError, SuspiciousOperation, *_BROKEN) as error:
        raise Unreadable(_clean(f"{type(error).__name__}: {error}")[:500]) from error


def _view(kind: str, what: str, secrets: Secrets) -> Any:
    from anymail.exceptions import AnymailNotSupportedWarning

    found = KINDS[kind]
    module = importlib.import_module(f"anymail.webhooks.{kind}")
    key, value = found.keys.get(what), _key_of(what, kind, secrets)
    arguments = {key.argument: value} if key and value else {}
    if key and key.is_required and not value:
        raise ValueError("the key is missing")
    with warnings.catch_warnings():
        # SendGrid, which anymail still reads but cannot try out any more.
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        name = f"{found.view}{'Tracking' if what == EVENTS else 'Inbound'}WebhookView"
        return getattr(module, name)(webhook_secret=[f"{USER}:{secrets.secret}"], **arguments)


def _key_of(what: str, kind: str, secrets: Secrets) -> str:
    return secrets.mail_key if what == MAIL and KINDS[kind].has_own_mail_key else secrets.signing_key


def _told(kind: str, event: Any) -> Iterator[Told]:
    what = _what(event)
    if not what:
        return
    raw = event.esp_event if isinstance(event.esp_event, dict) else dict(event.esp_event.lists())
    recipient = _clean(event.recipient)[:320]
    failure = _failure(event, recipient, KINDS[kind].is_hard(raw)) if what == "bounced" else None
    yield Told(what, _event_id(kind, event, raw), recipient, tuple(_message_ids(event, raw)), event.timestamp, failure)


def _what(event: Any) -> str:
    """Which of our four kinds it is. What a service gives up before it tries is a bounce, or somebody's earlier wish."""
    kind, reason = str(event.event_type), str(event.reject_reason or "")
    if kind in ("delivered", "complained", "unsubscribed"):
        return kind
    if kind == "rejected" and reason == "unsubscribed":
        return "unsubscribed"
    return "bounced" if kind in ("bounced", "rejected", "failed") else ""


def _failure(event: Any, recipient: str, is_hard: bool | None) -> Failure:
    """The refusal, read as that of a report; only what its words leave open is decided by the service's own word."""
    said, about = _clean(event.mta_response)[:4_000], _clean(event.description)[:4_000]
    found = judge(recipient.lower(), said, "", about, is_report=True)
    bounce_class = found.bounce_class
    if is_hard is False:
        bounce_class = "soft"
    elif is_hard and found.reason == "undefined":
        bounce_class = "hard"
    return Failure(found.address, bounce_class, found.status, found.reason, found.text or _clean(event.reject_reason))


def _event_id(kind: str, event: Any, raw: Mapping[str, Any]) -> str:
    """The service's id of what happened; where it gives none, or a new one each time (Mailgun), a digest of what it says."""
    if event.event_id and kind != "mailgun":
        return _clean(f"{kind}:{event.event_id}")[:200]
    said = {name: value for name, value in raw.items() if name not in ("signature", "token", "timestamp")}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
    return f"{kind}:{digest}"


def _message_ids(event: Any, raw: Mapping[str, Any]) -> Iterator[str]:
    """What may be our Message-ID: services keep it beside the id they give."""
    for given in (event.message_id, raw.get("smtp-id"), raw.get("message-id"), raw.get("Message-Id")):
        if isinstance(given, str) and given.strip("<> "):
            yield _clean(given).strip("<> ")[:998]


def _clean(given: object) -> str:
    """Text that a column holds: without NUL, and without halves of characters, which JSON can write."""
    return str(given or "").replace("\x00", "").encode(errors="replace").decode()


def _inner(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """SparkPost wraps its events twice."""
    return next(iter((event.get("msys") or {}).values()), {})


def _arrived(message: Any) -> Arrived:
    recipients = [message.envelope_recipient or ""]
    for name in _RECIPIENT_HEADERS:
        recipients += [address for _, address in getaddresses([str(value) for value in message.get_all(name) or []])]
    if not message["Message-ID"]:  # it would have another digest each time it is put together
        told = [str(message[name]) for name in ("From", "To", "Date", "Subject")]
        digest = hashlib.sha256("\0".join([*told, message.text or ""]).encode(errors="replace")).hexdigest()
        message["Message-ID"] = f"<{digest}@no-message-id>"
    data = message.as_bytes(policy=message.policy.clone(refold_source="none"))
    return Arrived(data, tuple(dict.fromkeys(row for row in recipients if "@" in row)))
