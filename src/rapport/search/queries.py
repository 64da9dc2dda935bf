"""Searching the pool, as a person may: for the list of candidates, the palette, bulk work, and saved searches."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID

from rapport.applications.models import Application
from rapport.applications.queries import applications_for_job
from rapport.candidates.models import Candidate
from rapport.candidates.permissions import VIEW, visible_to
from rapport.jobs.models import Job, JobSkill
from rapport.jobs.queries import first_page_url, get_job, list_skills
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, TemporaryFailure
from rapport.lib.places import find_place
from rapport.search import language
from rapport.search.access import Access, open_engine, open_for
from rapport.search.correcting import closest, correct
from rapport.search.description import read_description
from rapport.search.facets import FacetValue
from rapport.search.fits import Fit, JobNeeds, Scorer, rank
from rapport.search.job_fits import Weights, is_read_for, needs_of, part_weights
from rapport.search.language import Chip, Node, Problem
from rapport.search.models import Segment
from rapport.search.near import Before, known_before
from rapport.search.profiles import day_of
from rapport.search.segments import expand
from rapport.skills.queries import vocabulary

FACETS = ("skill", "city", "country", "years", "tag", "pool", "stage", "source", "owner")
MOST_IDS = 10_000
MOST_MENDED = 4
VALUE_FIELDS = {
    "skill": "skill", "tag": "tag", "pool": "pool", "stage": "stage", "source": "source", "owner": "owner",
    "location": "city", "status": "status",
}  # fmt: skip
COUNTED_LATER = "Counted as soon as the search index is ready."


@dataclass(frozen=True, slots=True)
class Found:
    """A page of people who match, in order.

    `chips` are the conditions with the query without each; `facets` are values by field with their counts (estimates
    above 50,000 people), each with the query that results when it is chosen. Where the query cannot be answered,
    `problems` say why and where, and nobody is found. Where nobody is found, `meant` may be a query with its slips of the
    pen mended that finds `meant_count` people.
    """

    text: str
    ids: list[UUID] = field(default_factory=list)
    total: int = 0
    facets: Mapping[str, list[FacetValue]] = field(default_factory=dict)
    facets_are_estimates: bool = False
    chips: Sequence[Chip] = ()
    problems: Sequence[Problem] = ()
    sort: str = "relevance"
    next_cursor: str = ""
    took_ms: float = 0.0
    meant: str = ""
    meant_count: int = 0


def search_candidates(
    actor: Actor, text: str, *, sort: str = "", cursor: str = "", limit: int = 50, facets: Sequence[str] | bool = FACETS
) -> Found:
    """The people who match a query and whom the actor may see; see Found.

    Sorts: relevance, last_activity, last_contact, name, created; "" is relevance where the query ranks, else the latest
    activity. `facets` names those to count (True is all, False none). A broken query or cursor is no error.
    Raises NotAllowed without candidates.view, TemporaryFailure while there is no index.
    """
    access = open_for(actor)
    node, problems = _read(actor, text)
    if node is None:
        return Found(text, problems=problems)
    expanded, problems = _expand(actor, text, node)
    if problems:
        return Found(text, chips=language.chips(node), problems=problems)
    page = access.engine.search(
        expanded, access.lookup, access.scope,
        sort=sort or "relevance", cursor=cursor, limit=limit, facets=_countable(facets, access), shown=node,
    )  # fmt: skip
    meant = _mend(actor, access, node) if not page.total and not page.problems else ("", 0)
    return Found(
        text=text,
        ids=page.ids,
        total=page.total,
        facets=page.facets,
        facets_are_estimates=page.facets_are_estimates,
        chips=language.chips(node),
        problems=[problem.place(text) for problem in page.problems],
        sort=page.sort,
        next_cursor=page.next_cursor,
        took_ms=page.took_ms,
        meant=meant[0],
        meant_count=meant[1],
    )


def _mend(actor: Actor, access: Access, node: Node) -> tuple[str, int]:
    """What a query that finds nobody may have meant, with how many that finds; ("", 0) where nothing better is known."""
    mended = correct(node, access.engine.knows, _skill_mender(access))
    if mended == node:
        return "", 0
    expanded, problems = _expand(actor, "", mended)
    count = 0 if problems else access.engine.count_matches(expanded, access.lookup, access.scope)
    return (language.to_text(mended), count) if count else ("", 0)


def _skill_mender(access: Access) -> Callable[[str], str | None]:
    """Finds the known skill most like one that nobody has; for the first few of a query, as it compares with all."""
    words, left = vocabulary(), iter(range(MOST_MENDED))

    def mend(name: str) -> str | None:
        if words.canonical(name) or access.engine.has_value("skill", name) or next(left, None) is None:
            return None
        return closest(name, list(words))

    return mend


def _countable(facets: Sequence[str] | bool, access: Access) -> Sequence[str]:
    """Who sees a team's people only must not count the stages of other jobs."""
    names = FACETS if facets is True else facets or ()
    return [name for name in names if access.scope.everybody or name != "stage"]


