"""Sequences for a confidential job are its hiring team's; others do not learn that there are any."""

import pytest

from rapport.jobs.models import HiringTeamMember
from rapport.jobs.tests.factories import JobFactory
from rapport.lib import clock
from rapport.lib.errors import NotFound
from rapport.outreach import operations, queries
from rapport.outreach.models import Delivery
from rapport.outreach.tests.factories import EnrollmentFactory, SequenceFactory, make_step

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
