"""Tables of e-mail: mailboxes, templates, messages and what is never to be mailed again."""

from rapport.mail.models.comments import Comment
from rapport.mail.models.conversations import Conversation
from rapport.mail.models.intents import ReplyIntent, Wish
from rapport.mail.models.letterheads import Letterhead, Look
from rapport.mail.models.mailboxes import Mailbox, MailboxFolder
from rapport.mail.models.messages import DeliveryEvent, Message, MessageBody
from rapport.mail.models.originals import Original
from rapport.mail.models.pacing import DomainBucket, DomainLimit, MailboxBucket
from rapport.mail.models.preferences import Preference, Topic
from rapport.mail.models.providers import Grant, Provider
from rapport.mail.models.services import Service, ServiceCall
from rapport.mail.models.snippets import Snippet
from rapport.mail.models.suppressions import Suppression
from rapport.mail.models.templates import Template, TemplateVersion
from rapport.mail.models.visits import LinkVisit

__all__ = [
    "Comment", "Conversation", "DeliveryEvent", "DomainBucket", "DomainLimit", "Grant", "Letterhead", "LinkVisit",
    "Look", "Mailbox", "MailboxBucket", "MailboxFolder", "Message", "MessageBody", "Original", "Preference",
    "Provider", "ReplyIntent", "Service", "ServiceCall", "Snippet", "Suppression", "Template",
    "TemplateVersion", "Topic", "Wish",
]  # fmt: skip