def list_matching_ids(actor: Actor, text: str, *, limit: int = MOST_IDS) -> list[UUID]:
    """Up to `limit` people who match, latest activity first: for what is done with everybody who matches.

    Raises InvalidInput for a query that cannot be read, NotAllowed, TemporaryFailure while there is no index.
    """
    access = open_for(actor)
    return access.engine.list_ids(_get_node(actor, text), access.lookup, access.scope, limit=limit)


def iterate_matching_ids(actor: Actor, text: str, *, batch: int) -> tuple[int, Iterator[list[UUID]]]:
    """How many match, and all of them in batches, newest first; raises at once as list_matching_ids does."""
    access = open_for(actor)
    node = _get_node(actor, text)
    page = access.engine.search(node, access.lookup, access.scope, limit=1)
    if page.problems:
        raise InvalidInput({"q": explain([problem.place(text) for problem in page.problems])})
    return page.total, access.engine.iterate_ids(node, access.lookup, access.scope, batch=batch)


def count_matching(actor: Actor, text: str) -> int:
    """How many match; raises as list_matching_ids does."""
    access = open_for(actor)
    return access.engine.count_matches(_get_node(actor, text), access.lookup, access.scope)


def _get_node(actor: Actor, text: str) -> Node:
    node, problems = _read(actor, text)
    if node is not None:
        node, problems = _expand(actor, text, node)
    if node is None or problems:
        raise InvalidInput({"q": explain(problems)})
    return node


def explain(problems: Sequence[Problem]) -> str:
    """What is wrong with a query, in sentences that name the place."""
    return " ".join(f"{problem.message} (character {problem.column})" for problem in problems)


def _read(actor: Actor, text: str) -> tuple[Node | None, Sequence[Problem]]:
    parsed = language.parse(text)
    return parsed.node, parsed.problems


def _expand(actor: Actor, text: str, node: Node) -> tuple[Node, list[Problem]]:
    expanded, problems = expand(node, lambda name: find_segment_query(actor, name))
    return expanded, [problem.place(text) for problem in problems]


def find_segment_query(actor: Actor, name: str) -> str | None:
    """The query of a segment by its name: one's own before those that colleagues share."""
    found = list(Segment.objects.visible_to(actor).filter(name__iexact=name).order_by("created_at"))
    found.sort(key=lambda segment: segment.owner_id != actor.id)
    return found[0].query if found else None


def list_values(actor: Actor, name: str, text: str, *, limit: int = 12) -> list[str]:
    """Values of a field that begin so, of the people whom the actor may see, frequent ones first.

    Empty for fields without values of their own, while there is no index, and for stages where the actor sees teams' people only.
    """
    access = _try_access(actor)
    if access is None or not text.strip() or name not in _countable(tuple(VALUE_FIELDS), access):
        return []
    return access.engine.list_values(VALUE_FIELDS[name], text, access.scope, limit=limit)


def _try_access(actor: Actor) -> Access | None:
    try:
        return open_for(actor)
    except TemporaryFailure:
        return None


# -- Fits for a job --------------------------------------------------------------------------------------------------

CLOSEST = 500  # people whom the index finds closest to the job, and who are then scored in full


@dataclass(frozen=True, slots=True)
class FitRow:
    """Somebody ranked for a job: the place in the order from 1, and the application there is already, if any.

    `before` is told where only people known before were asked for.
    """

    position: int
    fit: Fit
    candidate: Candidate
    application: Application | None
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class JobFits:
    """The best fits for a job, best first; the same input gives the same order.

    `scored_count` people were compared; `considered_count` of them are or were considered for the job already.
    """

    job: Job
    skills: Sequence[JobSkill]
    needs: JobNeeds
    weights: Weights
    points: Mapping[str, float]
    rows: Sequence[FitRow] = ()
    scored_count: int = 0
    considered_count: int = 0
    took_ms: float = 0.0


