"""What an incoming message says about the message it answers. Pure; queries.find_answered looks it up.

In this order: the Message-IDs it names (In-Reply-To before References, those from the newest to the oldest; for a
report the returned message's own), then a token in an address it was sent to, then its sender. Subjects are never
compared: two people may answer the same subject crosswise.
"""

import re
from dataclasses import dataclass

from rapport.mail.classify import Verdict
from rapport.mail.parsing import ParsedMail

_ADDRESS = re.compile(r"[^\s<>\"(),:;]+@[\w.-]+")
_RECEIVED_BY = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")


@dataclass(frozen=True, slots=True)
class Clues:
    """`ids` nearest first; `addresses` it was sent to; `person` whose address our message went to."""

    ids: list[str]
    addresses: list[str]
    person: str


def clues_of(mail: ParsedMail, verdict: Verdict) -> Clues:
    """Everything by which the answered message can be found."""
    if verdict.bounce:
        ids, person = [verdict.bounce.message_id], verdict.bounce.first.address
    elif verdict.complaint:
        ids, person = [verdict.complaint.message_id], verdict.complaint.address
    else:
        ids, person = [], mail.sender.email
    ids += [mail.in_reply_to, *reversed(mail.references)]
    addresses = [
        found for name in _RECEIVED_BY for value in mail.headers.all(name) for found in _ADDRESS.findall(value)
    ]
    return Clues([key for key in dict.fromkeys(ids) if key], addresses[:50], person)
