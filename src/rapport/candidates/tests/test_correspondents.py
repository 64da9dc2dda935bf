import pytest

from rapport.candidates.models import Candidate, ContactPoint
from rapport.lib import clock
from rapport.mail import people

pytestmark = pytest.mark.django_db


def test_mail_learns_whose_address_it_is_unless_it_is_shared():
    now = clock.now()
    carl = Candidate.objects.create(full_name="Carl Candidate", created_at=now, updated_at=now)
    for normal, is_shared in (("carl@example.org", False), ("office@example.org", True)):
        ContactPoint.objects.create(
            candidate=carl, kind="email", value=normal, normal=normal, is_shared=is_shared, created_at=now
        )
    assert people.find_subjects("carl@example.org") == {"candidate": carl.id}
    assert people.find_subjects("office@example.org") == {}
    assert people.find_subjects("nobody@example.org") == {}
    assert people.find_subjects("") == {}
