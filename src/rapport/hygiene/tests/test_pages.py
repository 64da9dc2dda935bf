"""The pages of data health: what they show, whom they let in, and what they do."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.accounts.models import User
from rapport.candidates.models import Candidate
from rapport.hygiene.models import LinkageRun, Merge, Suggestion
from rapport.hygiene.operations import look_again
from rapport.hygiene.tests.test_linkage_of_the_pool import FAMILY, GIVEN, KRANICH, UMBRA, person
from rapport.lib.ids import new_id

HOUSES = ("", "Albatros", "Birke", "Ceder", "Dachs", "Esche", "Fasan", "Ginster", "Hafen")
pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> tuple[Candidate, Candidate]:
    two = (
        person("Amara Nwosu", KRANICH, UMBRA, title="Engineer"),
        person("Amara Nwosu", KRANICH, UMBRA, organisation="Kranich"),
    )
    look_again(candidate_ids=[row.id for row in two])
    return two


@pytest.fixture
def browser(client: Client, rita: User) -> Client:
    client.force_login(rita)
    return client


def test_the_list_shows_both_people_and_the_reasons(browser: Client, pair: tuple) -> None:
    page = browser.get(reverse("hygiene:suggestions"))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("Amara Nwosu") >= 2
    assert "Worked at the same place from the same month on" in text
    assert "Nobody seems" in browser.get(reverse("hygiene:suggestions") + "?kind=likely").content.decode()


def test_the_list_asks_the_same_number_of_statements_for_many(browser: Client, pair: tuple) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("hygiene:suggestions"))
        return len(queries)

    few = count()
    for place in range(1, 9):
        start = date(2001 + place, 1, 1)
        rows = [
            person(f"{GIVEN[place]} {FAMILY[place]}", (HOUSES[place], start), (f"{HOUSES[place]} Yard", start))
            for _ in range(2)
        ]
        look_again(candidate_ids=[row.id for row in rows])
    assert Suggestion.objects.count() == 9
    assert count() == few


def test_side_by_side_then_merge_then_take_apart_on_the_profile(browser: Client, pair: tuple) -> None:
    first, second = pair
    url = reverse("hygiene:compare", args=[first.id, second.id])
    text = browser.get(url + "?turned=1").content.decode()
    assert "differs" in text
    assert Merge.objects.count() == 0
    done = browser.post(url, {"title": "survivor"})
    assert done["Location"] == reverse("workspace:candidate", args=[first.id])
    merge = Merge.objects.get()
    profile = browser.get(done["Location"]).content.decode()
    assert "was merged into this profile" in profile
    assert browser.get(reverse("workspace:candidate", args=[second.id])).status_code == 302
    back = browser.post(reverse("hygiene:undo_merge", args=[merge.id]))
    assert back["Location"] == reverse("workspace:candidate", args=[second.id])
    assert browser.get(back["Location"]).status_code == 200


def test_not_the_same_by_button_and_its_undo(browser: Client, pair: tuple) -> None:
    suggestion = Suggestion.objects.get()
    answer = browser.post(reverse("hygiene:dismiss", args=[suggestion.id]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert reverse("hygiene:reopen", args=[suggestion.id]) in answer["HX-Trigger"]
    suggestion.refresh_from_db()
    assert suggestion.state == "dismissed"
    browser.post(reverse("hygiene:reopen", args=[suggestion.id]))
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


def test_all_sure_ones_with_a_preview_and_undo(browser: Client, pair: tuple) -> None:
    url = reverse("hygiene:merge_sure")
    suggestion = Suggestion.objects.get()
    assert str(suggestion.id) in browser.get(url).content.decode()
    assert Merge.objects.count() == 0
    done = browser.post(url, {"id": [str(suggestion.id), "nonsense"]})
    batch_id = Merge.objects.get().batch_id
    assert str(batch_id) in done["Location"]
    browser.post(reverse("hygiene:undo_batch", args=[batch_id]))
    assert Candidate.objects.filter(merged_into=None).count() == 2


def test_asking_for_a_look_through_the_pool_twice_queues_one(browser: Client) -> None:
    for _ in range(2):
        assert browser.post(reverse("hygiene:link_pool")).status_code == 302
    assert LinkageRun.objects.get().state == "waiting"


def test_a_bad_place_in_the_list_and_nobody_there(browser: Client, pair: tuple) -> None:
    first, _ = pair
    assert browser.get(reverse("hygiene:suggestions") + "?cursor=x").status_code == 422
    assert browser.get(reverse("hygiene:compare", args=[first.id, first.id])).status_code == 422
    assert browser.get(reverse("hygiene:compare", args=[first.id, new_id()])).status_code == 404
    assert browser.post(reverse("hygiene:dismiss", args=[new_id()])).status_code == 404
    assert browser.post(reverse("hygiene:undo_merge", args=[new_id()])).status_code == 404


@pytest.mark.parametrize("name", ["suggestions", "merge_sure"])
def test_who_may_not_merge_sees_nothing(client: Client, ines: User, pair: tuple, name: str) -> None:
    client.force_login(ines)
    assert client.get(reverse(f"hygiene:{name}")).status_code == 403
    first, second = pair
    assert client.post(reverse("hygiene:compare", args=[first.id, second.id])).status_code == 403
    assert client.post(reverse("hygiene:dismiss", args=[Suggestion.objects.get().id])).status_code == 403
    assert client.post(reverse("hygiene:link_pool")).status_code == 403
    assert Merge.objects.count() == 0