def fits_for_job(
    actor: Actor,
    job_id: UUID,
    *,
    limit: int = 50,
    weights: Weights | None = None,
    considered: bool = True,
    known: bool = False,
) -> JobFits:
    """The people who fit a job best, of those the actor may see, in a constant number of statements.

    `weights` tries out others than the job's, and leaves out who lacks a skill it requires; `considered` false leaves out those who are or were considered for the job;
    `known` leaves only those who were considered for another job or are in a pool, each with what was before.
    Raises NotFound, NotAllowed, TemporaryFailure while there is no index.
    """
    job = get_job(actor, job_id)
    skills, weights = list_skills(job.id), weights or Weights()
    access = open_for(actor)
    needs = access.engine.with_rarity(needs_of(job, skills, weights))
    started = perf_counter()
    required = [row.skill.name for row in skills if row.skill_id in weights.required]
    people = access.engine.list_fit_people(needs, access.scope, limit=CLOSEST, known_before=known, required=required)
    found = applications_for_job(actor, job.id, [UUID(person.key) for person in people])
    applied = {str(key): application for key, application in found.items()}
    shown = people if considered else [person for person in people if person.key not in applied]
    fits = rank(
        needs, shown, vocabulary().related, today=day_of(clock.now()), weights=part_weights(weights), limit=limit
    )
    took_ms = (perf_counter() - started) * 1000
    candidates = read_candidates(actor, [UUID(fit.key) for fit in fits])
    before = known_before(actor, candidates.keys(), except_job_id=job.id) if known else {}
    rows = [
        FitRow(place, fit, candidates[key], applied.get(fit.key), before.get(key))
        for place, fit in enumerate(fits, 1)
        if (key := UUID(fit.key)) in candidates
    ]
    points = _points(needs, weights)
    return JobFits(job, skills, needs, weights, points, rows, len(people), len(applied), took_ms)


def fits_for_description(actor: Actor, text: str, *, limit: int = 50) -> list[FitRow]:
    """The people who fit an advert best; what it asks for is read from its text. Raises as fits_for_job does."""
    words = vocabulary()
    access = open_for(actor)
    needs = access.engine.with_rarity(read_description(text, words.find, find_place, is_read_for))
    people = access.engine.list_fit_people(needs, access.scope, limit=CLOSEST)
    fits = rank(needs, people, words.related, today=day_of(clock.now()), limit=limit)
    candidates = read_candidates(actor, [UUID(fit.key) for fit in fits])
    found = [fit for fit in fits if UUID(fit.key) in candidates]
    return [FitRow(place, fit, candidates[UUID(fit.key)], None) for place, fit in enumerate(found, 1)]


def fit_of(actor: Actor, job_id: UUID, candidate_id: UUID, weights: Weights | None = None) -> Fit | None:
    """How well one person fits a job; None when the actor may not see the person or the index does not know them yet.

    Raises NotFound for the job, NotAllowed, TemporaryFailure while there is no index.
    """
    job = get_job(actor, job_id)
    if not read_candidates(actor, [candidate_id]):
        return None
    return fits_of(job, [candidate_id], weights).get(candidate_id)


def fits_of(job: Job, candidate_ids: Collection[UUID], weights: Weights | None = None) -> dict[UUID, Fit]:
    """How well certain people fit a job, by id, without those the index does not know yet; asks for no permission."""
    weights = weights or Weights()
    engine = open_engine()
    needs = engine.with_rarity(needs_of(job, list_skills(job.id), weights))
    people = engine.list_fit_people_of(needs, list(candidate_ids))
    fits = rank(needs, people, vocabulary().related, today=day_of(clock.now()), weights=part_weights(weights))
    return {UUID(fit.key): fit for fit in fits}


def _points(needs: JobNeeds, weights: Weights) -> dict[str, float]:
    """What each part counts for in this job, of 100; parts it says nothing about are missing."""
    scorer = Scorer(needs, lambda skill: {}, today=0, weights=part_weights(weights))
    return {name: tenths / 10 for name, tenths in scorer.tenths.items()}


def read_candidates(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Candidate]:
    """What a line of a list says of people, of those the actor may see."""
    rows = Candidate.objects.filter(visible_to(actor), id__in=ids).only("id", "full_name", "title", "organisation")
    return {row.id: row for row in rows}


# -- The palette -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuickFound:
    """What the palette shows for what was typed: people and jobs, the jobs with the address of their first page."""

    candidates: list[Candidate]
    jobs: list[tuple[Job, str]]


def search_quick(actor: Actor, text: str, *, limit: int = 8) -> QuickFound:
    """People by the beginning of a part of their name or address, or by digits of a number; jobs by words of the title.

    While there is no index, jobs alone. Empty for those who may see neither.
    """
    if not text.strip() or VIEW.scope_for(actor) is None:
        return QuickFound([], [])
    return QuickFound(_quick_candidates(actor, text, limit), _quick_jobs(actor, text, 4))


def _quick_candidates(actor: Actor, text: str, limit: int) -> list[Candidate]:
    try:
        access = open_for(actor)
    except TemporaryFailure:
        return []
    ids = access.engine.quick(text, access.scope, limit=limit)
    found = read_candidates(actor, ids)
    return [found[key] for key in ids if key in found]


def _quick_jobs(actor: Actor, text: str, limit: int) -> list[tuple[Job, str]]:
    jobs = Job.objects.visible_to(actor).exclude(state=Job.State.CLOSED)
    for word in text.split()[:6]:
        jobs = jobs.filter(title__icontains=word)
    return [(job, first_page_url(job.id)) for job in jobs.only("id", "title", "place").order_by("title")[:limit]]
