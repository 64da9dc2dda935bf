"""Invented messages and shortcuts that several tests use."""

import re
from typing import Any
from uuid import UUID, uuid4

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.mail import operations
from rapport.mail.models import Mailbox, Message

CANDIDATE_ID = UUID("01930000-0000-7000-8000-00000000c0de")


def write(rita: User, mailbox: Mailbox, to: str = "carl@example.org", **changes: Any) -> Message:
    """A queued message from Rita to Carl."""
    values: dict[str, Any] = {
        "to_address": to, "to_name": "Carl Candidate", "subject": "A job for you", "text": "Hello Carl,\n\nhow are you?",
        "subjects": {"candidate": CANDIDATE_ID}, **changes,
    }  # fmt: skip
    return operations.send_message(actor=rita.actor, mailbox_id=mailbox.id, **values)


def send(rita: User, mailbox: Mailbox, to: str = "carl@example.org", **changes: Any) -> Message:
    """The same, delivered."""
    message = write(rita, mailbox, to, **changes)
    delivered = operations.deliver(message_id=message.id)
    assert delivered is not None
    return delivered


def frames(page: Any) -> list[str]:
    """The addresses of the frames on a page that show a mail to a light reader."""
    found = re.findall(r'<iframe [^>]*src="([^"]+)"', page.content.decode())
    return [url for url in found if not url.endswith("?dark=1")]


def answer(
    *, to: Message | None = None, sender: str = "Carl Candidate <carl@example.org>", text: str = "Yes, gladly.",
    headers: str = "", message_id: str = "",
) -> bytes:  # fmt: skip
    """A reply as it arrives over IMAP."""
    thread = f"In-Reply-To: <{to.message_id}>\r\nReferences: <{to.message_id}>\r\n" if to else ""
    return (
        f"From: {sender}\r\nTo: rita@example.com\r\nSubject: Re: A job for you\r\n"
        f"Message-ID: <{message_id or uuid4().hex + '@example.org'}>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n"
        f"{thread}{headers}\r\n{text}\r\n"
    ).encode()


def bounce(message: Message, *, code: str = "5.1.1", words: str = "User unknown") -> bytes:
    """A delivery report (RFC 3464) about a message of ours."""
    return (
        "From: MAILER-DAEMON@mx.example.com\r\nTo: rita@example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <{uuid4().hex}@mx.example.com>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; {message.to_address}\r\nAction: failed\r\nStatus: {code}\r\n"
        f"Diagnostic-Code: smtp; 550 {code} {words}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message.message_id}>\r\n\r\n--b--\r\n"
    ).encode()


def recorded(verb: str) -> list[Activity]:
    """Activities of a verb, oldest first."""
    return list(Activity.objects.filter(verb=verb).order_by("id"))
