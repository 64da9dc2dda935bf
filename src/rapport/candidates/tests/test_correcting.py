"""Correcting many at once: only what still holds what it is said to hold, only by those who may, and back again."""

from datetime import date

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.models import Candidate, ContactPoint, Experience
from rapport.candidates.operations import Correction, correct_candidates, correct_periods, rewrite_contact_points
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.lib.errors import NotAllowed

pytestmark = pytest.mark.django_db


def to_pilot(person: Candidate, before: str = "Nurse") -> Correction:
    return Correction(person.id, person.id, {"title": before}, {"title": "Pilot"})


def test_who_was_changed_meanwhile_stays_and_doing_it_twice_does_nothing(rita: User) -> None:
    nurse, cook = CandidateFactory(title="Nurse"), CandidateFactory(title="Cook")
    wanted = [to_pilot(nurse), to_pilot(cook)]
    assert correct_candidates(actor=rita.actor, corrections=wanted) == wanted[:1]
    assert correct_candidates(actor=rita.actor, corrections=wanted) == []
    assert {row.id: (row.title, row.version) for row in Candidate.objects.all()} == {
        nurse.id: ("Pilot", 2), cook.id: ("Cook", 1),
    }  # fmt: skip
    told = Activity.objects.get(verb="candidate.updated")
    assert told.data == {"changed": ["title"], "before": {"title": "Nurse"}, "after": {"title": "Pilot"}}
    assert correct_candidates(actor=rita.actor, corrections=[wanted[0].reversed]) == [wanted[0].reversed]
    assert Candidate.objects.get(id=nurse.id).title == "Nurse"


def test_merged_people_are_passed_over(rita: User) -> None:
    stays = CandidateFactory(title="Nurse")
    gone = CandidateFactory(title="Nurse", merged_into=stays)
    assert correct_candidates(actor=rita.actor, corrections=[to_pilot(gone)]) == []


def test_other_columns_are_refused(rita: User) -> None:
    person = CandidateFactory()
    with pytest.raises(ValueError, match="version"):
        correct_candidates(
            actor=rita.actor, corrections=[Correction(person.id, person.id, {"version": 1}, {"version": 5})]
        )


def test_dates_belong_to_the_person_they_are_said_to_belong_to(rita: User) -> None:
    mine, other = CandidateFactory(), CandidateFactory()
    job = Experience.objects.create(candidate=mine, title="Nurse", start_on=date(2020, 1, 1))
    change = ({"start_on": date(2020, 1, 1)}, {"start_on": date(2019, 1, 1)})
    wrong, right = Correction(other.id, job.id, *change), Correction(mine.id, job.id, *change)
    assert correct_periods(actor=rita.actor, kind="experience", corrections=[wrong, right]) == [right]
    assert Experience.objects.get().start_on == date(2019, 1, 1)


def test_an_address_that_somebody_else_has_is_not_taken(rita: User) -> None:
    first, second = ContactPointFactory(value="a@gmial.com"), ContactPointFactory(value="b@gmial.com")
    ContactPointFactory(value="a@gmail.com")

    def meant(point: ContactPoint, address: str) -> Correction:
        before = {"value": point.value, "normal": point.normal, "status": "unverified", "status_note": ""}
        return Correction(point.candidate_id, point.id, before, {**before, "value": address, "normal": address})

    wanted = [meant(first, "a@gmail.com"), meant(second, "b@gmail.com")]
    assert rewrite_contact_points(actor=rita.actor, corrections=wanted) == wanted[1:]
    twice = [meant(first, "c@gmail.com"), Correction(second.candidate_id, second.id, dict(wanted[1].after), dict(meant(second, "c@gmail.com").after))]  # fmt: skip
    assert rewrite_contact_points(actor=rita.actor, corrections=twice) == []


@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_nobody_else_may(role: str, request: pytest.FixtureRequest) -> None:
    other: User = request.getfixturevalue(role)
    person = CandidateFactory(title="Nurse")
    for act in (
        lambda: correct_candidates(actor=other.actor, corrections=[to_pilot(person)]),
        lambda: correct_periods(actor=other.actor, kind="experience", corrections=[]),
        lambda: rewrite_contact_points(actor=other.actor, corrections=[]),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Candidate.objects.get().title == "Nurse"
