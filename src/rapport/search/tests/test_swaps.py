"""What must not count does not: a hundred résumés with other names, genders, birth years, addresses and schools."""

from collections.abc import Iterator
from random import Random
from uuid import UUID

import pytest
from django.db import connection

from rapport.candidates import operations
from rapport.candidates.drafts import CandidateDraft, DocumentDraft, EducationDraft, ExperienceDraft, SkillDraft
from rapport.lib.actors import SYSTEM
from rapport.search.engine import EVERYBODY, Engine
from rapport.search.fits import Fit, JobNeeds, SkillNeed, rank
from rapport.search.folder_ranking import ParsedFile, rank_files
from rapport.search.profiles import day_of
from rapport.search.reading import read_profiles
from rapport.skills.finder import Vocabulary, find_skills

COUNT = 100
# Each pair: one side is swapped for the other; both have as many words, as two real people's data would on average.
PEOPLE = [
    ("Greta Lindqvist", "Murat Yilmaz"), ("Anna Schmidt", "Kwame Mensah"), ("Sofia Rossi", "Oleg Petrov"),
    ("Fatima Haddad", "Peter Baumann"), ("Ingrid Solberg", "Rajesh Iyer"),
]  # fmt: skip
PERSONAL = [("She", "He"), ("her", "his"), ("herself", "himself"), ("mother", "father"), ("woman", "man")]
BORN = ("1962", "1999")
HOMES = ("Elbchaussee 12, 22765 Hamburg", "Sonnenallee 301, 12045 Berlin")
SCHOOLS = ("ETH Zurich", "Evening School")
TITLES = ["Data engineer", "Senior developer", "Head of data", "Analyst", "Project manager"]
SKILLS = ["Python", "SQL", "Docker", "Java", "Kubernetes", "Statistics", "Machine learning"]
WORK = [
    "kept forty pipelines in {}",
    "moved a store of readings to {}",
    "taught eight colleagues {}",
    "halved costs with {}",
]
NEEDS = JobNeeds(
    title="Data engineer",
    must=(SkillNeed("Python"), SkillNeed("SQL")),
    nice=(SkillNeed("Docker"),),
    description="You keep pipelines in Python and SQL, teach colleagues, and move readings to Docker. Evening work.",
    city="Berlin",
    country_code="DE",
    latitude=52.52,
    longitude=13.405,
    min_years=5,
)


def make_drafts(side: int) -> Iterator[CandidateDraft]:
    """The same hundred careers, told of other persons."""
    for number in range(COUNT):
        dice = Random(f"swap/{number}")
        name = PEOPLE[number % len(PEOPLE)][side]
        she, her, herself, mother, woman = (pair[side] for pair in PERSONAL)
        skills = dice.sample(SKILLS, 3)
        told = [sentence.format(skill) for sentence, skill in zip(dice.sample(WORK, 3), skills, strict=True)]
        text = (
            f"{name} {told[0]}. {she} {told[1]} and did so by {herself}. A {woman} and {mother} of two, born {BORN[side]}, "
            f"{name.split()[0]} {told[2]} with {her} team."
        )
        title = dice.choice(TITLES)
        resume = f"{name}\n{HOMES[side]}\n{title}\n{text}\n{SCHOOLS[side]}\n"
        yield CandidateDraft(
            full_name=name,
            title=title,
            place="Berlin, Germany",
            summary=text,
            years_experience=dice.randint(1, 20),
            experiences=(ExperienceDraft(title, "Solwerk", text=text, is_current=True),),
            educations=(EducationDraft(SCHOOLS[side], "Diploma", "Physics"),),
            skills=tuple(SkillDraft(skill, 4, told[at]) for at, skill in enumerate(skills)),
            documents=(DocumentDraft(f"{number}.txt", resume.encode(), text=resume),),
        )


def score_stored(side: int) -> list[float]:
    """The scores of all, in the order of their numbers, through the database and the index."""
    ids = [operations.create_candidate(actor=SYSTEM, draft=draft).id for draft in make_drafts(side)]
    with connection.cursor() as cursor:
        people = read_profiles(cursor, ids)
    found = Engine.in_memory(people).list_fit_people(NEEDS, EVERYBODY, limit=COUNT)
    today = day_of(people[0].created_at)
    fits: dict[UUID, Fit] = {
        UUID(fit.key): fit for fit in rank(NEEDS, found, Vocabulary.starter().related, today=today)
    }
    return [fits[key].score for key in ids]


@pytest.mark.django_db
def test_scores_of_the_pool_stay_the_same() -> None:
    first, second = score_stored(0), score_stored(1)
    assert first == second
    assert len(set(first)) > 20


def score_files(side: int) -> list[float]:
    files = []
    for number, draft in enumerate(make_drafts(side)):
        text = draft.documents[0].text
        spans = [
            ("basics.name", draft.full_name),
            ("basics.location", HOMES[side]),
            ("education[0].institution", SCHOOLS[side]),
        ]
        evidence = [
            {"field": field, "start": text.index(words), "end": text.index(words) + len(words), "text": words}
            for field, words in spans
        ]
        resume = {
            "text": text,
            "basics": {"name": draft.full_name, "label": draft.title, "location": {"countryCode": "DE"}},
            "skills": [{"name": skill.name} for skill in draft.skills],
            "meta": {"experienceYears": draft.years_experience},
            "evidence": evidence,
        }
        files.append(ParsedFile(f"{number:03}.txt", resume))
    fits = rank_files(NEEDS.description, files, find_skills=find_skills, related=Vocabulary.starter().related)
    return [fit.score for fit in sorted(fits, key=lambda fit: fit.key)]


def test_scores_of_a_folder_stay_the_same() -> None:
    first, second = score_files(0), score_files(1)
    assert first == second
    assert len(set(first)) > 20
