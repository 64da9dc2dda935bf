"""Places as people write them."""

from functools import cache
from pathlib import Path

import pytest

from rapport.lib import places
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


SMALL = {"graz": [["Graz", "AT", 47.06733, 15.44197, "Europe/Vienna", "06", 222326]]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, with nothing read yet; what other tests have read stays."""
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(places, "_gazetteer", cache(places._gazetteer.__wrapped__))
    return tmp_path / "cache"


def test_the_prepared_gazetteer_is_the_same_and_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = places._read_gazetteer()
    monkeypatch.setattr(places, "_read_gazetteer", lambda: read)
    assert places.prepare()
    assert not places.prepare()
    monkeypatch.setattr(places, "_read_gazetteer", lambda: pytest.fail("the prepared file was not used"))
    assert places._gazetteer() == read
    assert find_place.__wrapped__("Graz (AT)") == Place("Graz", "AT", 47.06733, 15.44197, "Europe/Vienna")


@pytest.mark.parametrize("content", [b"", b"\xff\xff", b"[]", b"{0"])
def test_a_damaged_file_is_passed_over(folder: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_read_gazetteer", lambda: SMALL)
    folder.mkdir()
    places._prepared_file().write_bytes(content)
    assert places._gazetteer() == SMALL


def test_a_file_of_another_version_goes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_read_gazetteer", lambda: SMALL)
    folder.mkdir()
    (folder / "places-0.1-1.json").write_bytes(b"old")
    places.prepare()
    assert list(folder.iterdir()) == [places._prepared_file()]
