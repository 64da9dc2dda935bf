"""Looking through the pool: as a whole and for whoever is new, without what says nothing, and with a memory."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.activity.models import Activity
from rapport.candidates.models import Candidate, ContactPoint, Experience
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.hygiene.models import LinkageRun, MatchKey, Suggestion
from rapport.hygiene.operations import (
    ask_for_linkage,
    dismiss_suggestion,
    linking,
    look_again,
    merge_candidates,
    merge_sure,
    reopen_suggestion,
    run_linkage,
    undo_batch,
)
from rapport.hygiene.pool_keys import keys_of
from rapport.lib import clock
from rapport.lib.actors import SYSTEM

GIVEN = [
    "Amara",
    "Lena",
    "Tobias",
    "Seun",
    "Svenja",
    "Ismail",
    "Ravi",
    "Noor",
    "Emeka",
    "Mathilde",
    "Priya",
    "Matteo",
    "Olek",
    "Jannis",
    "Hanna",
    "Dario",
    "Yuki",
    "Anselm",
    "Beatriz",
    "Leopold",
    "Ingrid",
    "Carmen",
    "Dimitra",
    "Elif",
    "Farid",
    "Giulia",
    "Hamza",
    "Jamal",
    "Kofi",
    "Marek",
    "Nadia",
    "Oskar",
    "Quentin",
    "Rania",
    "Stefan",
    "Tamar",
    "Ulrike",
    "Viktor",
    "Wanda",
    "Xenia",
]
FAMILY = [
    "Nwosu",
    "Brandvold",
    "Achterberg",
    "Ferrandiz",
    "Maiwald",
    "Karahan",
    "Wilczek",
    "Dalen",
    "Danjuma",
    "Rosenquist",
    "Bellincioni",
    "Sowa",
    "Vandeputte",
    "Hrynko",
    "Uhlenbrock",
    "Conti",
    "Sohrabi",
    "Tanabe",
    "Okafor",
    "Quintela",
    "Keary",
    "Aigner",
    "Haldorsen",
    "Pereira",
    "Benali",
    "Nygaard",
    "Ortega",
    "Papadaki",
    "Rahimi",
    "Moretti",
    "Siddiqui",
    "Varga",
    "Mensah",
    "Haddad",
    "Novotny",
    "Petrova",
    "Lindqvist",
    "Steiner",
    "Dubois",
    "Farouk",
]
pytestmark = pytest.mark.django_db


def person(full_name: str, *jobs: tuple[str, date], city: str = "Gent", **fields) -> Candidate:
    given, _, family = full_name.partition(" ")
    row = CandidateFactory(
        full_name=full_name, given_name=given, family_name=family, city=city, country_code="BE", **fields
    )
    for organisation, start_on in jobs:
        Experience.objects.create(candidate=row, title="Engineer", organisation=organisation, start_on=start_on)
    return row


KRANICH, UMBRA = ("Kranich Mobil", date(2019, 3, 1)), ("Umbra Data", date(2015, 9, 1))


def pairs() -> set[frozenset]:
    return {frozenset((row.first_id, row.second_id)) for row in Suggestion.objects.filter(state="open")}


def run() -> LinkageRun:
    return run_linkage(run_id=ask_for_linkage(actor=SYSTEM).id)


def test_the_same_career_under_a_slip_of_the_name_is_suggested_with_reasons() -> None:
    amara, slip = person("Amara Nwosu", KRANICH, UMBRA), person("Amarra Nwosu", KRANICH, UMBRA)
    person("Otto Sowa", KRANICH)
    done = run()
    assert (done.state, done.total_count, done.found_count) == ("done", 3, 1)
    assert pairs() == {frozenset((amara.id, slip.id))}
    suggestion = Suggestion.objects.get()
    assert "Worked at the same place from the same month on" in suggestion.reasons
    assert "Given names differ by a slip" in suggestion.reasons


def test_namesakes_with_other_careers_are_left_alone() -> None:
    person("Amara Nwosu", KRANICH)
    person("Amara Nwosu", ("Other House", date(2010, 1, 1)), ("Third House", date(2012, 5, 1)), city="Oslo")
    run()
    assert pairs() == set()


def test_a_shared_or_role_address_and_empty_values_join_nobody() -> None:
    for name in ("Amara Nwosu", "Otto Sowa", "Lena Dalen"):
        row = CandidateFactory(full_name=name)
        ContactPointFactory(candidate=row, kind="phone", value="+49305550100", normal="+49305550100", is_shared=True)
        ContactPointFactory(candidate=row, value=f"info@{name[0].lower()}.example.org")
    run()
    assert look_again(candidate_ids=list(Candidate.objects.values_list("id", flat=True))) == 0
    assert Suggestion.objects.count() == 0


def test_what_very_many_share_joins_nobody() -> None:
    for place in range(40):
        person(f"{GIVEN[place]} {FAMILY[place]}", ("Huge Works", date(2020, 1, 1)))
    run()
    assert Suggestion.objects.count() == 0


def test_somebody_new_is_found_at_once_in_a_constant_number_of_statements() -> None:
    run()
    amara = person("Amara Nwosu", KRANICH, UMBRA)
    assert look_again(candidate_ids=[amara.id]) == 0
    twice = person("Amara Nwosu", KRANICH, UMBRA)
    with CaptureQueriesContext(
        connection,
    ) as first:
        assert look_again(candidate_ids=[twice.id]) == 1
    others = [person(f"{GIVEN[place]} {FAMILY[place]}", KRANICH).id for place in range(1, 11)]
    with CaptureQueriesContext(connection) as many:
        look_again(candidate_ids=[twice.id, *others])
    assert len(many) <= len(first) + 1
    assert pairs() == {frozenset((amara.id, twice.id))}


def test_keys_do_not_wait_in_a_list_that_every_search_reads() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'hygiene_matchkey_keys'")
        assert cursor.fetchone() == (["fastupdate=off"],)


def test_a_suggestion_goes_when_its_reasons_do() -> None:
    amara, twice = person("Amara Nwosu", KRANICH, UMBRA), person("Amara Nwosu", KRANICH, UMBRA)
    look_again(candidate_ids=[amara.id, twice.id])
    assert len(pairs()) == 1
    Experience.objects.filter(candidate=twice).delete()
    Candidate.objects.filter(id=twice.id).update(full_name="Otto Sowa", given_name="Otto", family_name="Sowa")
    look_again(candidate_ids=[twice.id])
    assert pairs() == set()


def test_not_the_same_is_remembered_for_good() -> None:
    amara, twice = person("Amara Nwosu", KRANICH, UMBRA), person("Amara Nwosu", KRANICH, UMBRA)
    run()
    suggestion = Suggestion.objects.get()
    dismiss_suggestion(actor=SYSTEM, suggestion_id=suggestion.id)
    dismiss_suggestion(actor=SYSTEM, suggestion_id=suggestion.id)
    assert Activity.objects.filter(verb="candidate.told_apart").count() == 2
    run()
    look_again(candidate_ids=[amara.id, twice.id])
    assert pairs() == set()
    reopen_suggestion(actor=SYSTEM, suggestion_id=suggestion.id)
    assert len(pairs()) == 1


def test_all_sure_ones_are_merged_also_where_three_are_one_and_taken_back_together() -> None:
    three = [person("Amara Nwosu", KRANICH, UMBRA) for _ in range(3)]
    run()
    ids = list(Suggestion.objects.filter(state="open").values_list("id", flat=True))
    assert len(ids) == 3
    batch_id, merges = merge_sure(actor=SYSTEM, suggestion_ids=ids)
    assert len(merges) == 2
    assert Candidate.objects.filter(merged_into=None).count() == 1
    assert undo_batch(actor=SYSTEM, batch_id=batch_id) == 2
    assert set(Candidate.objects.filter(merged_into=None)) == set(three)


def test_a_merged_person_is_no_longer_suggested() -> None:
    amara, twice = person("Amara Nwosu", KRANICH, UMBRA), person("Amara Nwosu", KRANICH, UMBRA)
    run()
    merge_candidates(actor=SYSTEM, survivor_id=amara.id, other_id=twice.id)
    assert Suggestion.objects.get().state == "merged"
    done = run()
    assert (done.total_count, done.found_count) == (1, 0)


def test_one_linkage_at_a_time() -> None:
    assert ask_for_linkage(actor=SYSTEM).id == ask_for_linkage(actor=SYSTEM).id
    assert ContactPoint.objects.count() == 0


def test_a_linkage_that_was_killed_stands_in_nobodys_way() -> None:
    killed = ask_for_linkage(actor=SYSTEM)
    silent = clock.now() - timedelta(hours=3)
    LinkageRun.objects.filter(id=killed.id).update(state="running", asked_at=silent, beat_at=clock.now())
    assert ask_for_linkage(actor=SYSTEM).id == killed.id
    LinkageRun.objects.filter(id=killed.id).update(beat_at=silent)
    assert ask_for_linkage(actor=SYSTEM).id != killed.id
    killed.refresh_from_db()
    assert (killed.state, killed.error) == ("failed", "It was interrupted.")


@pytest.mark.django_db(transaction=True)
def test_a_person_who_is_deleted_after_being_read_stops_no_linkage(monkeypatch):
    gone, stays = CandidateFactory(), CandidateFactory()

    def and_delete(record):
        Candidate.objects.filter(id=gone.id).delete()
        return keys_of(record)

    monkeypatch.setattr(linking, "keys_of", and_delete)
    linking.look_again(candidate_ids=[gone.id, stays.id])
    assert list(MatchKey.objects.values_list("candidate_id", flat=True)) == [stays.id]
