"""What this app records. A message's activities carry the subjects its sender gave it, and the message itself."""

from collections.abc import Mapping
from typing import Any

from rapport.activity.verbs import declare
from rapport.mail import timeline

_SHOWN = {"group": "mail", "template": "mail/timeline/message.html", "load": timeline.load_messages}


def _tell_of_reply(data: Mapping[str, Any]) -> str:
    """Only what a person wrote is news."""
    if data.get("kind") != "reply":
        return ""
    return "answered" if data.get("answers_message_id") else "wrote"


def _tell_of_click(data: Mapping[str, Any]) -> str:
    """What a machine may have done is no news."""
    return "followed a link in our mail" if data.get("verdict") == "human" else ""


MESSAGE_QUEUED = declare(
    "message.queued", "wrote a message", "pencil-line", data=("mailbox_id",), quiet=True, group="mail"
)
MESSAGE_SENT = declare("message.sent", "sent a message", "send", data=("mailbox_id", "is_bulk"), **_SHOWN)
MESSAGE_FAILED = declare("message.failed", "could not send a message", "mail-x", data=("reason",), **_SHOWN)
MESSAGE_UNCLEAR = declare(
    "message.unclear", "does not know whether a message arrived", "mail-question-mark", data=("reason",), **_SHOWN
)
MESSAGE_RECEIVED = declare(
    "message.received",
    "received a message",
    "mail",
    data=(
        "mailbox_id",
        "kind",
        "answers_message_id",
        "matched_by",
        "returns_on",
        "from_other_address",
        "intent",
        "come_back_on",
    ),
    notify=True,
    notice=_tell_of_reply,
    **_SHOWN,
)
MESSAGE_BOUNCED = declare(
    "message.bounced", "got a message back", "mail-x", notify=True, notice=lambda data: "could not be reached by mail",
    data=("class", "status", "reason", "address", "text"), personal=("address", "text"), **_SHOWN,
)  # fmt: skip
MESSAGE_COMPLAINED = declare(
    "message.complained", "was told that a message was marked as spam", "mail-warning",
    data=("feedback_type", "address"), personal=("address",), **_SHOWN,
)  # fmt: skip
MESSAGE_UNSUBSCRIBED = declare(
    "message.unsubscribed", "asked for no more mail", "mail-minus", notify=True, data=("by",),
    notice=lambda data: "asked for no more mail", **_SHOWN,
)  # fmt: skip
MESSAGE_PREFERENCES = declare(
    "message.preferences", "chose which mail to get: {choice}", "sliders-horizontal", data=("choice",), group="mail"
)
MESSAGE_CLICKED = declare(
    "message.clicked", "noticed that a link in a mail was followed: {url}", "mouse-pointer-click",
    data=("url", "verdict", "why"), notify=True, notice=_tell_of_click, group="mail",
)  # fmt: skip
MESSAGE_SCANNED = declare(
    "message.scanned", "noticed a program that followed a link in a mail: {url}", "bot", data=("url", "verdict", "why"),
    quiet=True, group="mail",
)  # fmt: skip
MESSAGE_INTENT_CHANGED = declare(
    "message.intent_changed", "read an answer as {to} instead of {from}", "message-circle-question-mark",
    data=("from", "to", "come_back_on"), quiet=True, group="mail",
)  # fmt: skip
CONVERSATION_ASSIGNED = declare(
    "conversation.assigned", "gave the mail conversation to {assignee}", "user-check", data=("assignee_id", "assignee"),
    notify=True, group="mail",
)  # fmt: skip
CONVERSATION_UNASSIGNED = declare(
    "conversation.unassigned", "took the mail conversation from its colleague", "user-minus", quiet=True, group="mail"
)
CONVERSATION_COMMENTED = declare(
    "conversation.commented", "commented on the mail conversation", "message-square-text",
    data=("comment_id", "mentioned_ids"), notify=True, group="mail", webhook=False,
    template="mail/timeline/comment.html", load=timeline.load_comments,
)  # fmt: skip
CONVERSATION_UNCOMMENTED = declare(
    "conversation.uncommented", "deleted a comment on the mail conversation", "eraser", quiet=True, group="mail"
)
CONVERSATION_SNOOZED = declare(
    "conversation.snoozed", "put the mail conversation off until {until}", "alarm-clock", data=("until",), quiet=True,
    group="mail",
)  # fmt: skip
CONVERSATION_DONE = declare("conversation.done", "put a conversation aside as done", "check", quiet=True, group="mail")
CONVERSATION_REOPENED = declare(
    "conversation.reopened", "put a conversation back into the inbox", "inbox", quiet=True, group="mail"
)

