"""What mail services deliver, in the forms that they document; addresses and texts are invented."""

import base64
import hashlib
import hmac
import json
from typing import Any

from django.test import Client

from rapport.lib.encryption import decrypt
from rapport.mail import operations
from rapport.mail.models import Message, Service, ServiceCall

MAILGUN_KEY = "key-of-mailgun"


def deliver(service: Service, what: str, payload: Any, *, secret: str = "", **extra: Any) -> Any:
    """Post it as the service does; a dict or list goes as JSON, bytes as they are."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload)
    given = f"rapport:{secret or decrypt(service.secret)}"
    options = {
        "content_type": "application/json",
        "HTTP_AUTHORIZATION": f"Basic {base64.b64encode(given.encode()).decode()}",
    }
    return Client().generic("POST", f"/hooks/mail/{service.kind}/{what}/", body, **options | extra)


def work() -> int:
    """The worker works on all that waits; returns how much was news."""
    return sum(operations.work_on_call(call_id=call_id) for call_id in ServiceCall.objects.values_list("id", flat=True))


def postmark_bounce(
    to: str, *, kind: str = "HardBounce", said: str = "smtp;550 5.1.1 User unknown", number: int = 42
) -> dict:
    return {
        "RecordType": "Bounce", "ID": number, "Type": kind, "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d", "Email": to,
        "Details": said, "Description": "The server was unable to deliver your message", "BouncedAt": "2026-11-27T09:00:00Z",
        "Metadata": {},
    }  # fmt: skip


def postmark_complaint(to: str) -> dict:
    return {**postmark_bounce(to, kind="SpamComplaint", said="", number=43), "RecordType": "SpamComplaint"}


def postmark_mail(
    to: str, *, answers: Message | None = None, message_id: str = "<one@example.org>", sender: str = ""
) -> dict:
    headers = [{"Name": "Message-ID", "Value": message_id}] if message_id else []
    if answers:
        headers.append({"Name": "In-Reply-To", "Value": f"<{answers.message_id}>"})
    sender = sender or "carl@example.org"
    return {
        "FromFull": {"Email": sender, "Name": "Carl Candidate", "MailboxHash": ""}, "From": sender,
        "ToFull": [{"Email": to, "Name": "", "MailboxHash": ""}], "CcFull": [], "BccFull": [], "OriginalRecipient": to,
        "Subject": "Re: A job for you", "Date": "Fri, 27 Nov 2026 09:00:00 +0000", "TextBody": "Yes, gladly – très bien.",
        "HtmlBody": "", "Headers": headers,
        "Attachments": [
            {"Name": "cv.txt", "ContentType": "text/plain", "Content": base64.b64encode(b"My CV").decode()}
        ],
    }  # fmt: skip


def mailgun_signature(key: str = MAILGUN_KEY) -> dict[str, str]:
    stamp, token = "1795770000", "0123456789abcdef" * 3
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": signature}


def mailgun_event(message: Message, event: str = "failed", *, key: str = MAILGUN_KEY, **changes: Any) -> dict:
    data = {
        "event": event, "timestamp": 1795770000.5, "id": "Ase7i2zsRYeDXztHGENqRA", "recipient": message.to_address,
        "message": {"headers": {"message-id": message.message_id, "to": message.to_address}}, **changes,
    }  # fmt: skip
    if event == "failed":
        data |= {
            "severity": "permanent", "reason": "bounce",
            "delivery-status": {"code": 550, "message": "5.1.1 The email account does not exist", "description": ""},
        } | changes  # fmt: skip
    return {"signature": mailgun_signature(key), "event-data": data}
