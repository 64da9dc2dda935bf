"""Sending one trial message, to see what the server answers."""

from dataclasses import dataclass

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.addresses import normal_address
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.lib.ids import new_id
from rapport.mail import address_tokens, queries, smtp
from rapport.mail.activities import MAILBOX_TRIED
from rapport.mail.composing import Envelope, make_message_id, write_message
from rapport.mail.headers import Address, ascii_address
from rapport.mail.models import Look, Mailbox
from rapport.mail.operations.mailboxes import TEST_TIMEOUT_S, smtp_settings
from rapport.mail.operations.sending import written_content
from rapport.mail.permissions import SEND

SUBJECT = "A test from Rapport"
TEXT = (
    "Hello,\n\nthis message was sent to try out the mailbox {address}. It came through, so mail to candidates goes the "
    "same way.\n\nHave a look at its source as well: “Authentication-Results” tells whether SPF, DKIM and DMARC pass."
)


@dataclass(frozen=True, slots=True)
class Trial:
    """`answer` is what the server said, in its words."""

    message_id: str
    outcome: smtp.Outcome
    code: int
    answer: str


def send_test(*, actor: Actor, mailbox_address: str, to_address: str, look: str = Look.PLAIN) -> Trial:
    """Send one message by this mailbox at once, composed like every other; no row of a message is kept.

    Records mailbox.tried. Raises NotAllowed without mail.send, NotFound for a mailbox the actor may not write from,
    InvalidInput for what is no address, Conflict for a suppressed one. Talks to the network.
    """
    require(actor, SEND)
    mailbox = queries.sendable_mailboxes(actor).filter(address__iexact=mailbox_address.strip()).first()
    if mailbox is None:
        raise NotFound(
            f"There is no mailbox {mailbox_address.strip()} that sends; a paused one has to be resumed first."
        )
    try:
        recipient = ascii_address(to_address)
    except InvalidInput as error:
        raise InvalidInput({"to_address": f"{error}."}) from error
    if queries.find_suppression(normal_address(to_address)):
        raise Conflict(f"{to_address.strip()} must not be mailed; lift the suppression first, or use another address.")
    message_id, data = _written(mailbox, to_address.strip(), look)
    with smtp.Connection(smtp_settings(mailbox, timeout_s=TEST_TIMEOUT_S)) as connection:
        result = connection.send(sender=ascii_address(mailbox.address), recipient=recipient, message=data)
    record(
        MAILBOX_TRIED,
        actor=actor,
        subjects=[mailbox],
        data={"address": mailbox.address, "outcome": result.outcome.value, "reason": result.reason},
    )
    return Trial(message_id, result.outcome, result.code, result.reason)


def _written(mailbox: Mailbox, to_address: str, look: str) -> tuple[str, bytes]:
    identifier = new_id()
    message_id = make_message_id(identifier, mailbox.address.rpartition("@")[2])
    content = written_content(
        subject=SUBJECT, text=TEXT.format(address=mailbox.address), look=look, signature=mailbox.signature
    )
    envelope = Envelope(
        sender=Address(mailbox.address, mailbox.display_name),
        recipient=Address(to_address),
        message_id=f"<{message_id}>",
        sent_at=clock.now(),
        unsubscribe_url=address_tokens.trial_url(),
    )
    return message_id, write_message(content, envelope)
