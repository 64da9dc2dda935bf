"""Reading mailboxes, templates, messages and suppressions."""

from rapport.mail.queries.mailboxes import (
    choose_mailbox,
    count_sent_since,
    get_mailbox,
    list_domains,
    list_mailboxes,
    lock_mailbox,
    next_free_moment,
    sendable_mailboxes,
)
from rapport.mail.queries.messages import (
    count_inbox,
    find_answered,
    get_message,
    list_inbox,
    list_messages_of,
    list_thread,
    list_unclear,
    lock_message,
    senders_of,
)
from rapport.mail.queries.preferences import find_preference, preferences_among
from rapport.mail.queries.suppressions import find_suppression, list_suppressions, suppressed_among
from rapport.mail.queries.templates import get_template, list_templates, list_versions, lock_template

__all__ = [
    "choose_mailbox",
    "count_inbox",
    "count_sent_since",
    "find_answered",
    "find_preference",
    "find_suppression",
    "get_mailbox",
    "get_message",
    "get_template",
    "list_domains",
    "list_inbox",
    "list_mailboxes",
    "list_messages_of",
    "list_suppressions",
    "list_templates",
    "list_thread",
    "list_unclear",
    "list_versions",
    "lock_mailbox",
    "lock_message",
    "lock_template",
    "next_free_moment",
    "preferences_among",
    "sendable_mailboxes",
    "senders_of",
    "suppressed_among",
]  # fmt: skip
