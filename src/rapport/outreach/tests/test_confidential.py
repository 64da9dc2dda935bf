"""Sequences for a confidential job are its hiring team's; others do not learn that there are any."""

import pytest
from tests.servers import smtp as real_smtp

from rapport.activity.queries import list_timeline
from rapport.jobs.models import HiringTeamMember
from rapport.jobs.tests.factories import JobFactory
from rapport.lib import clock
from rapport.lib.errors import NotFound
from rapport.mail.models import Message
from rapport.mail.operations import receive
from rapport.mail.queries import get_message, get_thread, list_conversations
from rapport.mail.tests.examples import answer
from rapport.outreach import operations, queries
from rapport.outreach.engine import Engine
from rapport.outreach.may_write import may_write
from rapport.outreach.models import Delivery
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
