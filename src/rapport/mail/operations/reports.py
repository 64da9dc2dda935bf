"""What is learnt of a message after it was sent: it came back, or its recipient marked it as spam.

From a report that arrived as a mail, or from a mail service: what follows is the same.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rapport.activity.operations import record
from rapport.activity.verbs import Verb
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.mail.activities import MESSAGE_BOUNCED, MESSAGE_COMPLAINED
from rapport.mail.models import DeliveryEvent, Message
from rapport.mail.operations.pacing import slow_down
from rapport.mail.operations.suppressions import suppress_address
from rapport.mail.queries.pacing import domain_of
from rapport.mail.refusals import Failure
from rapport.mail.subjects import subjects_of


def keep_bounce(
    failure: Failure, *, answered: Message | None, report: Message | None, source: Mapping[str, str],
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Record message.bounced, about our message where we know it, else about the report; a dead address is suppressed.

    `source` says where it was learnt from, and is kept with the event; `at` is when it happened, else now.
    """
    data = {
        "class": failure.bounce_class, "status": failure.status, "reason": failure.reason,
        "address": failure.address, "text": failure.text,
    }  # fmt: skip
    _record(MESSAGE_BOUNCED, answered or report, data)
    if failure.reason == "rate_limited" and answered and not _is_known(answered, failure.reason):
        slow_down(domain=domain_of(answered.to_address), said=failure.text, at=clock.now())
    if answered:
        keep_event(answered, "bounced", "machine", {**source, **data}, at)
    # Only an address that we wrote to may be suppressed by a report: anybody can send us one.
    if failure.bounce_class == "hard" and answered and failure.address in ("", answered.to_address):
        suppress_address(
            actor=SYSTEM, address=answered.to_address, reason="hard_bounce", evidence=failure.text, message=answered
        )


def _is_known(answered: Message, reason: str) -> bool:
    """Whether the message has come back for this before: whoever got it could send us as many reports as they like."""
    return DeliveryEvent.objects.filter(message=answered, kind="bounced", data__reason=reason).exists()


def keep_complaint(
    *, feedback_type: str, address: str, is_suppressing: bool, answered: Message | None, report: Message | None,
    source: Mapping[str, str], at: datetime | None = None,
) -> None:  # fmt: skip
    """Record message.complained likewise; who does not want our mail is suppressed."""
    data = {"feedback_type": feedback_type, "address": address}
    _record(MESSAGE_COMPLAINED, answered or report, data)
    if answered:
        keep_event(answered, "complained", "human", {**source, **data}, at)
        if is_suppressing:
            suppress_address(actor=SYSTEM, address=answered.to_address, reason="complaint", message=answered)


def keep_event(answered: Message, kind: str, verdict: str, data: Mapping[str, Any], at: datetime | None = None) -> None:
    DeliveryEvent.objects.create(
        message=answered, kind=kind, verdict=verdict, data=dict(data), occurred_at=at or clock.now()
    )  # fmt: skip


def _record(verb: Verb, about: Message | None, data: Mapping[str, Any]) -> None:
    if about:
        record(verb, actor=SYSTEM, subjects=subjects_of(about), data=data)
