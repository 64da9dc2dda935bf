"""One verdict on an incoming message: reply, auto_reply, bounce, complaint or other.

`reply` is what a person wrote to us. `other` is what no person wrote for us: newsletters and mailing lists, receipts
that a mail was read, calendar answers, notices of machines.
"""

import re
from dataclasses import dataclass

from rapport.mail.auto_replies import AutoReply, read_auto_reply
from rapport.mail.bounces import Bounce, read_bounce
from rapport.mail.complaints import Complaint, read_complaint
from rapport.mail.intents import Intent, read_intent
from rapport.mail.parsing import ParsedMail
from rapport.mail.reply_text import ReplyParts, split_reply
from rapport.mail.signatures import Signature, read_signature
from rapport.mail.unsubscribe_words import asks_to_stop

KINDS = ("reply", "auto_reply", "bounce", "complaint", "other")
_NOBODY = re.compile(
    r"^(?:no|do)[._-]?(?:t[._-]?)?reply\b|^(?:notifications?|alerts?|newsletter|bounces?)[+@]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` with what was found for it; `reply` is always there, also for automatic answers.

    What a person wants (`intent`, `wants_unsubscribe`) and tells of themselves (`signature`) is read from replies alone.
    """

    kind: str
    reply: ReplyParts
    bounce: Bounce | None = None
    complaint: Complaint | None = None
    auto_reply: AutoReply | None = None
    intent: Intent | None = None
    signature: Signature | None = None
    wants_unsubscribe: bool = False


def classify(mail: ParsedMail) -> Verdict:
    """Judge a message; never raises."""
    complaint = None if mail.is_bare else read_complaint(mail)
    if complaint:
        return Verdict("complaint", split_reply(""), complaint=complaint)
    bounce = read_bounce(mail)
    if bounce:
        return Verdict("bounce", split_reply(""), bounce=bounce)
    reply = split_reply(mail.text, mail.sender.name)
    auto_reply = read_auto_reply(mail, reply.unquoted)
    if auto_reply:
        return Verdict("auto_reply", reply, auto_reply=auto_reply)
    return Verdict("other", reply) if _is_machine_made(mail) else _of_a_person(mail, reply)


def _of_a_person(mail: ParsedMail, reply: ReplyParts) -> Verdict:
    return Verdict(
        "reply",
        reply,
        intent=read_intent(reply.text, mail.date.date() if mail.date else None),
        signature=read_signature(reply.signature, mail.sender.name),
        wants_unsubscribe=asks_to_stop(reply.text, mail.subject),
    )


def _is_machine_made(mail: ParsedMail) -> bool:
    if mail.is_bare:
        return False
    headers = mail.headers
    report = mail.root.parameter("report-type").lower()
    if mail.root.content_type == "multipart/report" and report in (
        "disposition-notification",
        "delivery-status",
        "tlsrpt",
    ):
        return True
    if headers.raw("Auto-Submitted").strip().lower().startswith(("auto-generated", "auto-notified")):
        return True
    if mail.root.content_type == "text/calendar" or _answers_invitation(mail):
        return True
    if _NOBODY.match(mail.sender.email):
        return True
    is_bulk = headers.raw("Precedence").strip().lower() in ("bulk", "list", "junk") or "List-Unsubscribe" in headers
    return is_bulk and not headers.raw("In-Reply-To")


def _answers_invitation(mail: ParsedMail) -> bool:
    """An acceptance or refusal that a calendar sent by itself (RFC 5546)."""
    return any(
        part.content_type == "text/calendar" and part.parameter("method").lower() in ("reply", "counter")
        for part in mail.root.walk()
    )
