"""What is wrong with the demo company's data, so that every audit has something to find: a few people of each kind."""

from collections.abc import Sequence
from random import Random
from uuid import UUID

from django.db import transaction

from rapport.candidates.models import Candidate, CandidateSkill, CandidateTag, Education, Experience, Source
from rapport.candidates.operations.storing import ensure_sources, ensure_tags
from rapport.flows.demo.company import SIGN_IN, Company
from rapport.jobs.models import Stage
from rapport.skills.operations import find_or_create_skills

TITLES = ("Feelgood Wizard", "Chief Happiness Wrangler")
SKILLS = ("Flipchart haiku", "Rooftop beekeeping")
PLACES = ("Home office", "Somewhere up north")
TAGS = (("knows the industy", "knows the industry"), ("Speaks-at-meetups", "speaks at meetups"))
SOURCES = (("Referal", "Referral"), ("Career site", "Careers site"))
EACH = 6  # people with a flaw of one kind, in a pool of 200 or more


@transaction.atomic
def tell_flaws(company: Company, people: int, seed: int) -> None:
    """Spoil what is known of some of the first `people`, each in one way; the same seed spoils the same people."""
    dice = Random(f"{seed}/flaws")
    count = min(EACH, people // 40)
    rows = list(Candidate.objects.filter(archived_at=None).order_by("id")[:people])
    chosen = dice.sample(rows, min(len(rows), 9 * count))
    groups = [chosen[place * count : (place + 1) * count] for place in range(9)]
    for person in groups[0]:
        person.full_name = person.full_name.upper()
    for place, person in enumerate(groups[1]):
        if place % 2:  # of the others the place is known, but was never looked up
            person.place = PLACES[place // 2 % len(PLACES)]
        person.city, person.country_code, person.latitude, person.longitude, person.time_zone = "", "", None, None, ""
    for person in groups[2]:
        person.title = ""
    for place, person in enumerate(groups[3]):
        person.title = TITLES[place % len(TITLES)]
    changed = ["full_name", "place", "city", "country_code", "latitude", "longitude", "time_zone", "title"]
    Candidate.objects.bulk_update([row for group in groups[:4] for row in group], changed)
    _turn_dates([row.id for row in groups[4]], [row.id for row in groups[5]])
    _own_words(company, [row.id for row in groups[6]], [row.id for row in groups[7]], [row.id for row in groups[8]])
    silent = Stage.objects.filter(job__in=[job.id for job, _ in company.jobs[4:6]], kind=Stage.Kind.INTERVIEW)
    silent.update(promised_days=None)


def _turn_dates(workers: Sequence[UUID], students: Sequence[UUID]) -> None:
    """The last job of some has its dates the wrong way round, and so has the school of others."""
    jobs = Experience.objects.filter(candidate_id__in=workers, start_on__isnull=False, end_on__isnull=False)
    schools = Education.objects.filter(candidate_id__in=students, start_on__isnull=False, end_on__isnull=False)
    rows: list[Experience | Education] = [
        *jobs.order_by("candidate_id", "-start_on").distinct("candidate_id"),
        *schools,
    ]
    for row in rows:
        row.start_on, row.end_on = row.end_on, row.start_on
        row.save(update_fields=["start_on", "end_on"])


def _own_words(company: Company, skilled: Sequence[UUID], tagged: Sequence[UUID], sent: Sequence[UUID]) -> None:
    """Skills that no vocabulary knows, and tags and sources that somebody misspelt."""
    skills = list(find_or_create_skills(SKILLS).values())
    CandidateSkill.objects.bulk_create(
        [
            CandidateSkill(candidate_id=key, skill_id=skills[place % len(skills)], is_confirmed=True)
            for place, key in enumerate(skilled)
        ]
    )
    tags = list(ensure_tags([name for name, _ in TAGS], company.users[SIGN_IN].actor).values())
    CandidateTag.objects.bulk_create(
        [CandidateTag(candidate_id=key, tag_id=tags[place % len(tags)]) for place, key in enumerate(tagged)]
    )
    there = set(Source.objects.values_list("name", flat=True))
    sources = list(ensure_sources([slip for slip, meant in SOURCES if meant in there]).values())
    for place, key in enumerate(sent):
        Candidate.objects.filter(id=key).update(source_id=sources[place % len(sources)])