MAILBOX_CREATED = declare("mailbox.created", "connected the mailbox {address}", "inbox", data=("address",))
MAILBOX_CHANGED = declare("mailbox.changed", "changed the mailbox {address}", "inbox", data=("address", "changed"))
MAILBOX_FAILED = declare("mailbox.failed", "lost the connection to {address}", "unplug", data=("address", "reason"))
MAILBOX_RECOVERED = declare("mailbox.recovered", "reached {address} again", "plug-zap", data=("address",))
MAILBOX_SIGNED_IN = declare(
    "mailbox.signed_in", "signed {address} in at {provider}", "key-round", data=("address", "provider")
)
PROVIDER_CHANGED = declare("provider.changed", "set up signing in at {name}", "key-round", data=("name", "changed"))
PROVIDER_REMOVED = declare("provider.removed", "took away signing in at {name}", "key-round", data=("name",))
SERVICE_CHANGED = declare("service.changed", "set up the mail service {name}", "webhook", data=("name", "changed"))
SERVICE_REMOVED = declare("service.removed", "took away the mail service {name}", "webhook", data=("name",))
MAILBOX_TRIED = declare(
    "mailbox.tried", "sent a trial message by {address}", "send", data=("address", "outcome", "reason"), quiet=True
)

TEMPLATE_CREATED = declare("template.created", "wrote the template {name}", "file-text", data=("name", "purpose"))
TEMPLATE_CHANGED = declare("template.changed", "changed the template {name}", "file-text", data=("name", "version"))
TEMPLATE_ARCHIVED = declare("template.archived", "archived the template {name}", "archive", data=("name",))
TEMPLATE_RESTORED = declare(
    "template.restored", "put the template {name} back in use", "archive-restore", data=("name",)
)

SNIPPET_CREATED = declare("snippet.created", "wrote the snippet {name}", "file-text", data=("name",))
SNIPPET_CHANGED = declare("snippet.changed", "changed the snippet {name}", "file-text", data=("name",))
SNIPPET_ARCHIVED = declare("snippet.archived", "archived the snippet {name}", "archive", data=("name",))
SNIPPET_RESTORED = declare("snippet.restored", "put the snippet {name} back in use", "archive-restore", data=("name",))

LETTERHEAD_CHANGED = declare(
    "letterhead.changed", "changed how branded mail looks, version {number}", "palette", data=("number",)
)

DOMAIN_LIMIT_SET = declare("domain_limit.set", "limited mail for {domain}: {limit}", "gauge", data=("domain", "limit"))
DOMAIN_LIMIT_REMOVED = declare(
    "domain_limit.removed", "took away the limit of mail for {domain}", "gauge", data=("domain",)
)
DOMAIN_SLOWED = declare("domain_limit.slowed", "slowed down mail for {domain}", "gauge", data=("domain", "reason"))

SUPPRESSION_ADDED = declare(
    "suppression.added", "stopped mail to an address", "mail-minus", data=("reason", "address"), personal=("address",),
)  # fmt: skip
SUPPRESSION_LIFTED = declare(
    "suppression.lifted", "allowed mail to an address again", "mail-check",
    data=("reason", "address", "why"), personal=("address",),
)  # fmt: skip
