"""What followers and owners really hear: each kind of news from the operation that makes it to the notice and the digest."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.core import mail

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.applications import operations as applications
from rapport.applications.activities import PROMISE_BROKEN
from rapport.applications.tests.factories import ReasonFactory
from rapport.candidates.tests.factories import CandidateFactory
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import SYSTEM
from rapport.mail.activities import MESSAGE_BOUNCED, MESSAGE_RECEIVED, MESSAGE_UNSUBSCRIBED
from rapport.notifications import operations, queries
from rapport.notifications.models import Notification
from rapport.notifications.reactions import tell_followers

pytestmark = pytest.mark.django_db


def hear() -> None:
    """As the worker does: all reactions of notifications to what is on record."""
    tell_followers(list(Activity.objects.order_by("id")))


def texts(user) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("id").values_list("text", flat=True))


def test_each_kind_of_news_arrives_and_is_in_the_digest(rita, ada, settings) -> None:
    settings.HAS_MAIL_SERVER = True
    carl, job = CandidateFactory(full_name="Carl Candidate"), JobFactory(title="Cook")
    operations.follow(actor=rita.actor, kind="candidate", subject_id=carl.id)
    application = applications.create_application(actor=ada.actor, candidate_id=carl.id, job_id=job.id)
    interview = job.stages.get(name="Interview")
    applications.move_application(actor=ada.actor, application_id=application.id, to_stage_id=interview.id)
    reason = ReasonFactory(side="rejected", name="Too far away")
    applications.archive_application(actor=ada.actor, application_id=application.id, reason_id=reason.id)
    applications.reopen_applications(actor=ada.actor, application_ids=[application.id])
    applications.hire_application(actor=ada.actor, application_id=application.id)
    subjects: dict[str, UUID] = {"candidate": carl.id}
    record(
        MESSAGE_RECEIVED, actor=SYSTEM, subjects=subjects, data={"kind": "reply", "answers_message_id": str(carl.id)}
    )
    record(MESSAGE_BOUNCED, actor=SYSTEM, subjects=subjects, data={"class": "hard"})
    record(MESSAGE_UNSUBSCRIBED, actor=SYSTEM, subjects=subjects, data={"by": "link"})
    hear()
    hear()
    expected = [
        "Carl Candidate: Ada Example put the candidate up for Cook",
        "Carl Candidate: Ada Example moved the application for Cook from Applied to Interview",
        "Carl Candidate: Ada Example ended the application for Cook, rejected: Too far away",
        "Carl Candidate: Ada Example took the application for Cook up again in Interview",
        "Carl Candidate: Ada Example marked the candidate as hired for Cook",
        "Carl Candidate answered",
        "Carl Candidate could not be reached by mail",
        "Carl Candidate asked for no more mail",
    ]
    assert texts(rita) == expected
    assert queries.count_unread(rita.actor) == 8
    assert texts(ada) == []
    assert operations.send_digest(user_id=rita.id, now=datetime(2026, 11, 23, 8, tzinfo=UTC)) is True
    (digest,) = mail.outbox
    assert [line for line in expected if line not in digest.body] == []


def test_owners_hear_without_following_and_following_a_job_tells_of_its_stages(rita, hugo, ada) -> None:
    carl, job = CandidateFactory(full_name="Carl Candidate", owner=rita), JobFactory(title="Cook", team=[hugo])
    operations.follow(actor=hugo.actor, kind="job", subject_id=job.id)
    application = applications.create_application(actor=ada.actor, candidate_id=carl.id, job_id=job.id)
    interview = job.stages.get(name="Interview")
    applications.move_application(actor=ada.actor, application_id=application.id, to_stage_id=interview.id)
    hear()
    moved = "Carl Candidate: Ada Example moved the application for Cook from Applied to Interview"
    assert moved in texts(rita)
    assert moved in texts(hugo)


def test_a_broken_promise_is_told_of_the_person_who_waits(rita) -> None:
    carl = CandidateFactory(full_name="Carl Candidate")
    operations.follow(actor=rita.actor, kind="candidate", subject_id=carl.id)
    data = {"job_title": "Cook", "hear_by_on": "2026-11-20"}
    record(PROMISE_BROKEN, actor=SYSTEM, subjects={"candidate": carl.id}, data=data)
    hear()
    assert texts(rita) == ["Carl Candidate has not heard about Cook by the promised day"]
