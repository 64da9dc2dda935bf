"""The index: what each condition finds, in which order, page by page, and what one may not see."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from rapport.search import language
from rapport.search.engine import EVERYBODY, Engine, Page, Scope
from rapport.search.facets import share_for
from rapport.search.fits import JobNeeds
from rapport.search.profiles import sort_key
from rapport.search.tests import people
from rapport.search.tests.people import ADA, BEN, LOOKUP, OPEN_JOB, SECRET_JOB, ago, profile

NAMES = {one.candidate_id: one.name.split()[0] for one in people.EVERYBODY}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.in_memory(people.EVERYBODY)


def search(engine: Engine, text: str, scope: Scope = EVERYBODY, **options: object) -> Page:
    parsed = language.parse(text)
    assert parsed.node is not None, parsed.problems
    lookup = options.pop("lookup", LOOKUP)
    return engine.search(parsed.node, lookup, scope, **options)


def names(page: Page) -> list[str]:
    return [NAMES[one] for one in page.ids]


FOUND = [
    ("", {"Ada", "Ben", "Dev"}),
    ("engineer", {"Ada", "Ben"}),
    ("ENGINEER", {"Ada", "Ben"}),
    ("engineer nothing", set()),
    ("engineer OR word", {"Ada", "Ben", "Dev"}),
    ("engineer -senior", {"Ben"}),
    ("seniority:Senior", {"Ada"}),
    ("level:senior title:engineer", {"Ada"}),
    ("seniority:executive", set()),
    ("NOT engineer", {"Dev"}),
    ('"data pipelines"', {"Ada", "Ben"}),
    ('"data engineer"', {"Ben"}),
    ('"built pipelines"', set()),
    ('"built pipelines"~1', {"Ada"}),
    ("pipe*", {"Ada", "Ben"}),
    ("C++", {"Ada"}),
    (".NET", {"Ben"}),
    ("net", set()),
    ("c", set()),
    ("Muller", {"Ben"}),
    ("Müller", {"Ben"}),
    ("skill:c++", {"Ada"}),
    ("skill:golang", {"Ben"}),
    ("golang", {"Ben"}),
    ('skill:"machine learning"', {"Ada"}),
    ("skill:machine", set()),
    ("skill:mach*", {"Ada"}),
    ("skill:(Go OR Python)", {"Ada", "Ben"}),
    ("title:engineer", {"Ada", "Ben"}),
    ("title:developer", {"Ada"}),
    ("company:seewind", {"Ben"}),
    ("location:Berlin", {"Ada"}),
    ("location:germany", {"Ada", "Ben"}),
    ('location:"Berlin within 50 km"', {"Ada", "Ben"}),
    ('location:"Berlin within 10 km"', {"Ada"}),
    ('location:"Hamburg within 10 km" status:archived', {"Cleo"}),
    ('tag:"do not hire"', {"Ada"}),
    ('NOT tag:"Do Not Hire"', {"Ben", "Dev"}),
    ('pool:"spring 2027"', {"Ada"}),
    ("pool:spring*", {"Ada"}),
    ("stage:interview", {"Ada"}),
    ('job:"platform engineer"', {"Ada"}),
    ("source:referral", {"Ada", "Dev"}),
    ("owner:me", {"Ada"}),
    ('owner:"Rita Reuter"', {"Ada"}),
    ("status:archived", {"Cleo"}),
    ("status:(active OR archived)", {"Ada", "Ben", "Cleo", "Dev"}),
    ("name:lindqwist", {"Ada"}),
    ("name:obrien status:archived", {"Cleo"}),
    ("name:lindt", set()),
    ("name:brien status:archived", {"Cleo"}),
    ("email:ben@firma.example", {"Ben"}),
    ("email:example.org", {"Ada"}),
    ("email:ada*", {"Ada"}),
    ("ada.lindqvist@example.org", {"Ada"}),
    ("phone:0151123", {"Ada"}),
    ("phone:345678", {"Ada"}),
    ("has:phone", {"Ada"}),
    ("-has:email", {"Dev"}),
    ("years:>=5", {"Ada"}),
    ("years:9", {"Ada"}),
    ("years:<5", {"Ben"}),
    ("last_contact:>90d", {"Ben"}),
    ("last_contact:<=10d", {"Ada"}),
    ("last_contact:never", {"Dev"}),
    ("last_activity:2d", {"Ada"}),
    ("created:>=2026-11-22", {"Ada"}),
    ("created:<2026-11-22", {"Ben", "Dev"}),
    ("consent:valid", {"Ada"}),
    ("consent:expiring", {"Ada"}),
    ("consent:expired", {"Ben"}),
    ("consent:none", {"Dev"}),
    ("- engineer", {"Ada", "Ben"}),
    ("!!! ???", {"Ada", "Ben", "Dev"}),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_finds_exactly(engine: Engine, text: str, expected: set[str]) -> None:
    page = search(engine, text)
    assert set(names(page)) == expected
    assert page.total == len(expected)


def test_a_title_counts_more_than_the_text(engine: Engine) -> None:
    assert names(search(engine, "data engineer")) == ["Ben", "Ada"]
    assert search(engine, "engineer").sort == "relevance"


def test_without_anything_to_rank_by_the_latest_activity_comes_first(engine: Engine) -> None:
    page = search(engine, "source:referral")
    assert (page.sort, names(page)) == ("last_activity", ["Ada", "Dev"])


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("last_contact", ["Ada", "Ben", "Dev"]),
        ("last_activity", ["Ada", "Ben", "Dev"]),
        ("created", ["Ada", "Ben", "Dev"]),
        ("name", ["Dev", "Ada", "Ben"]),
        ("nonsense", ["Ada", "Ben", "Dev"]),
    ],
)
def test_sorts(engine: Engine, sort: str, expected: list[str]) -> None:
    assert names(search(engine, "", sort=sort)) == expected


def test_an_unknown_place_is_said(engine: Engine) -> None:
    page = search(engine, 'location:"Atlantis within 5 km"')
    assert page.ids == []
    assert page.problems[0].message.startswith("No place called “Atlantis” is known.")


def test_an_expired_moment_moves_with_the_day(engine: Engine) -> None:
    later = replace(LOOKUP, today=people.TODAY.replace(month=12, day=15))
    assert set(names(search(engine, "consent:expired", lookup=later))) == {"Ada", "Ben"}


@pytest.mark.parametrize(
    "text", ["", "engineer", "NOT nothing", "status:archived", "engineer OR nothing", 'location:"Berlin within 50 km"']
)
def test_who_sees_one_job_sees_its_people_only(engine: Engine, text: str) -> None:
    assert set(names(search(engine, text, Scope(job_ids=(str(OPEN_JOB),))))) <= {"Ada"}
    assert names(search(engine, text, Scope())) == []


def test_stages_of_a_confidential_job_are_found_by_its_team_only(engine: Engine) -> None:
    team = replace(LOOKUP, job_ids=(str(SECRET_JOB),))
    for text in ("stage:offer", 'job:"chief executive"'):
        assert names(search(engine, text)) == []
        assert names(search(engine, text, lookup=team)) == ["Ben"]
    assert [row.value for row in search(engine, "", facets=("stage",)).facets["stage"]] == ["Interview"]


def test_facets_count_and_change_the_query(engine: Engine) -> None:
    page = search(engine, "source:Referral", facets=("source", "skill", "city", "years"))
    assert [(row.value, row.count, row.is_chosen, row.text) for row in page.facets["source"]] == [
        ("Referral", 2, True, "")
    ]
    assert ("C++", 1, False, "source:Referral skill:C++") in [
        (row.value, row.count, row.is_chosen, row.text) for row in page.facets["skill"]
    ]
    assert [(row.value, row.count) for row in page.facets["years"] if row.count] == [("5..9", 1)]
    assert not page.facets_are_estimates


MANY = [
    profile(100 + n, f"Person {n:03d}", titles=("Engineer",), last_contact_at=ago(n // 3), last_activity_at=ago(n // 3))
    for n in range(120)
]


def test_of_several_skills_who_has_more_of_them_stands_first() -> None:
    have = [("Python", "Go", "SQL", "Rust", "Java"), ("Go",), *[("Python",)] * 10]
    people = [profile(number, "Nobody Example", skills=skills) for number, skills in enumerate(have)]
    found = search(Engine.in_memory(people), "skill:python OR skill:golang").ids
    assert len(found) == 12
    assert found[0] == people[0].candidate_id, "however rare a skill is, and however many more somebody has"


def test_two_skills_stand_before_one_however_rare_and_often_everybody_was_replaced() -> None:
    have = [("Rare",), *[("Python", "Go")] * 2, *[("Python",)] * 40, *[("Go",)] * 60]
    people = [profile(number, "Nobody Example", skills=skills) for number, skills in enumerate(have)]
    engine = Engine.in_memory(people)
    writer = engine.writer(memory_mb=32)
    for _ in range(3):
        writer.replace(people[3:])
        writer.commit()
    engine.refresh()
    found = search(engine, "skill:rare OR skill:python OR skill:go").ids
    assert set(found[:2]) == {people[1].candidate_id, people[2].candidate_id}
    ones = sorted(person.candidate_id for person in [people[0], *people[3:]])
    assert len(found) == 50
    assert found[2:] == [key for key in ones if key in found], "one skill is as good as another, and then by id"


@pytest.mark.parametrize("sort", ["relevance", "last_contact", "last_activity", "created", "name"])
def test_pages_show_everyone_once(sort: str) -> None:
    engine = Engine.in_memory(MANY)
    seen: list[UUID] = []
    cursor = ""
    for _ in range(20):
        page = search(engine, "engineer", sort=sort, cursor=cursor, limit=17)
        assert page.total == 120
        seen += page.ids
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 120


def test_the_latest_of_everybody_stay_right_while_people_move_leave_and_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.search.paging.KEPT_ABOVE", 20)
    monkeypatch.setattr("rapport.search.paging.MOST_ABOVE", 60)
    there = {one.candidate_id: one for one in MANY}
    engine = Engine.in_memory(MANY)
    writer = engine.writer(memory_mb=32)

    def latest() -> list[UUID]:
        order = sorted(there.values(), key=lambda one: sort_key(one.last_contact_at, one.candidate_id), reverse=True)
        return [one.candidate_id for one in order if one.status == "active"]

    for step in range(12):
        moved = [
            replace(one, last_contact_at=ago((7 * step + place) % 50 - 10))
            for place, one in enumerate(list(there.values())[step::9])
        ]
        hidden = replace(there[latest()[3]], status="archived")
        gone = latest()[5]
        there |= {
            one.candidate_id: one for one in [*moved, hidden, profile(900 + step, "New", last_contact_at=ago(-step))]
        }
        del there[gone]
        writer.replace(there.values())
        writer.remove([gone])
        writer.commit()
        engine.refresh()
        page = search(engine, "", sort="last_contact", limit=15)
        assert (page.ids, page.total) == (latest()[:15], len(latest()))
        rest = search(engine, "", sort="last_contact", limit=200, cursor=page.next_cursor)
        assert (rest.ids, rest.total) == (latest()[15:], len(latest()))


def test_a_person_who_moves_up_hides_nobody_on_the_next_page() -> None:
    engine = Engine.in_memory(MANY)
    first = search(engine, "", sort="last_contact", limit=50)
    writer = engine.writer(memory_mb=32)
    writer.replace([replace(MANY[100], last_contact_at=people.NOW)])
    writer.commit()
    engine.refresh()
    rest = search(engine, "", sort="last_contact", limit=100, cursor=first.next_cursor)
    assert {*first.ids, *rest.ids} | {MANY[100].candidate_id} == {one.candidate_id for one in MANY}


@pytest.mark.parametrize("cursor", ["x", "a" * 500, "bmFtZSA5OTk5OTk5OTk5OTk5OTk5OTk5OQ", "bmFtZSAtNQ", "é"])
def test_a_broken_cursor_starts_at_the_beginning(engine: Engine, cursor: str) -> None:
    assert names(search(engine, "", sort="name", cursor=cursor)) == ["Dev", "Ada", "Ben"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("li", {"Ada"}),
        ("lindqvist a", {"Ada"}),
        ("MÜL", {"Ben"}),
        ("ben", {"Ben"}),
        ("ada.lindqvist@ex", {"Ada"}),
        ("ada.lindqvist@example.org", {"Ada"}),
        ("ada.lindqvist@example.com", set()),
        ("lindqvist@", {"Ada"}),
        ("lindq@exam", {"Ada"}),
        ("lindq@firma", set()),
        ("@firma", {"Ben"}),
        ("firma.ex", {"Ben"}),
        ("linqvist", {"Ada"}),
        ("lindqwist ada", {"Ada"}),
        ("muler", {"Ben"}),
        ("+49 (0) 151 1234", {"Ada"}),
        ("0049 151", {"Ada"}),
        ("o'br", {"Cleo"}),
        ("0151 1234", {"Ada"}),
        ("+49 151", {"Ada"}),
        ("45678", {"Ada"}),
        ("12", set()),
        ("", set()),
        ("zz", set()),
    ],
)
def test_quick_search_takes_beginnings_and_parts_of_numbers(engine: Engine, text: str, expected: set[str]) -> None:
    assert {NAMES[one] for one in engine.quick(text, EVERYBODY)} == expected


def test_everybody_who_matches_is_read_in_batches_as_of_one_moment() -> None:
    engine = Engine.in_memory(MANY)
    batches = engine.iterate_ids(language.parse("engineer").node, LOOKUP, EVERYBODY, batch=50)
    seen = next(batches)
    writer = engine.writer(memory_mb=32)
    writer.remove([MANY[n].candidate_id for n in range(60, 120)])
    writer.replace([replace(MANY[90], last_activity_at=people.NOW)])
    writer.commit()
    engine.refresh()
    sizes = [len(seen)]
    for batch in batches:
        seen += batch
        sizes.append(len(batch))
    assert sizes == [50, 50, 20]
    assert set(seen) == {one.candidate_id for one in MANY}
    assert list(engine.iterate_ids(language.parse("engineer").node, LOOKUP, Scope(), batch=50)) == []


def test_quick_search_keeps_to_what_one_may_see(engine: Engine) -> None:
    assert engine.quick("ben", Scope(job_ids=(str(OPEN_JOB),))) == []


def test_changes_show_after_commit_and_refresh_in_another_reader(tmp_path: Path) -> None:
    engine = Engine.create(tmp_path / "index")
    writer = engine.writer(memory_mb=32)
    writer.add([ADA, BEN])
    writer.commit()
    reader = Engine.open(tmp_path / "index")
    assert set(names(search(reader, "engineer"))) == {"Ada", "Ben"}
    writer.replace([replace(ADA, titles=("Gardener",), text="")])
    writer.remove([BEN.candidate_id])
    writer.commit()
    reader.refresh()
    assert names(search(reader, "engineer")) == []
    assert names(search(reader, "gardener")) == ["Ada"]
    assert reader.count == 1


def test_hostile_values_are_indexed_and_found() -> None:
    odd = profile(
        9, "x" * 300, tags=("t" * 5000, 'quote " and \\', "漢字"), text="\x00 \u202e " + "a" * 100_000, skills=("🦀",)
    )
    engine = Engine.in_memory([odd])
    for value in odd.tags:
        node = language.condition("tag", value[:200])
        assert engine.search(node, LOOKUP, EVERYBODY).total == 1


def test_large_results_estimate_their_facets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.search.facets.EXACT_FACETS_BELOW", 2)
    monkeypatch.setattr("rapport.search.facets.SMALLEST_SAMPLE", 1)
    engine = Engine.in_memory([replace(one, source="Fair") for one in MANY])
    page = search(engine, "", facets=("source",))
    assert page.total == 120
    assert page.facets_are_estimates
    assert [(row.value, row.count) for row in page.facets["source"]] == [
        ("Fair", 120)
    ]  # two in the sample of 64: not more than all


@pytest.mark.parametrize(
    ("total", "share"), [(25_000, 1), (25_001, 16), (127_999, 16), (128_000, 64), (600_000, 256), (99_000_000, 1024)]
)
def test_a_sample_is_as_small_as_two_thousand_people_allow(total: int, share: int) -> None:
    assert share_for(total) == share


@pytest.mark.parametrize("query", ["", "number", "number -title:7", 'number OR "some words"', "name:person", "num*"])
def test_an_estimate_counts_those_in_the_sample(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine.in_memory([replace(one, source="Fair", text="Some words. Number") for one in MANY])
    everyone = engine.list_ids(language.parse(query).node, LOOKUP, EVERYBODY, limit=200)
    monkeypatch.setattr("rapport.search.facets.EXACT_FACETS_BELOW", -(-len(everyone) // 16))
    page = search(engine, query, facets=("source",))
    in_sample = sum(key.int % 16 == 0 for key in everyone)
    assert (page.total, page.facets["source"][0].count) == (len(everyone), 16 * in_sample)


def test_words_that_very_many_have_are_not_looked_for_in_a_large_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    rare = [f"rare{place}" for place in range(5)]
    needs = JobNeeds("Gardener", (), (), description=" ".join([*rare, "frequent", "commonplace"]))
    has_rare = profile(500, "Rare", work=rare[0])
    has_frequent = [profile(600 + place, f"Frequent {place}", work="frequent commonplace") for place in range(30)]
    engine = Engine.in_memory(
        [has_rare, *(profile(510 + place, "One", work=word) for place, word in enumerate(rare)), *has_frequent]
    )
    assert len(engine.list_fit_people(needs, EVERYBODY)) == 36
    monkeypatch.setattr("rapport.search.engine.TELLING_PEOPLE", 40)
    assert len(engine.list_fit_people(needs, EVERYBODY)) == 36  # one of the two frequent ones has room
    monkeypatch.setattr("rapport.search.engine.TELLING_PEOPLE", 20)
    assert len(engine.list_fit_people(needs, EVERYBODY)) == 6
