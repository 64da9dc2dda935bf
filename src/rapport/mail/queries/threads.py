"""Reading one thread for its page: its messages, and the conversation that they are."""

from dataclasses import dataclass
from uuid import UUID

from rapport.accounts.capabilities import holds
from rapport.lib.actors import Actor
from rapport.mail.models import Conversation, Message
from rapport.mail.permissions import SHARED_MAILBOXES
from rapport.mail.queries.messages import get_message, with_delivery


@dataclass(frozen=True, slots=True)
class Thread:
    """`chosen` is the message that was asked for, `messages` are all, oldest first, with bodies, mailboxes, intents and what came along.

    There is no `conversation` while nobody has answered us; it comes with mailbox, assignee and latest reply, and
    `is_in_inbox` says whether it stands in the actor's inbox.
    """

    chosen: Message
    messages: list[Message]
    conversation: Conversation | None
    is_in_inbox: bool


def get_thread(actor: Actor, message_id: UUID) -> Thread:
    """The thread of a message; NotFound where the actor may not read it. Three statements, and what is hidden.

    The first asks whether the actor may read the thread, as a whole: the others need not ask again.
    """
    chosen = get_message(actor, message_id)
    messages = with_delivery(Message.objects.filter(thread_id=chosen.thread_id)).select_related(
        "body", "mailbox", "intent__corrected_by", "original"
    )
    conversations = Conversation.objects.select_related("mailbox", "assignee", "latest_reply")
    conversation = conversations.filter(id=chosen.thread_id).first()
    is_in_inbox = conversation is not None and _is_in_inbox(actor, conversation)
    return Thread(chosen, list(messages.order_by("id")), conversation, is_in_inbox)


def _is_in_inbox(actor: Actor, row: Conversation) -> bool:
    """As `visible_conversations` has it, of one that the actor may read."""
    return holds(actor, SHARED_MAILBOXES) or row.mailbox.owner_id in (None, actor.id) or row.assignee_id == actor.id
