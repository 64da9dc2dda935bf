"""A share that is held out without mail: who, how they are followed, and what the results page says of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.activity.verbs import get_verb
from rapport.jobs.tests.factories import JobFactory
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import InvalidInput
from rapport.lib.ids import new_id
from rapport.outreach import operations
from rapport.outreach.claiming import claim_due
from rapport.outreach.ledger import take_lease
from rapport.outreach.lift import HORIZON, list_followed, read_lift
from rapport.outreach.models import Enrollment, Sequence
from rapport.outreach.operations import SequenceDraft, StepDraft
from rapport.outreach.plans import load_plan
from rapport.outreach.tests.factories import EnrollmentFactory, MailboxFactory, SequenceFactory, make_person, make_step
from rapport.outreach.variants import is_held_out

pytestmark = pytest.mark.django_db


def people(count: int):
    return [make_person(f"P{place} Example", f"p{place}@example.net") for place in range(count)]


def followed(sequence, arm: str, *, days_ago: int = 40, candidate=None) -> Enrollment:
    """Somebody who was drawn so many days ago."""
    at = clock.now() - timedelta(days=days_ago)
    held = {"state": "exited", "exit_reason": "held_out"} if arm == "without" else {"state": "finished"}
    candidate = candidate or make_person("Carl Example", "none")
    return EnrollmentFactory(
        id=new_id(), sequence=sequence, candidate=candidate, next_due_at=None, enrolled_at=at, ended_at=at, **held
    )


def happen(row: Enrollment, verb: str, *, after_days: int = 5, job=None, **data) -> None:
    subjects = {"candidate": row.candidate_id, **({"job": job.id} if job else {})}
    found = record(get_verb(verb), actor=SYSTEM, subjects=subjects, data=data)
    Activity.objects.filter(id=found).update(occurred_at=row.enrolled_at + timedelta(days=after_days))


@pytest.fixture
def sequence():
    return SequenceFactory(held_out_percent=20, held_out_since=clock.now() - timedelta(days=100), name="Nurture")


def test_a_share_is_drawn_by_person_and_always_alike():
    sequence, ids = new_id(), [new_id() for _ in range(4000)]
    shares = {percent: sum(is_held_out(sequence, key, percent) for key in ids) for percent in (0, 10, 50, 100)}
    assert (shares[0], shares[100]) == (0, 4000)
    assert abs(shares[10] - 400) < 100
    assert abs(shares[50] - 2000) < 160
    ten = {key for key in ids if is_held_out(sequence, key, 10)}
    assert ten == {key for key in ids if is_held_out(sequence, key, 10)}
    assert ten < {key for key in ids if is_held_out(sequence, key, 20)}
    assert ten != {key for key in ids if is_held_out(new_id(), key, 10)}


def test_who_is_held_out_gets_nothing_and_is_told_apart(rita, sign_in):
    sequence = SequenceFactory(held_out_percent=50)
    make_step(sequence)
    ids = [person.id for person in people(12)]
    held = [key for key in ids if is_held_out(sequence.id, key, 50)]
    rest = [key for key in ids if key not in held]
    wanted = {"actor": rita.actor, "sequence_id": sequence.id, "candidate_ids": ids}
    preview, result = operations.preview_enrollment(**wanted), operations.enroll(**wanted)
    assert (preview.ids, preview.held_out) == (result.ids, result.held_out) == (rest, tuple(held))
    rows = (
        Enrollment.objects.filter(candidate__in=held)
        .values_list("state", "exit_reason", "step", "next_due_at")
        .distinct()
    )
    assert list(rows) == ([("exited", "held_out", None, None)] if held else [])
    told = Activity.objects.filter(verb__in=["enrollment.created", "enrollment.held_out"]).order_by("verb")
    assert [row.verb for row in told] == ["enrollment.created"] * len(rest) + ["enrollment.held_out"] * len(held)
    assert len(claim_due(load_plan(sequence.id), lease=take_lease("test"), limit=50).parcels) == len(rest)
    again = operations.enroll(**wanted)
    assert (again.ids, again.held_out, len(again.excluded)) == ([], (), 12)

    page = sign_in(rita).get(reverse("outreach:detail", args=[sequence.id]), {"show": "held_out"})
    assert "50 % get nothing, by chance" in page.text
    counts = page.context["row"].counts
    assert (counts["active"], counts["held_out"], counts["exited"]) == (len(rest), len(held), 0)
    assert {line["candidate"].id for line in page.context["enrollments"]} == set(held)


def test_without_a_share_nobody_is_held_out(rita, sign_in):
    sequence = SequenceFactory()
    make_step(sequence)
    ids = [person.id for person in people(8)]
    result = operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=ids)
    assert (result.ids, result.held_out, read_lift(rita.actor, sequence)) == (ids, (), None)
    page = sign_in(rita).get(reverse("outreach:results", args=[sequence.id])).text
    assert "With mail and without" not in page
    assert "No step of this sequence has variants." in page


def test_what_counts_and_what_does_not(rita, sequence):
    mailed, held, fresh = (
        followed(sequence, "with"),
        followed(sequence, "without"),
        followed(sequence, "with", days_ago=29),
    )
    for row in (mailed, held, fresh):
        happen(row, "application.created")
    happen(held, "message.received", kind="reply")
    silent = followed(sequence, "with")
    happen(silent, "application.created", after_days=HORIZON.days)  # too late
    happen(silent, "message.received", kind="auto_reply")
    happen(silent, "application.created", job=JobFactory(is_confidential=True))  # of which this person knows nothing
    early = followed(sequence, "without", days_ago=101)  # before the share was chosen
    followed(sequence, "with", candidate=early.candidate)
    followed(sequence, "without", days_ago=35, candidate=mailed.candidate)  # the second time
    found = read_lift(rita.actor, sequence)
    assert (found.people, found.counted) == ({"with": 3, "without": 1}, {"with": 2, "without": 1})
    assert {key: count for key, count in found.happened.items() if count} == {
        ("with", "applied"): 1, ("without", "applied"): 1, ("without", "wrote"): 1,
    }  # fmt: skip
    shown = [list_followed(rita.actor, sequence, arm, show) for arm, show in (("with", "applied"), ("without", "all"))]
    assert [[row.enrollment_id for row in rows] for rows in shown] == [[mailed.id], [held.id]]


def test_the_page_says_what_the_mails_bring(rita, sign_in, sequence):
    for place in range(120):
        row = followed(sequence, "with" if place % 2 else "without", days_ago=90 - place // 4)
        if place % 2 and place % 8 != 1:
            happen(row, "application.created")
    client, url = sign_in(rita), reverse("outreach:results", args=[sequence.id])
    page = client.get(url)
    (applied, wrote) = page.context["lift"]["rows"]
    assert (applied["words"], wrote["words"]) == ("The mails bring more", "Not enough data")
    assert [(cell["count"], cell["rate"]) for cell in applied["cells"]] == [(45, "75.0%"), (0, "0.0%")]
    assert applied["difference"].startswith("+75.0 points, between +")
    people_url = reverse("outreach:lift_people", args=[sequence.id])
    assert f'href="{people_url}?arm=with&amp;show=applied">45</a>' in page.text
    first = client.get(people_url, {"arm": "with", "show": "all"})
    assert (len(first.context["rows"]), len(client.get(first.context["next_url"]).context["rows"])) == (50, 10)
    assert len(client.get(people_url, {"arm": "nobody", "show": "applied"}).context["rows"]) == 45


def test_the_results_take_as_many_statements_for_many_as_for_few(rita, sign_in):
    client, counts = sign_in(rita), []
    for number in (2, 20):
        sequence = SequenceFactory(held_out_percent=20, held_out_since=clock.now() - timedelta(days=100))
        for place in range(number):
            followed(sequence, "with" if place % 2 else "without")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("outreach:results", args=[sequence.id])).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_who_may_not_see_the_sequence_sees_nobody(rita, hugo, ines, emma, sign_in, sequence):
    url = reverse("outreach:lift_people", args=[sequence.id])
    assert [sign_in(user).get(url).status_code for user in (rita, hugo, ines, emma)] == [200, 403, 403, 403]
    secret = SequenceFactory(job=JobFactory(is_confidential=True), held_out_since=clock.now())
    assert sign_in(rita).get(reverse("outreach:lift_people", args=[secret.id])).status_code == 404


def test_another_share_begins_anew_and_none_keeps_what_there_was(rita):
    mailbox = MailboxFactory(owner=rita)
    draft = SequenceDraft(name="Nurture", mailbox_id=mailbox.id, held_out_percent=10)
    step = StepDraft(subject="Hello", body="Hi")
    sequence = operations.create_sequence(actor=rita.actor, draft=draft, steps=[step])
    assert sequence.held_out_since == sequence.created_at
    before = clock.now() - timedelta(days=9)
    Sequence.objects.update(held_out_since=before)
    for percent, is_new in ((10, False), (0, False), (30, True)):
        step = StepDraft(subject="Hello", body="Hi", id=sequence.steps.get().id)
        draft = SequenceDraft(name="Nurture", mailbox_id=mailbox.id, held_out_percent=percent)
        operations.save_sequence(actor=rita.actor, sequence_id=sequence.id, draft=draft, steps=[step])
        sequence.refresh_from_db()
        assert (sequence.held_out_percent, sequence.held_out_since > before) == (percent, is_new)
    with pytest.raises(InvalidInput) as problem:
        operations.create_sequence(actor=rita.actor, draft=SequenceDraft(name="B", held_out_percent=51), steps=[])
    assert problem.value.fields == {"held_out_percent": "Enter a share from 0 to 50 percent."}
