import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import operations
from rapport.candidates.drafts import CandidateDraft, ContactPointDraft
from rapport.candidates.models import Candidate
from rapport.candidates.operations import SamePerson
from rapport.candidates.tests.factories import ContactPointFactory
from rapport.lib.errors import InvalidInput, NotAllowed

pytestmark = pytest.mark.django_db
CARL = CandidateDraft("Carl Candidate", contact_points=(ContactPointDraft("email", "carl@example.org"),), source="Fair")


def test_a_person_added_by_hand_is_recorded(rita: User) -> None:
    carl = operations.create_candidate(actor=rita.actor, draft=CARL)

    assert (carl.full_name, carl.source.name, carl.version) == ("Carl Candidate", "Fair", 1)
    activity = Activity.objects.get(verb="candidate.created")
    assert (activity.actor_id, activity.data) == (rita.id, {"source": "Fair", "origin": "hand"})


def test_the_same_address_is_refused_and_names_the_person(rita: User) -> None:
    point = ContactPointFactory(value="Carl@example.org", candidate__full_name="Carl Senior")

    with pytest.raises(SamePerson) as refusal:
        operations.create_candidate(actor=rita.actor, draft=CARL)

    assert refusal.value.candidate_id == point.candidate_id
    assert str(refusal.value) == (
        "carl@example.org belongs to Carl Senior. Open that profile and add what is new there."
    )
    assert Candidate.objects.count() == 1


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (CandidateDraft("  "), "full_name"),
        (CandidateDraft("Carl", contact_points=(ContactPointDraft("email", "carl@"),)), "contact_points"),
    ],
)
def test_what_makes_no_sense_is_named(rita: User, draft: CandidateDraft, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        operations.create_candidate(actor=rita.actor, draft=draft)
    assert list(refusal.value.fields) == [field]
    assert not Candidate.objects.exists()


def test_an_interviewer_may_not_add_people(ines: User) -> None:
    with pytest.raises(NotAllowed):
        operations.create_candidate(actor=ines.actor, draft=CARL)
    assert not Candidate.objects.exists()
