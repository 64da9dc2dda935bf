"""Reports that a person marked a message as spam: ARF (RFC 5965), and the older notices without it.

An ARF of another type (auth-failure, RFC 6591) has the same form and is told by `feedback_type`; only the types in
SUPPRESSING mean that somebody does not want our mail.
"""

import re
from dataclasses import dataclass

from rapport.mail import bounces
from rapport.mail.parsing import ParsedMail

SUPPRESSING = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "complaint"})
_NOTICE = re.compile(
    r"^(?:complaint about message from|abuse report\b|email feedback report|\[?spam report)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """`address` is who complained, as far as the report tells; `message_id` the message complained about."""

    feedback_type: str
    address: str
    message_id: str

    @property
    def is_suppressing(self) -> bool:
        return self.feedback_type in SUPPRESSING


def read_complaint(mail: ParsedMail) -> Complaint | None:
    """The complaint in this message, or None."""
    for part in mail.root.walk():
        if part.content_type == "message/feedback-report":
            return _from_report(mail, part.text())
    if mail.root.content_type == "multipart/report" and mail.root.parameter("report-type").lower() == "feedback-report":
        return _from_report(mail, mail.text)
    notice = bounces.json_notice(mail, "Complaint")
    if notice is not None:
        rows = notice.get("complaint", {}).get("complainedRecipients", [])
        return Complaint("abuse", str(rows[0].get("emailAddress", "")).lower() if rows else "", "")
    if _NOTICE.match(mail.subject) and any(part.content_type == "message/rfc822" for part in mail.root.walk()):
        return Complaint("abuse", _original_recipient(mail), bounces.original_message_id(mail))
    return None


def _from_report(mail: ParsedMail, report: str) -> Complaint:
    kind = re.search(r"^Feedback-Type:\s*([\w-]+)", report, re.IGNORECASE | re.MULTILINE)
    address = re.search(
        r"^(?:Original-Rcpt-To|Removal-Recipient|Final-Recipient):\s*(?:rfc822;)?\s*<?([^\s<>]+@[^\s<>]+)",
        report,
        re.IGNORECASE | re.MULTILINE,
    )
    who = address[1].lower() if address else _original_recipient(mail)
    return Complaint(kind[1].lower() if kind else "abuse", who, bounces.original_message_id(mail))


def _original_recipient(mail: ParsedMail) -> str:
    headers = bounces.returned_headers(mail)
    if headers is None:
        return ""
    for name in ("X-HmXmrOriginalRecipient", "X-Original-To", "To"):
        match = re.search(r"[^\s<>\"(),:;]+@[\w.-]+", headers.raw(name))
        if match:
            return match[0].lower()
    return ""
