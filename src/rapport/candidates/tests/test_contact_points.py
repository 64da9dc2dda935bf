import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import operations
from rapport.candidates.models import ContactPoint
from rapport.candidates.operations import SamePerson
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.lib.errors import InvalidInput, NotAllowed

pytestmark = pytest.mark.django_db


def add(user: User, candidate, value: str, kind: str = "email", **options) -> ContactPoint:
    return operations.add_contact_point(actor=user.actor, candidate_id=candidate.id, kind=kind, value=value, **options)


def test_the_first_of_a_kind_is_primary_and_the_next_may_become_it(rita: User) -> None:
    carl = CandidateFactory()
    first, second = add(rita, carl, "a@example.org"), add(rita, carl, "b@example.org")
    assert (first.is_primary, second.is_primary) == (True, False)

    operations.change_contact_point(actor=rita.actor, candidate_id=carl.id, contact_point_id=second.id, is_primary=True)
    first.refresh_from_db()
    assert first.is_primary is False

    operations.remove_contact_point(actor=rita.actor, candidate_id=carl.id, contact_point_id=second.id)
    first.refresh_from_db()
    assert first.is_primary is True
    verbs = list(Activity.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["contact_point.added"] * 2 + ["contact_point.changed", "contact_point.removed"]


def test_adding_the_same_twice_is_harmless(rita: User) -> None:
    carl = CandidateFactory()
    assert add(rita, carl, "a@example.org").id == add(rita, carl, " A@Example.org").id
    assert Activity.objects.count() == 1


def test_an_address_of_somebody_else_is_refused_unless_it_is_shared(rita: User) -> None:
    theirs = ContactPointFactory(value="office@example.org", candidate__full_name="Dora")
    carl = CandidateFactory()
    with pytest.raises(SamePerson) as refusal:
        add(rita, carl, "Office@example.org")
    assert refusal.value.candidate_id == theirs.candidate_id

    assert add(rita, carl, "Office@example.org", is_shared=True).is_shared


def test_a_number_is_read_as_of_the_country_of_the_candidate(rita: User) -> None:
    carl = CandidateFactory(country_code="AT")
    assert add(rita, carl, "0664 1234567", kind="phone").normal == "+436641234567"
    with pytest.raises(InvalidInput) as refusal:
        add(rita, carl, "nonsense")
    assert list(refusal.value.fields) == ["value"]


def test_bounces_mark_addresses_in_one_go(rita: User) -> None:
    points = [ContactPointFactory(value=f"carl{number}@example.org") for number in range(3)]
    normals = [point.normal for point in points]

    count = operations.mark_contact_points(
        actor=rita.actor, kind="email", normals=normals[:2], status="bounced", note="No such user"
    )
    again = operations.mark_contact_points(actor=rita.actor, kind="email", normals=normals[:2], status="bounced")

    assert (count, again) == (2, 0)
    assert list(ContactPoint.objects.order_by("normal").values_list("status", flat=True)) == [
        "bounced",
        "bounced",
        "unverified",
    ]
    assert Activity.objects.filter(verb="contact_point.changed").count() == 2


def test_a_hiring_manager_who_sees_nobody_changes_nobody(hugo: User) -> None:
    from rapport.lib.errors import NotFound

    with pytest.raises((NotFound, NotAllowed)):
        add(hugo, CandidateFactory(), "a@example.org")
    assert not ContactPoint.objects.exists()
