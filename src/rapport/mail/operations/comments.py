"""Commenting on a conversation among colleagues."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotAllowed, NotFound
from rapport.mail import queries
from rapport.mail.activities import CONVERSATION_COMMENTED, CONVERSATION_UNCOMMENTED
from rapport.mail.models import Comment, Conversation
from rapport.mail.permissions import SEND
from rapport.mail.subjects import subjects_of

MOST_CHARS = 5_000
MOST_MENTIONED = 20


@transaction.atomic
def add_comment(*, actor: Actor, conversation_id: UUID, text: str, mentioned_ids: Collection[UUID] = ()) -> Comment:
    """Say something to colleagues; those who are mentioned are told. Records conversation.commented.

    Raises NotAllowed without mail.send, NotFound, InvalidInput for an empty or very long text and for somebody who may
    not read mail with candidates.
    """
    require(actor, SEND)
    conversation = _conversation(actor, conversation_id)
    text, wanted = text.replace("\r\n", "\n").strip(), list(dict.fromkeys(mentioned_ids))
    if not text:
        raise InvalidInput({"text": "Write a comment."})
    if len(text) > MOST_CHARS:
        raise InvalidInput({"text": f"A comment has at most {MOST_CHARS:,} characters; this one has {len(text):,}."})
    if len(wanted) > MOST_MENTIONED or queries.colleagues(actor).filter(id__in=wanted).count() != len(wanted):
        raise InvalidInput({"mentioned": "Mention colleagues who may read mail with candidates, 20 at most."})
    comment = Comment(
        conversation=conversation, author_id=actor.id if actor.kind == "user" else None, text=text,
        mentioned_ids=wanted, created_at=clock.now(),
    )  # fmt: skip
    comment.save(force_insert=True)
    record(
        CONVERSATION_COMMENTED, actor=actor, subjects=_subjects(conversation),
        data={"comment_id": comment.id, "mentioned_ids": [str(key) for key in wanted]},
    )  # fmt: skip
    return comment


@transaction.atomic
def delete_comment(*, actor: Actor, comment_id: UUID) -> None:
    """Take back a comment of one's own. Records conversation.uncommented; NotAllowed for a colleague's."""
    require(actor, SEND)
    comment = Comment.objects.select_for_update(of=("self",)).filter(id=comment_id).first()
    if comment is None or queries.find_conversation(actor, comment.conversation_id) is None:
        raise NotFound("This comment is not there any more. Reload the page.")
    if actor.id is None or comment.author_id != actor.id:
        raise NotAllowed("Only who wrote a comment may delete it.")
    conversation = comment.conversation
    comment.delete()
    record(CONVERSATION_UNCOMMENTED, actor=actor, subjects=_subjects(conversation))


def _conversation(actor: Actor, conversation_id: UUID) -> Conversation:
    conversation = queries.find_conversation(actor, conversation_id)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


def _subjects(conversation: Conversation) -> dict[str, UUID]:
    return {**subjects_of(conversation.latest_reply), "conversation": conversation.id}
