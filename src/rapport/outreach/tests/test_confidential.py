"""Sequences for a confidential job are its hiring team's; others do not learn that there are any."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.servers import smtp as real_smtp

from rapport.activity.operations import record
from rapport.activity.queries import list_timeline
from rapport.candidates.operations import recount_relationships
from rapport.candidates.relationship_queries import find_closeness
from rapport.jobs.models import HiringTeamMember
from rapport.jobs.operations import update_job
from rapport.jobs.tests.factories import JobFactory
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import Conflict, NotFound
from rapport.mail.activities import MESSAGE_RECEIVED
from rapport.mail.models import Message
from rapport.mail.operations import add_comment, mark_done, receive, send_message
from rapport.mail.queries import count_conversations, get_message, get_thread, list_conversations
from rapport.mail.tests.examples import answer
from rapport.mail.timeline import load_comments, load_messages
from rapport.outreach import operations, queries
from rapport.outreach.engine import Engine
from rapport.outreach.may_write import may_write
from rapport.outreach.models import Delivery, Sequence
from rapport.outreach.operations import SequenceDraft
from rapport.outreach.tests.factories import EnrollmentFactory, MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret():
    return SequenceFactory(name="Next head of finance", job=JobFactory(is_confidential=True))


def test_colleagues_outside_the_team_do_not_find_it(rita, ada, secret, sign_in) -> None:
    step = make_step(secret, kind="approval")
    enrollment = EnrollmentFactory(sequence=secret, step=step, next_due_at=None)
    delivery = Delivery.objects.create(
        enrollment=enrollment, step=step, attempt=1, version=step.versions.get(), mailbox=secret.mailbox, state="planned",
        message_id="a@example.org", address="carl@example.net", claimed_at=clock.now(),
    )  # fmt: skip
    enrollment.delivery_id = delivery.id
    enrollment.save(update_fields=["delivery_id"])
    for user in (rita, ada):
        client, actor = sign_in(user), user.actor
        for page in ("", "edit", "dry-run", "results/"):
            assert client.get(f"/sequences/{secret.id}/{page}").status_code == 404
        assert "Next head of finance" not in client.get("/sequences/").content.decode()
        assert "Next head of finance" not in client.get("/sequences/waiting").content.decode()
        assert queries.list_startable(actor) == []
        assert queries.count_unapproved(actor, [delivery.id]) == 0
        assert may_write(actor, enrollment.candidate_id).enrollments == []
        assert operations.exit_enrollments(actor=actor, enrollment_ids=[enrollment.id]) == 0
        with pytest.raises(NotFound):
            operations.pause_sequence(actor=actor, sequence_id=secret.id)
        with pytest.raises(NotFound):
            operations.decline_delivery(actor=actor, delivery_id=delivery.id)
        with pytest.raises(NotFound):
            operations.enroll(actor=actor, sequence_id=secret.id, candidate_ids=[enrollment.candidate_id])


def test_its_team_works_with_it(rita, secret, sign_in) -> None:
    make_step(secret)
    HiringTeamMember.objects.create(job=secret.job, user=rita)
    assert "Next head of finance" in sign_in(rita).get("/sequences/").content.decode()
    assert sign_in(rita).get(f"/sequences/{secret.id}/").status_code == 200
    assert operations.pause_sequence(actor=rita.actor, sequence_id=secret.id).state == "paused"


@pytest.mark.django_db(transaction=True)
def test_its_mail_and_the_answers_are_read_by_the_team_only(rita, ada, make_user) -> None:
    mira = make_user("Mira", "recruiter")
    carl = make_person("Carl Example", "carl@example.net")
    engine = Engine(lanes=1, batch=10, lease_s=30)
    with real_smtp.running() as outbox:
        secret = SequenceFactory(
            name="Next head of finance",
            job=JobFactory(is_confidential=True),
            mailbox=MailboxFactory(smtp_port=outbox.port),
        )
        HiringTeamMember.objects.create(job=secret.job, user=rita)
        make_step(secret)
        operations.enroll(actor=rita.actor, sequence_id=secret.id, candidate_ids=[carl.id])
        engine.run_until_idle()
        engine.stop()
    sent = Message.objects.get()
    reply = receive(mailbox=secret.mailbox, data=answer(to=sent))
    assert reply is not None
    assert reply.subjects["job"] == str(secret.job_id)

    def verbs(user) -> set[str]:
        found = list_timeline(user.actor, carl.id).activities
        return {row.verb for row in found if not row.verb.startswith("candidate.")}

    assert verbs(rita) >= {"enrollment.created", "enrollment.finished", "message.sent", "message.received"}
    assert verbs(mira) == verbs(ada) == set()
    assert [row.id for row in list_conversations(rita.actor)] == [sent.thread_id]
    assert [row.id for row in get_thread(rita.actor, sent.id).messages] == [sent.id, reply.id]
    for user in (mira, ada):
        assert list_conversations(user.actor) == []
        for message in (sent, reply):
            with pytest.raises(NotFound):
                get_message(user.actor, message.id)
            with pytest.raises(NotFound):
                get_thread(user.actor, message.id)


def test_a_thread_is_hidden_as_a_whole(rita, make_user, secret) -> None:
    """It began about nothing in particular; a later mail in it quotes what is confidential, and is quoted in turn."""
    mira = make_user("Mira", "recruiter")
    HiringTeamMember.objects.create(job=secret.job, user=rita)
    carl = make_person("Carl Example", "carl@example.net")
    first = _write(mira, secret.mailbox, {"candidate": carl.id})
    reply = receive(mailbox=secret.mailbox, data=answer(to=first, sender="carl@example.net"))
    assert reply is not None
    add_comment(actor=mira.actor, conversation_id=first.thread_id, text="Is he free?")
    other = _write(mira, secret.mailbox, {"candidate": carl.id})
    assert receive(mailbox=secret.mailbox, data=answer(to=other, sender="carl@example.net")) is not None
    assert {row.id for row in list_conversations(mira.actor)} == {first.thread_id, other.thread_id}

    _write(rita, secret.mailbox, {"candidate": carl.id, "job": secret.job_id}, answers_id=reply.id)
    assert [row.id for row in list_conversations(mira.actor)] == [other.thread_id]
    assert count_conversations(mira.actor)["waiting"] == 1
    assert list_conversations(mira.actor, words="job for you") == list_conversations(mira.actor)
    for row in (first, reply):
        with pytest.raises(NotFound):
            get_message(mira.actor, row.id)
    with pytest.raises(NotFound):
        add_comment(actor=mira.actor, conversation_id=first.thread_id, text="Hello?")
    with pytest.raises(NotFound):
        mark_done(actor=mira.actor, conversation_ids=[first.thread_id])
    activities = list_timeline(mira.actor, carl.id).activities
    shown = {extra["message"].thread_id for extra in load_messages(mira.actor, activities).values() if extra["message"]}
    assert shown == {other.thread_id}
    assert not any(extra["comment"] for extra in load_comments(mira.actor, activities).values())
    assert len(list_conversations(rita.actor)) == 2
    update_job(actor=rita.actor, job_id=secret.job_id, is_confidential=False)
    assert len(list_conversations(mira.actor)) == 2


def test_the_page_of_a_message_asks_once_what_is_hidden(rita, secret, sign_in) -> None:
    sent = _write(rita, secret.mailbox, {"candidate": make_person().id})
    reply = receive(mailbox=secret.mailbox, data=answer(to=sent, sender="carl@example.net"))
    assert reply is not None
    thread = get_thread(rita.actor, reply.id)
    assert [row.id for row in thread.messages] == [sent.id, reply.id]
    assert (thread.conversation.id, thread.is_in_inbox) == (sent.thread_id, True)
    client = sign_in(rita)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/messages/{reply.id}/").status_code == 200
    about = [row["sql"] for row in asked.captured_queries]
    assert len([sql for sql in about if '"is_confidential"' in sql]) == 1
    assert len([sql for sql in about if 'FROM "outreach_sequence"' in sql]) == 1
    assert len([sql for sql in about if 'FROM "mail_conversation"' in sql]) == 1


def test_the_name_of_a_hidden_sequence_is_free_for_others(rita, ada, secret, sign_in) -> None:
    """That a name is taken is said of those alone that one may see."""
    for user, draft in ((rita, SequenceDraft(name="next head of FINANCE")), (ada, SequenceDraft(name="Other"))):
        operations.create_sequence(actor=user.actor, draft=draft)
    with pytest.raises(Conflict, match="named “next head of finance”"):
        operations.create_sequence(actor=ada.actor, draft=SequenceDraft(name="next head of finance"))
    HiringTeamMember.objects.create(job=secret.job, user=ada)
    with pytest.raises(Conflict, match="named “Next head of Finance”"):
        operations.create_sequence(
            actor=ada.actor, draft=SequenceDraft(name="Next head of Finance", job_id=secret.job_id)
        )
    other = Sequence.objects.get(name="Other")
    draft = SequenceDraft(name="Next head of finance", mailbox_id=other.mailbox_id)
    with pytest.raises(Conflict):
        operations.save_sequence(actor=ada.actor, sequence_id=other.id, draft=draft, steps=[])
    assert sorted(Sequence.objects.values_list("name", flat=True)) == [
        "Next head of finance", "Other", "next head of FINANCE",
    ]  # fmt: skip


def test_one_job_has_one_sequence_of_a_name_whoever_looks(secret) -> None:
    for job in (secret.job, None):
        SequenceFactory(name="Twice", job=job)
        with pytest.raises(IntegrityError, match="outreach_sequence_name_unique"), transaction.atomic():
            SequenceFactory(name="twice", job=job)


def test_who_is_in_a_hidden_sequence_is_not_counted_as_being_elsewhere(rita, ada, secret) -> None:
    HiringTeamMember.objects.create(job=secret.job, user=ada)
    open_to_all = SequenceFactory()
    make_step(open_to_all)
    carl = make_person()
    EnrollmentFactory(sequence=secret, candidate=carl)
    for user, elsewhere in ((ada, 1), (rita, 0)):
        found = operations.preview_enrollment(actor=user.actor, sequence_id=open_to_all.id, candidate_ids=[carl.id])
        assert (found.ids, found.elsewhere) == ([carl.id], elsewhere)


def test_how_close_we_are_counts_what_one_may_read(rita, secret) -> None:
    carl = make_person()
    now = clock.now()
    for days, about in ((1, {"job": secret.job_id}), (40, {})):
        at, subjects = now - timedelta(days=days), {"candidate": carl.id, **about}
        record(MESSAGE_RECEIVED, actor=SYSTEM, subjects=subjects, data={"kind": "reply"}, at=at)
    recount_relationships(candidate_ids=[carl.id])
    assert [sign.at for sign in find_closeness(rita.actor, carl.id).signs] == [now - timedelta(days=40)]
    HiringTeamMember.objects.create(job=secret.job, user=rita)
    assert len(find_closeness(rita.actor, carl.id).signs) == 2


def test_the_job_may_be_changed_and_what_went_before_goes_with_it(rita, ada, secret) -> None:
    """Mail of a sequence that had no job yet is about the job that it has now."""
    HiringTeamMember.objects.create(job=secret.job, user=ada)
    later = SequenceFactory(name="Nameless", job=None)
    make_step(later)
    carl = make_person()
    operations.enroll(actor=rita.actor, sequence_id=later.id, candidate_ids=[carl.id])
    assert "enrollment.created" in {row.verb for row in list_timeline(rita.actor, carl.id).activities}
    Sequence.objects.filter(id=later.id).update(job=secret.job)
    assert "enrollment.created" not in {row.verb for row in list_timeline(rita.actor, carl.id).activities}
    assert "enrollment.created" in {row.verb for row in list_timeline(ada.actor, carl.id).activities}


def _write(user, mailbox, subjects, **more) -> Message:
    return send_message(
        actor=user.actor, mailbox_id=mailbox.id, to_address="carl@example.net", subject="A job for you", text="Hello Carl",
        subjects=subjects, **more,
    )  # fmt: skip
