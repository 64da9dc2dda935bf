"""Who hears of what is done with a conversation: whoever is named, and nobody else."""

import pytest

from rapport.activity.models import Activity
from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib import clock
from rapport.mail import operations as mail
from rapport.mail.models import Mailbox
from rapport.mail.tests.examples import answer
from rapport.notifications import operations
from rapport.notifications.models import Notification
from rapport.notifications.reactions import tell_followers

pytestmark = pytest.mark.django_db


def heard_by(user) -> list[tuple[str, str]]:
    tell_followers(list(Activity.objects.order_by("id")))
    return list(Notification.objects.filter(user=user).order_by("id").values_list("text", "url"))


@pytest.fixture
def reply():
    """Carl wrote to the shared mailbox."""
    mailbox = Mailbox.objects.create(
        address="jobs@example.com", smtp_host="x.invalid", created_at=clock.now(), updated_at=clock.now()
    )
    return mail.receive(mailbox=mailbox, data=answer())


def test_who_is_given_a_conversation_hears_of_it_and_followers_do_not(rita, ada, make_user, reply):
    carl = CandidateFactory(full_name="Carl Candidate")
    reply.subjects = {"candidate": str(carl.id)}
    reply.save(update_fields=["subjects"])
    operations.follow(actor=ada.actor, kind="candidate", subject_id=carl.id)
    rosa = make_user("Rosa", "recruiter")
    mail.assign(actor=rita.actor, conversation_ids=[reply.thread_id], assignee_id=rosa.id)
    assert heard_by(rosa) == [
        ("Carl Candidate: Rita Example gave the mail conversation to Rosa Example", f"/messages/{reply.id}/")
    ]
    assert heard_by(ada) == []
    mail.assign(actor=rosa.actor, conversation_ids=[reply.thread_id], assignee_id=rosa.id)  # she has it already
    mail.assign(actor=rosa.actor, conversation_ids=[reply.thread_id], assignee_id=None)
    assert len(heard_by(rosa)) == 1


def test_who_is_mentioned_hears_of_the_comment_and_nobody_else(rita, ada, make_user, reply):
    rosa = make_user("Rosa", "recruiter")
    mail.assign(actor=rita.actor, conversation_ids=[reply.thread_id], assignee_id=ada.id)
    mail.add_comment(actor=rita.actor, conversation_id=reply.thread_id, text="Between us.", mentioned_ids=[rosa.id])
    assert heard_by(rosa) == [
        ("Carl Candidate: Rita Example commented on the mail conversation", f"/messages/{reply.id}/")
    ]
    assert len(heard_by(ada)) == 1  # that it was given to her, not the comment
    assert heard_by(rita) == []
