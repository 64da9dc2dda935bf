"""Internal comments: among colleagues, on the page and the timeline, and never in anything that is sent."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.activity.models import Activity
from rapport.lib.errors import InvalidInput, NotAllowed, NotFound
from rapport.mail import operations
from rapport.mail.models import Comment
from rapport.mail.tests.examples import answer, recorded, send
from rapport.mail.timeline import load_comments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carl_known")]
SECRET = "Between us: he asks for more than we have."


@pytest.fixture
def rosa(make_user):
    return make_user("Rosa", "recruiter")


@pytest.fixture
def reply(rita, mailbox):
    return operations.receive(mailbox=mailbox, data=answer(to=send(rita, mailbox)))


def _say(user, reply, text=SECRET, mentioned=()):
    return operations.add_comment(
        actor=user.actor, conversation_id=reply.thread_id, text=text, mentioned_ids=[one.id for one in mentioned]
    )


def test_it_is_kept_and_recorded_with_who_is_mentioned_and_without_its_text(rita, rosa, reply):
    comment = _say(rita, reply, f"  {SECRET}\r\nTell me.\n", [rosa, rosa])
    assert (comment.text, comment.author_id, comment.mentioned_ids) == (f"{SECRET}\nTell me.", rita.id, [rosa.id])
    (entry,) = recorded("conversation.commented")
    assert entry.data == {"comment_id": str(comment.id), "mentioned_ids": [str(rosa.id)]}
    assert entry.subjects["candidate"] == reply.subjects["candidate"]


def test_an_answer_does_not_carry_it(rita, reply, mailbox, outbox):
    _say(rita, reply)
    sent = send(rita, mailbox, answers_id=reply.id)
    assert sent.state == "sent"
    texts = [part.get_payload(decode=True) for part in outbox.messages[-1].walk() if not part.is_multipart()]
    assert any(b"how are you?" in text for text in texts)
    assert not any(b"Between us" in text for text in texts)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 5_001])
def test_nothing_and_far_too_much_are_refused(rita, reply, text):
    with pytest.raises(InvalidInput):
        _say(rita, reply, text)
    assert not Comment.objects.exists()


def test_only_who_may_read_mail_can_be_mentioned(rita, hugo, reply):
    with pytest.raises(InvalidInput):
        _say(rita, reply, SECRET, [hugo])
    with pytest.raises(NotFound):
        operations.add_comment(actor=rita.actor, conversation_id=uuid4(), text="Where is it?")
    assert not Comment.objects.exists()


def test_only_its_author_deletes_it(rita, rosa, reply):
    comment = _say(rita, reply)
    with pytest.raises(NotAllowed):
        operations.delete_comment(actor=rosa.actor, comment_id=comment.id)
    operations.delete_comment(actor=rita.actor, comment_id=comment.id)
    assert not Comment.objects.exists()
    with pytest.raises(NotFound):
        operations.delete_comment(actor=rita.actor, comment_id=comment.id)
    assert len(recorded("conversation.uncommented")) == 1


def test_the_timeline_shows_it_to_who_may_read_mail(rita, hugo, rosa, reply):
    comment = _say(rita, reply, SECRET, [rosa])
    activities = list(Activity.objects.filter(verb="conversation.commented"))
    (shown,) = load_comments(rita.actor, activities).values()
    assert shown["comment"] == comment
    assert shown["comment"].mentioned == ["Rosa Example"]
    assert list(load_comments(hugo.actor, activities).values()) == [{"comment": None}]
    comment.delete()
    assert list(load_comments(rita.actor, activities).values()) == [{"comment": None}]


def test_it_is_written_and_deleted_on_the_page(rita, rosa, sign_in, reply):
    client, page = sign_in(rita), reverse("mail:message", args=[reply.id])
    url = reverse("mail:comment", args=[reply.thread_id])
    values = {"text": SECRET, "mentioned": [str(rosa.id)], "next": page}
    assert client.post(url, values, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    shown = client.get(page).content.decode()
    assert SECRET in shown
    assert "@Rosa Example" in shown
    assert shown.index("Yes, gladly.") < shown.index(SECRET)
    comment = Comment.objects.get()
    delete = reverse("mail:comment_delete", args=[comment.id])
    assert delete in shown
    assert delete not in sign_in(rosa).get(page).content.decode()
    assert sign_in(rosa).post(delete).status_code == 403
    response = sign_in(rita).post(delete, {"next": page})
    assert (response.status_code, response.url) == (302, page)
    assert not Comment.objects.exists()


def test_wrong_requests_and_roles(rita, hugo, sign_in, reply):
    url = reverse("mail:comment", args=[reply.thread_id])
    client = sign_in(rita)
    assert client.post(url, {"text": ""}, headers={"hx-request": "true"}).status_code == 422
    assert client.post(url, {"text": "x", "mentioned": "nonsense"}).status_code == 422
    assert client.post(reverse("mail:comment", args=[uuid4()]), {"text": "x"}).status_code == 404
    assert sign_in(hugo).post(url, {"text": "x"}).status_code == 403
    assert not Comment.objects.exists()


def test_a_conversation_needs_a_constant_number_of_statements(rita, rosa, sign_in, reply, mailbox):
    client, counts = sign_in(rita), []
    for more in (2, 18):
        for _ in range(more):
            last = operations.receive(mailbox=mailbox, data=answer(to=reply))
            operations.correct_intent(actor=rita.actor, message_id=last.id, kind="other")
            _say(rita, reply, SECRET, [rosa])
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("mail:message", args=[reply.id]))
        counts.append(len(captured))
    assert counts[0] == counts[1]
