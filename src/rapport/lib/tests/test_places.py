"""Places as people write them."""

import pytest

from rapport.lib.places import Place, find_place


@pytest.mark.parametrize(
    ("text", "city", "country_code"),
    [
        ("Berlin", "Berlin", "DE"),
        ("Berlin or remote in Germany", "Berlin", "DE"),
        ("Muenchen", "Munich", "DE"),
        ("München, Deutschland", "Munich", "DE"),
        ("Wien, Österreich", "Vienna", "AT"),
        ("Graz (AT)", "Graz", "AT"),
        ("London, UK", "London", "GB"),
        ("Greater Boston Area", "Boston", "US"),
        ("Austin TX", "Austin", "US"),
        ("Cambridge", "Cambridge", "GB"),
        ("Frankfurt", "Frankfurt am Main", "DE"),
    ],
)
def test_finds_the_city_that_is_meant(text: str, city: str, country_code: str) -> None:
    place = find_place(text)
    assert place is not None
    assert (place.city, place.country_code) == (city, country_code)


def test_a_state_or_country_chooses_among_cities_of_one_name() -> None:
    texas, france = find_place("Paris, TX"), find_place("Paris")
    assert texas is not None
    assert france is not None
    assert (texas.country_code, texas.time_zone) == ("US", "America/Chicago")
    assert (france.country_code, france.time_zone) == ("FR", "Europe/Paris")
    assert round(france.latitude or 0, 2) == 48.85


def test_a_country_alone_has_no_position() -> None:
    assert find_place("Portugal") == Place("", "PT")


@pytest.mark.parametrize("text", ["", "Remote", "  ,; ", "Qwertzuiop", "???"])
def test_what_is_no_place_is_none(text: str) -> None:
    assert find_place(text) is None
