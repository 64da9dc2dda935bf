"""Which place of the navigation is marked as the present one: exactly one, in the rail or in the settings."""

import re

import pytest

from rapport.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/jobs/", "Jobs"),
        ("/imports/", "Candidates"),
        ("/tags/", "Pools"),
        ("/settings/processes/", "Settings"),
        ("/settings/archive-reasons/", "Settings"),
        ("/settings/you/", "Settings"),
    ],
)
def test_one_place_of_the_rail_is_current(path: str, label: str, ada: User, sign_in) -> None:
    page = sign_in(ada).get(path).content.decode()
    rail = page.partition('<nav class="rail"')[2].partition("</nav>")[0]
    assert re.findall(r'aria-current="page"[^<]*>.*?class="rail-text">([^<]+)<', rail) == [label]
