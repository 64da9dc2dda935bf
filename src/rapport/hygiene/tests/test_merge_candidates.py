"""Merging two people, what it leads to, and taking it back with what happened since."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.test import Client
from django.urls import reverse

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.activity.queries import list_timeline
from rapport.applications import merge_operations as applications_merging
from rapport.applications.activities import APPLICATION_MOVED
from rapport.applications.models import Application, Promise
from rapport.applications.queries import get_application
from rapport.applications.tests.factories import ApplicationFactory, PromiseFactory
from rapport.candidates import operations as candidates
from rapport.candidates.activities import NOTE_ADDED
from rapport.candidates.models import Candidate, ContactPoint
from rapport.candidates.queries import get_candidate, names_of
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.hygiene.models import Merge, MergeChange
from rapport.hygiene.operations import merge_candidates, preview_merge, undo_merge
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import Conflict, InvalidInput, Moved, NotAllowed, NotFound
from rapport.mail.models import Message
from rapport.notifications import operations as notifications
from rapport.outreach.models import Enrollment
from rapport.outreach.operations import merging as outreach_merging
from rapport.outreach.tests.factories import EnrollmentFactory, MailboxFactory, SequenceFactory, make_step

pytestmark = pytest.mark.django_db
# Tables that name a candidate and are not moved, and why.
NOT_MOVED = {
    "hygiene.suggestion": "about the pair itself",
    "hygiene.merge": "the merge itself",
    "hygiene.matchkey": "made anew by following the record",
    "candidates.signal": "made anew by following the record",
    "candidates.relationship": "made anew by following the record",
    "intake.importrow": "says who a row became; readers follow merged_into",
}


@pytest.fixture
def two() -> tuple[Candidate, Candidate]:
    return CandidateFactory(full_name="Amara Nwosu", title="Engineer"), CandidateFactory(
        full_name="A. Nwosu", organisation="Kranich"
    )


def test_every_table_that_names_a_candidate_is_moved_or_says_why_not() -> None:
    """A new table with a candidate needs an operation that moves its rows, or a line in NOT_MOVED."""
    naming = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if (isinstance(field, ForeignKey) and field.related_model is Candidate) or field.attname == "candidate_id":
                naming.add(model._meta.label_lower)
    moved = candidates.MOVED | applications_merging.MOVED | outreach_merging.MOVED
    assert naming - moved - set(NOT_MOVED) == set()
    assert moved <= naming
    assert {"notifications.follow"} == notifications.MOVED


def test_the_survivor_gets_what_it_lacked_and_everything_moves(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    own = ContactPointFactory(candidate=stays, is_primary=True)
    theirs = ContactPointFactory(candidate=goes, is_primary=True)
    merge = merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.full_name, stays.title, stays.organisation) == ("Amara Nwosu", "Engineer", "Kranich")
    assert goes.merged_into_id == stays.id
    points = ContactPoint.objects.filter(candidate=stays).values_list("id", "is_primary")
    assert dict(points) == {own.id: True, theirs.id: False}
    [told] = Activity.objects.filter(verb="candidate.merged")
    assert told.data == {
        "merge_id": str(merge.id), "other_id": str(goes.id), "other_name": "A. Nwosu", "fields": ["organisation"],
    }  # fmt: skip
    assert Activity.objects.filter(verb="candidate.merged_away", subjects__candidate=str(goes.id)).count() == 1


def test_a_person_chooses_field_by_field(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    merge_candidates(
        actor=SYSTEM, survivor_id=stays.id, other_id=goes.id, chosen={"full_name": "other", "title": "other"}
    )
    stays.refresh_from_db()
    assert (stays.full_name, stays.title) == ("A. Nwosu", "")


def test_a_dry_run_says_what_would_happen_and_changes_nothing(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    ContactPointFactory(candidate=goes)
    preview = preview_merge(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    assert preview.outcome.values["organisation"] == "Kranich"
    assert preview.outcome.kept["organisation"] == "other"
    assert preview.moved == {"candidates.contactpoint": 1}
    assert (Merge.objects.count(), MergeChange.objects.count(), Activity.objects.count()) == (0, 0, 0)
    assert Candidate.objects.filter(merged_into=None).count() == 2


def test_old_addresses_lead_to_the_survivor(two: tuple[Candidate, Candidate], rita: User, client: Client) -> None:
    stays, goes = two
    merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    client.force_login(rita)
    answer = client.get(reverse("workspace:candidate", args=[goes.id]) + "?group=mail")
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("workspace:candidate", args=[stays.id]) + "?group=mail",
    )
    with pytest.raises(Moved) as moved:
        get_candidate(SYSTEM, goes.id)
    assert moved.value.after == stays.id
    assert names_of(SYSTEM, [goes.id]) == {goes.id: "Amara Nwosu"}
    note = client.post(reverse("candidates:note_add", args=[goes.id]), {"text": "Called"})
    assert (note.status_code, str(stays.id) in note["Location"]) == (307, True)


def test_two_applications_for_one_job_become_one_and_the_earlier_promise_holds(
    two: tuple[Candidate, Candidate],
) -> None:
    stays, goes = two
    kept = ApplicationFactory(candidate=goes)
    folded = ApplicationFactory(candidate=stays, job=kept.job, state="rejected", ended_at=clock.now())
    late = PromiseFactory(application=kept, hear_by_on=date(2026, 12, 20))
    early = PromiseFactory(application=folded, hear_by_on=date(2026, 12, 2))
    merge = merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    states = dict(Application.objects.values_list("id", "state"))
    assert states == {kept.id: "active", folded.id: "merged"}
    assert set(Application.objects.values_list("candidate_id", flat=True)) == {stays.id}
    assert dict(Promise.objects.values_list("id", "state")) == {late.id: "released", early.id: "open"}
    assert Promise.objects.get(id=early.id).application_id == kept.id
    with pytest.raises(Moved):
        get_application(SYSTEM, folded.id)
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    assert dict(Application.objects.values_list("id", "candidate_id")) == {kept.id: goes.id, folded.id: stays.id}
    assert dict(Promise.objects.values_list("id", "application_id")) == {late.id: kept.id, early.id: folded.id}


def test_two_enrollments_in_one_sequence_become_one(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    sequence = SequenceFactory()
    step = make_step(sequence)
    ahead = EnrollmentFactory(candidate=goes, sequence=sequence, step=step, sent_count=2)
    behind = EnrollmentFactory(candidate=stays, sequence=sequence, step=step, sent_count=1)
    elsewhere = EnrollmentFactory(candidate=goes)
    merge = merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    rows = {row.id: (row.state, row.exit_reason, row.candidate_id) for row in Enrollment.objects.all()}
    assert rows == {
        ahead.id: ("active", "", stays.id), behind.id: ("exited", "merged", stays.id), elsewhere.id: ("active", "", stays.id),
    }  # fmt: skip
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    rows = {row.id: (row.state, row.candidate_id) for row in Enrollment.objects.all()}
    assert rows == {ahead.id: ("active", goes.id), behind.id: ("active", stays.id), elsewhere.id: ("active", goes.id)}


def test_the_timeline_shows_both_histories_until_they_are_apart(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    told = record(NOTE_ADDED, actor=SYSTEM, subjects=[goes])
    merge = merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    assert told in [row.id for row in list_timeline(SYSTEM, stays.id).activities]
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    assert told not in [row.id for row in list_timeline(SYSTEM, stays.id).activities]
    assert told in [row.id for row in list_timeline(SYSTEM, goes.id).activities]


def make_message(person: Candidate, sender: str) -> Message:
    return Message.objects.create(
        thread_id=person.id, direction="in", state="received", kind="reply", mailbox=MailboxFactory(), message_id=f"{sender}{clock.now()}",
        from_address=sender, to_address="rita@example.org", subjects={"candidate": str(person.id)}, created_at=clock.now(),
        received_at=clock.now(),
    )  # fmt: skip


def test_what_came_through_the_other_goes_with_the_other(two: tuple[Candidate, Candidate]) -> None:
    from rapport.mail.activities import MESSAGE_RECEIVED
    from rapport.mail.subjects import subjects_of

    stays, goes = two
    application = ApplicationFactory(candidate=goes)
    address = ContactPointFactory(candidate=goes)
    merge = merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    old_thread, new_mail, own_mail = (
        make_message(goes, "else@example.org"),
        make_message(stays, address.normal),
        make_message(stays, "own@example.org"),
    )
    received = [
        record(MESSAGE_RECEIVED, actor=SYSTEM, subjects=subjects_of(row)) for row in (old_thread, new_mail, own_mail)
    ]
    application.refresh_from_db()
    moved = record(APPLICATION_MOVED, actor=SYSTEM, subjects=[application, application.candidate, application.job])
    note = record(NOTE_ADDED, actor=SYSTEM, subjects=[stays])
    shown = {row.id for row in list_timeline(SYSTEM, stays.id).activities}
    assert {*received, moved, note} <= shown
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    theirs = {row.id for row in list_timeline(SYSTEM, goes.id).activities}
    ours = {row.id for row in list_timeline(SYSTEM, stays.id).activities}
    assert {received[0], received[1], moved} <= theirs
    assert {received[2], note} <= ours
    assert not {received[0], received[1], moved} & ours
    assert not {received[2], note} & theirs
    assert {row.subjects["candidate"] for row in Message.objects.filter(id__in=[old_thread.id, new_mail.id])} == {
        str(goes.id)
    }
    assert Activity.objects.get(verb="candidate.unmerged").data["reassigned"] == 3


def test_what_somebody_changed_since_stays_as_they_left_it(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    address = ContactPointFactory(candidate=goes)
    merge = merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    version = Candidate.objects.get(id=stays.id).version
    candidates.update_candidate(actor=SYSTEM, candidate_id=stays.id, version=version, changes={"organisation": "Umbra"})
    candidates.remove_contact_point(actor=SYSTEM, candidate_id=stays.id, contact_point_id=address.id)
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    stays.refresh_from_db()
    assert stays.organisation == "Umbra"
    assert not ContactPoint.objects.filter(id=address.id).exists()
    assert stays.version > version


def test_a_later_merge_has_to_be_taken_back_first(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    third = CandidateFactory(full_name="Third Person")
    first = merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    second = merge_candidates(actor=SYSTEM, survivor_id=third.id, other_id=stays.id)
    with pytest.raises(Conflict, match="Amara Nwosu was merged into Third Person after this"):
        undo_merge(actor=SYSTEM, merge_id=first.id)
    with pytest.raises(Moved) as moved:
        get_candidate(SYSTEM, goes.id)
    assert moved.value.after == third.id
    undo_merge(actor=SYSTEM, merge_id=second.id)
    undo_merge(actor=SYSTEM, merge_id=first.id)
    assert Candidate.objects.filter(merged_into=None).count() == 3


def test_doing_it_twice_is_harmless(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    merge = merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    assert merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id).id == merge.id
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    assert Activity.objects.filter(verb="candidate.unmerged").count() == 1
    again = merge_candidates(actor=SYSTEM, survivor_id=goes.id, other_id=stays.id)
    assert again.id != merge.id


def test_who_may_not_and_what_makes_no_sense(two: tuple[Candidate, Candidate], rita: User, ines: User) -> None:
    stays, goes = two
    with pytest.raises(NotAllowed):
        merge_candidates(actor=ines.actor, survivor_id=stays.id, other_id=goes.id)
    with pytest.raises(InvalidInput):
        merge_candidates(actor=rita.actor, survivor_id=stays.id, other_id=stays.id)
    with pytest.raises(NotFound):
        merge_candidates(actor=rita.actor, survivor_id=stays.id, other_id=Merge().id)
    assert Candidate.objects.filter(merged_into=None).count() == 2
    merge = merge_candidates(actor=rita.actor, survivor_id=stays.id, other_id=goes.id)
    with pytest.raises(NotAllowed):
        undo_merge(actor=ines.actor, merge_id=merge.id)


def test_consent_and_last_contact_are_the_persons(two: tuple[Candidate, Candidate]) -> None:
    stays, goes = two
    later = clock.now() + timedelta(hours=1)
    Candidate.objects.filter(id=goes.id).update(last_contact_at=later)
    candidates.give_consent(actor=SYSTEM, candidate_id=goes.id, purpose="outreach", basis="consent")
    merge_candidates(actor=SYSTEM, survivor_id=stays.id, other_id=goes.id)
    stays.refresh_from_db()
    assert stays.last_contact_at == later
    assert stays.consents.count() == 1
