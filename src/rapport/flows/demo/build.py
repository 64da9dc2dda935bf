"""Building the demo data set in an empty database."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import connection

from rapport.accounts.models import Role
from rapport.activity.operations import skip_reactions
from rapport.applications.models import Application
from rapport.candidates.models import Candidate
from rapport.candidates.operations import recount_all_relationships
from rapport.flows.demo import words
from rapport.flows.demo.bringing_in import tell_imports
from rapport.flows.demo.company import COLLEAGUES, PASSWORD, SIGN_IN, Company, found_company
from rapport.flows.demo.copying import store_people
from rapport.flows.demo.flaws import tell_flaws
from rapport.flows.demo.history import tell_history, tell_large_board, tell_second_entries
from rapport.flows.demo.keeping import keep_searches, tell_notices, watch_searches
from rapport.flows.demo.letterhead import make_letterhead
from rapport.flows.demo.mailing import share_conversations, tell_mails
from rapport.flows.demo.nurture import tell_sequences
from rapport.flows.demo.people import World, default_period
from rapport.flows.demo.roles import ROLES
from rapport.jobs.models import Job
from rapport.lib import clock
from rapport.lib.errors import Conflict
from rapport.lib.places import find_place
from rapport.lib.queue import enqueue
from rapport.skills.operations import find_or_create_skills, load_starter

WITH_HISTORY = 2000
LARGE, LARGE_BOARD = 10_000, 2000
INDEXED_PER_S = 4_000  # a cautious guess of how fast a node's index takes them in
SMALL = 10_000  # not worth starting processes side by side


@dataclass(frozen=True, slots=True)
class Built:
    """What was made, and how long the people alone took."""

    people: int
    seconds: float
    email: str
    password: str


def build_demo(
    *, people: int, seed: int, today: date, progress: Callable[[int], None] | None = None, processes: int = 0
) -> Built:
    """Fill an empty database: the company, so many people, and two years of history for the first 2,000.

    The same seed, number and day give the same data set but for the ids of the company's own rows.
    Raises Conflict when candidates are there already.
    """
    if Candidate.objects.exists():
        raise Conflict("There are candidates already. Demo data go into an empty database only.")
    load_starter()
    company = found_company()
    world = _world(company, people, seed, today)
    started = perf_counter()
    store_people(
        world,
        _conninfo(),
        Path(settings.MEDIA_ROOT),
        processes=processes or (1 if people <= SMALL else os.cpu_count() or 1),
        progress=progress,
    )
    seconds = perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tell_history(company, min(people, WITH_HISTORY), seed, world.end)
    if people >= LARGE:
        tell_large_board(company, WITH_HISTORY, LARGE_BOARD, seed, world.end)
    first = min(people, WITH_HISTORY)
    make_letterhead(company.users["ada@example.org"])
    box = tell_mails(company, first, seed, world.end)
    tell_sequences(company, box, first, seed, world.end)
    share_conversations(company, seed, world.end)
    recount_all_relationships()
    tell_imports(company, first, seed, world.end)
    keep_searches(company, world.end)
    tell_flaws(company, first, seed)
    watch_searches(company, world.end)
    tell_second_entries(first, seed, world.end)
    skip_reactions()
    tell_notices(company, world.end)
    _ask_for_scores(people)
    _note_sign_in()
    return Built(people, seconds, SIGN_IN, PASSWORD)


def _world(company: Company, people: int, seed: int, today: date) -> World:
    start, end = default_period(today)
    names = sorted({skill for role in ROLES for skill in role.core + role.more})
    skills = {name: str(key) for name, key in find_or_create_skills(names).items()}
    recruiters = [str(company.users[f"{name}@example.org"].id) for name in ("rita", "mira", "jonas")]
    return World(
        seed=seed, people=people, start=start, end=end, skills=skills,
        sources=[str(key) for key in company.sources], tags=[str(key) for key in company.tags], owners=recruiters,
        cities=[_city(name, country) for name, country, _ in words.CITIES], documents=min(people, WITH_HISTORY),
    )  # fmt: skip


def _city(name: str, country: str) -> tuple[str, str, float, float, str]:
    place = find_place(f"{name}, {country}")
    if place is None or place.latitude is None or place.longitude is None:
        raise LookupError(f"{name}, {country} is not a known city")
    return name, country, place.latitude, place.longitude, place.time_zone


def _conninfo() -> str:
    from psycopg.conninfo import make_conninfo

    given = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return make_conninfo(**{key: str(given[name]) for key, name in names.items() if given.get(name)})


def _ask_for_scores(people: int) -> None:
    """Let the worker score who is in process, as soon as the index holds everybody."""
    ready_at = clock.now() + timedelta(seconds=2 + people / INDEXED_PER_S)
    for job_id in Job.objects.values_list("id", flat=True):
        ids = Application.objects.filter(job_id=job_id).values_list("candidate_id", flat=True)
        enqueue(
            "search.score_applications",
            run_at=ready_at,
            job_id=job_id,
            candidate_ids=[str(key) for key in ids],
            attempt=1,
        )


def _note_sign_in() -> None:
    """For `rapport up`, which prints it; the accounts open invented data only."""
    path = settings.DATA_DIR / "demo-sign-in.txt"
    first = {role: email for email, _, role in reversed(COLLEAGUES)}
    others = ", ".join(f"{email} ({Role(role).label.lower()})" for role, email in first.items() if email != SIGN_IN)
    path.write_text(f"{SIGN_IN} / {PASSWORD}\nThe same password opens {others}.\n")
