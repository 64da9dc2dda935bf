"""Fits: the parts sum exactly, each line says why, and who somebody is never counts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.search import fits
from rapport.search.fits import Fit, JobNeeds, Person, SkillFact, SkillNeed, Title, rank
from rapport.search.wording import likeness_of_words, seniority_of, title_words, without_name, work_words

TODAY = 20_000
RELATED = {"PostgreSQL": {"MySQL": 0.8}, "Kafka": {"RabbitMQ": 0.5}}
NEEDS = JobNeeds(
    title="Senior Data Engineer (m/w/d)",
    must=(SkillNeed("Python", 10), SkillNeed("Airflow", 9), SkillNeed("PostgreSQL", 8)),
    nice=(SkillNeed("Kafka", 5), SkillNeed("dbt", 4)),
    description="Forecasts the load of the grid.",
    city="Berlin",
    country_code="DE",
    latitude=52.52,
    longitude=13.405,
    min_years=5,
)
HENRIKE = Person(
    "h",
    titles=(Title("Senior data engineer", True), Title("Web developer")),
    skills=(
        SkillFact("Python", "Python", 10, 16, "cv.pdf", years=9),
        SkillFact("Airflow", "Apache Airflow", 40, 54, "cv.pdf", mention_count=5),
        SkillFact("MySQL", "MySQL", 60, 65, "cv.pdf", years=2),
    ),
    years=9,
    city="Potsdam",
    country_code="DE",
    latitude=52.396,
    longitude=13.058,
    contact_day=TODAY - 20,
    relation="interviewed",
    likeness=1.0,
)


def score(person: Person, needs: JobNeeds = NEEDS) -> Fit:
    (fit,) = rank(needs, [person], lambda skill: RELATED.get(skill, {}), today=TODAY)
    return fit


def lines(fit: Fit) -> dict[str, tuple[float, float, str]]:
    return {line.label: (line.points, line.of, line.note) for part in fit.parts for line in part.evidence}


def test_every_part_is_explained() -> None:
    fit = score(HENRIKE)
    assert lines(fit) == {
        "Python": (12.9, 12.9, "9 years"),
        "Airflow": (11.7, 11.7, "by its alias Apache Airflow, named 5 times"),
        "PostgreSQL": (4.2, 10.4, "related skill MySQL, counts 0.40"),
        "Kafka": (0.0, 5.6, "not found"),
        "dbt": (0.0, 4.4, "not found"),
        "Title and seniority": (12.0, 12.0, "present title, senior"),
        "Recency and relation": (10.0, 10.0, "interviewed; last contact 20 days ago"),
        "Place": (6.0, 7.0, "27 km away"),
        "Years": (6.0, 6.0, "9 years, 5 asked for"),
        "Likeness of the text": (20.0, 20.0, "words of the description in what the person has done"),
    }
    assert fit.score == 82.8


def test_a_skill_cites_the_span_it_was_found_in() -> None:
    evidence = score(HENRIKE).parts[0].evidence
    assert [(line.text, line.start, line.end, line.source) for line in evidence] == [
        ("Python", 10, 16, "cv.pdf"),
        ("Apache Airflow", 40, 54, "cv.pdf"),
        ("MySQL", 60, 65, "cv.pdf"),
    ]


def test_what_the_job_leaves_open_gives_its_points_to_the_others() -> None:
    fit = score(
        HENRIKE, JobNeeds(must=(SkillNeed("Python"), SkillNeed("Airflow"), SkillNeed("dbt")), counts_relation=False)
    )
    assert [(part.name, part.points, part.of) for part in fit.parts] == [("must", 66.7, 100.0)]


def test_a_job_that_asks_for_nothing_scores_nothing() -> None:
    assert score(HENRIKE, JobNeeds(counts_relation=False)) == Fit("h", 0.0, tuple)


def test_rare_words_of_a_title_count_more() -> None:
    rare = replace(NEEDS, title="Murex Developer", title_rarity={"murex": 4.0, "develop": 0.5})
    same_system, same_work = (
        score(Person("p", titles=(Title(title, True),)), rare) for title in ("Murex consultant", "Web developer")
    )
    points = [next(part.points for part in fit.parts if part.name == "title") for fit in (same_system, same_work)]
    assert points == [8.8, 3.2]


def test_moved_weights_change_the_order() -> None:
    near = Person("near", latitude=52.52, longitude=13.405)
    skilled = Person("skilled", skills=(SkillFact("Python", years=3),))
    by_skill = rank(NEEDS, [near, skilled], lambda _: {}, today=TODAY)
    by_place = rank(NEEDS, [near, skilled], lambda _: {}, today=TODAY, weights={"must": 5, "place": 90})
    assert [fit.key for fit in by_skill] == ["skilled", "near"]
    assert [fit.key for fit in by_place] == ["near", "skilled"]


skill_names = st.sampled_from(["Python", "Airflow", "PostgreSQL", "MySQL", "Kafka", "RabbitMQ", "dbt", "Excel"])
skill_facts = st.builds(
    SkillFact, skill_names, st.text(max_size=5), years=st.none() | st.floats(0, 40), mention_count=st.integers(1, 9)
)
persons = st.builds(
    Person,
    st.text("abc", min_size=1, max_size=4),
    st.lists(st.builds(Title, st.sampled_from(["Data Engineer", "Head of Data", "Cook", "", "漢字"]), st.booleans()), max_size=3).map(tuple),
    st.lists(skill_facts, max_size=6).map(tuple),
    st.none() | st.floats(0, 60),
    st.sampled_from(["", "Berlin", "Paris"]),
    st.sampled_from(["", "DE", "FR"]),
    st.none() | st.floats(-90, 90),
    st.none() | st.floats(-180, 180),
    st.none() | st.integers(0, TODAY + 5),
    st.sampled_from(["", *fits.RELATIONS]),
    st.none() | st.floats(0, 1),
)  # fmt: skip
job_needs = st.builds(
    JobNeeds,
    st.sampled_from(["", "Data Engineer", "Lead Cook"]),
    st.lists(st.builds(SkillNeed, skill_names, st.floats(0.1, 10)), max_size=5, unique_by=lambda need: need.skill).map(
        tuple
    ),
    st.lists(st.builds(SkillNeed, skill_names, st.floats(0.1, 10)), max_size=3, unique_by=lambda need: need.skill).map(
        tuple
    ),
    st.sampled_from(["", "text"]),
    is_remote=st.booleans(),
    min_years=st.none() | st.integers(0, 9),
    counts_relation=st.booleans(),
)


@given(job_needs, persons, st.dictionaries(st.sampled_from(list(fits.PART_NAMES)), st.integers(0, 40)))
def test_lines_sum_to_parts_and_parts_to_the_score(needs: JobNeeds, person: Person, weights: dict[str, int]) -> None:
    (fit,) = rank(needs, [person], lambda skill: RELATED.get(skill, {}), today=TODAY, weights=weights)
    tenths = [round(part.points * 10) for part in fit.parts]
    assert sum(tenths) == round(fit.score * 10)
    assert 0 <= fit.score <= 100
    for part in fit.parts:
        assert sum(round(line.points * 10) for line in part.evidence) == round(part.points * 10)
        assert all(0 <= line.points <= line.of for line in part.evidence)
    if fit.parts and any(part.of for part in fit.parts):
        assert sum(round(part.of * 10) for part in fit.parts) == 1000


@given(persons)
def test_a_person_is_stored_and_read_back(person: Person) -> None:
    assert Person.unpack(person.pack(), person.likeness) == person


@given(st.lists(persons, max_size=8, unique_by=lambda person: person.key), st.randoms())
def test_the_order_of_the_people_changes_nothing(people: list[Person], random: object) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)
    assert rank(NEEDS, people, lambda _: {}, today=TODAY) == rank(NEEDS, shuffled, lambda _: {}, today=TODAY)


@pytest.mark.parametrize(
    ("title", "level"),
    [("Software Engineer", 2), ("Sr. Engineer", 3), ("Werkstudentin Marketing", 0), ("Team Lead", 4), ("Head of Sales", 5), ("Junior Koch", 1)],
)  # fmt: skip
def test_reads_seniority(title: str, level: int) -> None:
    assert seniority_of(title) == level


@pytest.mark.parametrize(
    ("one", "two", "low", "high"),
    [
        ("Senior Data Engineer", "Data engineer", 1.0, 1.0),
        ("Entwickler (m/w/d)", "Softwareentwicklerin", 0.4, 0.7),
        ("Nurse", "Data Engineer", 0.0, 0.0),
        ("", "Data Engineer", 0.0, 0.0),
    ],
)
def test_compares_titles(one: str, two: str, low: float, high: float) -> None:
    assert low <= likeness_of_words(title_words(one), title_words(two)) <= high


def test_words_of_work_leave_the_person_out() -> None:
    her = "Ada Lindqvist, born 1985, married. She built Python services for her team in 2019."
    him = "Tom Smith, born 1979, divorced. He built Python services for his team in 2019."
    assert work_words(her, "Ada Lindqvist") == work_words(him, "Tom Smith") == ["built", "python", "servic"]
    assert without_name("Ada led Adabas", "Ada Berg").split() == ["led", "Adabas"]


def test_neutral_facts_of_a_person_do_not_exist() -> None:
    names = set(Person.__dataclass_fields__)
    assert not names & {"name", "gender", "birth_date", "age", "photo", "address", "school", "education", "nationality"}
    assert score(replace(HENRIKE, key="z")).score == score(HENRIKE).score


@given(job_needs, st.lists(persons, max_size=6, unique_by=lambda person: person.key), st.integers(0, 6))
def test_the_best_few_are_the_beginning_of_all(needs: JobNeeds, people: list[Person], limit: int) -> None:
    everyone = rank(needs, people, lambda skill: RELATED.get(skill, {}), today=TODAY)
    assert everyone == sorted(everyone, key=lambda fit: (-fit.score, fit.key))
    assert rank(needs, people, lambda skill: RELATED.get(skill, {}), today=TODAY, limit=limit) == everyone[:limit]
