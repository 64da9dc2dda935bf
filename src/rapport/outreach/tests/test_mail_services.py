"""What a mail service tells of a sequence's mails does what the same told by mail does."""

import pytest

from rapport.activity.models import Activity
from rapport.lib import clock
from rapport.lib.ids import new_id
from rapport.mail import operations as mail
from rapport.mail.models import Message
from rapport.mail.operations import ServiceSettings
from rapport.mail.tests.calls import deliver, postmark_bounce, postmark_complaint, work
from rapport.outreach.models import Delivery, StepVersion
from rapport.outreach.reactions import follow_bounce, stop, watch_sequences
from rapport.outreach.tests.factories import EnrollmentFactory, SequenceFactory, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def postmark(ada):
    return mail.save_service(actor=ada.actor, kind="postmark", settings=ServiceSettings())


@pytest.fixture
def enrollment(rita):
    """Carl got the first mail of a sequence."""
    sequence = SequenceFactory(owner=rita)
    step = make_step(sequence)
    enrollment, key, now = EnrollmentFactory(sequence=sequence, step=step), new_id(), clock.now()
    Delivery.objects.create(
        id=key, enrollment=enrollment, step=step, attempt=1, version=StepVersion.objects.get(), mailbox=sequence.mailbox,
        state="sent", message_id="one@example.org", address="carl@example.org", claimed_at=now,
    )  # fmt: skip
    Message.objects.create(
        id=key, thread_id=key, direction="out", state="sent", mailbox=sequence.mailbox, is_bulk=True,
        message_id="one@example.org", from_address="rita@example.org", to_address="carl@example.org", subject="Hello",
        subjects={"candidate": str(enrollment.candidate_id), "enrollment": str(enrollment.id)}, created_at=now, sent_at=now,
    )  # fmt: skip
    return enrollment


def test_a_hard_bounce_ends_the_enrollment(postmark, enrollment):
    deliver(postmark, "events", postmark_bounce("carl@example.org"))
    assert work() == 1
    follow_bounce(Activity.objects.get(verb="message.bounced"))
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.exit_reason) == ("exited", "bounced")


def test_a_complaint_ends_it_and_counts_for_the_breaker(postmark, enrollment):
    deliver(postmark, "events", postmark_complaint("carl@example.org"))
    assert work() == 1
    told = list(Activity.objects.filter(verb="message.complained"))
    stop(told)
    watch_sequences(told)
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.exit_reason) == ("exited", "complained")
    enrollment.sequence.refresh_from_db()
    assert enrollment.sequence.state == "paused"
    assert "One person marked it as spam" in enrollment.sequence.pause_note
