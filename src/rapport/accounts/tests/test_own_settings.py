"""One's own settings: name, time zone, appearance; and finding a time zone."""

from datetime import UTC, datetime

import pytest

from rapport.accounts.time_zones import find_time_zones

WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_name_and_time_zone_are_saved(emma, sign_in):
    client = sign_in(emma)
    data = {"full_name": "Emma Elsewhere", "time_zone": "Asia/Kolkata"}
    assert client.post("/settings/you/", data).status_code == 302
    emma.refresh_from_db()
    assert (emma.full_name, emma.time_zone) == ("Emma Elsewhere", "Asia/Kolkata")


def test_unknown_zone_is_refused_beside_the_field(emma, sign_in):
    page = sign_in(emma).post("/settings/you/", {"full_name": "Emma", "time_zone": "Middle/Earth"})
    assert page.status_code == 422
    assert "There is no time zone &#x27;Middle/Earth&#x27;." in page.content.decode()
    emma.refresh_from_db()
    assert emma.time_zone == "Europe/Berlin"


def test_the_bare_address_of_settings_leads_to_ones_own(emma, sign_in):
    answer = sign_in(emma).get("/settings/")
    assert (answer.status_code, answer["Location"]) == (302, "/settings/you/")


def test_address_cannot_be_changed_by_its_owner(emma, sign_in):
    answer = sign_in(emma).post("/account/email/", {"action_add": "", "email": "other@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/you/")


@pytest.mark.parametrize(
    ("query", "first", "offset"),
    [
        ("new york", "America/New_York", "UTC-5"),
        ("kolk", "Asia/Kolkata", "UTC+5:30"),
        ("munich", "Europe/Berlin", "UTC+1"),
        ("utc", "UTC", "UTC+0"),
    ],
)
def test_zone_is_found_by_city_or_name(query, first, offset):
    found = find_time_zones(query, WINTER)
    assert (found[0].name, found[0].offset) == (first, offset)


def test_nothing_typed_finds_nothing_and_a_region_at_most_eight():
    assert find_time_zones(" ", WINTER) == []
    assert len(find_time_zones("america", WINTER)) == 8


def test_zones_are_suggested_as_options(emma, sign_in):
    page = sign_in(emma).get("/settings/you/time-zones/?q=lisbon").content.decode()
    assert 'data-value="Europe/Lisbon"' in page


def test_a_new_password_is_asked_for_in_plain_words(emma, sign_in):
    emma.set_password("a long enough one")
    emma.save(update_fields=["password"])
    page = sign_in(emma).get("/account/password/change/").content.decode()
    for label in ("Current password", "New password", "New password again"):
        assert f">{label}</label>" in page
    assert "At least 10 characters, not only digits, and no password that many people use." in page
