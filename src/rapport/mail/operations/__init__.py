"""Writes of e-mail. Each file holds the operations on one noun; callers use `mail.operations.<name>`."""

from rapport.mail.operations.clicks import judge_visits, keep_visit
from rapport.mail.operations.comments import add_comment, delete_comment
from rapport.mail.operations.conversations import fill_conversations
from rapport.mail.operations.grants import Question, begin_sign_in, complete_sign_in
from rapport.mail.operations.inbox import assign, mark_done, reopen, restore, snooze
from rapport.mail.operations.intents import correct_intent
from rapport.mail.operations.letterheads import save_letterhead
from rapport.mail.operations.library import add_from_library
from rapport.mail.operations.mailboxes import (
    MailboxSettings,
    create_mailbox,
    note_failure,
    note_success,
    set_paused,
    test_mailbox,
    update_mailbox,
)
from rapport.mail.operations.originals import ask_to_read, read_original
from rapport.mail.operations.pacing import forget_buckets, remove_domain_limit, set_domain_limit, slow_down
from rapport.mail.operations.preferences import Choice, choose_preferences
from rapport.mail.operations.providers import ProviderSettings, remove_provider, save_provider
from rapport.mail.operations.readdressing import readdress_messages
from rapport.mail.operations.receiving import fetch_mailbox, receive
from rapport.mail.operations.sending import (
    deliver,
    mark_lost_unclear,
    requeue_waiting,
    resolve_unclear,
    send_message,
    written_content,
)
from rapport.mail.operations.services import (
    MAX_CALL_BYTES,
    ServiceSettings,
    forget_unreadable,
    remove_service,
    renew_secret,
    save_service,
    take_call,
    work_on_call,
)
from rapport.mail.operations.snippets import create_snippet, set_snippet_archived, update_snippet
from rapport.mail.operations.suppressions import lift_suppression, suppress_address, unsubscribe
from rapport.mail.operations.templates import (
    archive_template,
    bring_back_version,
    create_template,
    restore_template,
    update_template,
)
from rapport.mail.operations.trying import send_test

__all__ = [
    "MAX_CALL_BYTES", "Choice", "MailboxSettings", "ProviderSettings", "Question", "ServiceSettings", "add_comment",
    "add_from_library", "archive_template", "ask_to_read", "assign", "begin_sign_in", "bring_back_version",
    "choose_preferences", "complete_sign_in", "correct_intent", "create_mailbox", "create_snippet", "create_template",
    "delete_comment", "deliver", "fetch_mailbox", "fill_conversations", "forget_buckets", "forget_unreadable",
    "judge_visits", "keep_visit", "lift_suppression", "mark_done", "mark_lost_unclear", "note_failure",
    "note_success", "read_original", "readdress_messages", "receive", "remove_domain_limit", "remove_provider",
    "remove_service", "renew_secret", "reopen", "requeue_waiting", "resolve_unclear", "restore", "restore_template",
    "save_letterhead", "save_provider", "save_service", "send_message", "send_test", "set_domain_limit", "set_paused",
    "set_snippet_archived", "slow_down", "snooze", "suppress_address", "take_call", "test_mailbox", "unsubscribe",
    "update_mailbox", "update_snippet", "update_template", "work_on_call", "written_content",
]  # fmt: skip
