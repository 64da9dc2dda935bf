"""Fits in the other directions: people like somebody, jobs for somebody, and what we knew of people before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from rapport.applications.models import Application
from rapport.candidates.models import Candidate, Consent, PoolMember
from rapport.candidates.queries import get_candidate
from rapport.jobs.models import Job, JobSkill
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.search.access import Access, open_for
from rapport.search.fits import MUST, TITLE, Fit, JobNeeds, Person, SkillNeed, rank
from rapport.search.job_fits import Weights, needs_of, part_weights
from rapport.search.profiles import day_of
from rapport.skills.queries import vocabulary

CLOSEST = 200  # people whom the index finds closest to somebody
MOST_SKILLS = 25  # of a person, the rarest
LIKE_WEIGHTS = {MUST: 70, TITLE: 30}
TRIED = 12  # jobs whose fit is told in full
MOST_JOBS = 500  # open jobs that are looked at


@dataclass(frozen=True, slots=True)
class Likeness:
    """Somebody like another: how much (0 to 100), and the skills both have, rare ones first."""

    candidate: Candidate
    score: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobFit:
    """A job somebody would fit, with the score that the job's own page shows."""

    job: Job
    fit: Fit

    @property
    def found(self) -> tuple[str, ...]:
        return tuple(line.label for part in self.fit.parts for line in part.evidence if line.skill)


def people_like(actor: Actor, candidate_id: UUID, *, limit: int = 5) -> list[Likeness]:
    """Those whose skills and titles are closest to somebody's, best first; names, places and schools count nothing.

    Raises NotFound, NotAllowed, TemporaryFailure while there is no index.
    """
    get_candidate(actor, candidate_id)
    access = open_for(actor)
    person = access.engine.find_person(candidate_id)
    if person is None:
        return []
    needs = access.engine.with_rarity(_as_needs(person, access))
    if not needs.must and not needs.title:
        return []
    found = access.engine.list_fit_people(needs, access.scope, limit=CLOSEST)
    others = [other for other in found if other.key != person.key]
    fits = rank(needs, others, vocabulary().related, today=0, weights=LIKE_WEIGHTS, limit=limit)
    rows = Candidate.objects.filter(id__in=[UUID(fit.key) for fit in fits]).only(
        "id", "full_name", "title", "organisation"
    )
    candidates = {row.id: row for row in rows}
    return [Likeness(candidates[UUID(fit.key)], fit.score, _shared(fit)) for fit in fits if UUID(fit.key) in candidates]


def _as_needs(person: Person, access: Access) -> JobNeeds:
    """What a job would ask for that this person fits: their skills by rarity, and the present title."""
    weighed = [(access.engine.skill_rarity(fact.skill), fact.skill) for fact in person.skills]
    rarest = sorted(weighed, key=lambda pair: (-pair[0], pair[1]))[:MOST_SKILLS]
    title = next((title.text for title in person.titles if title.is_current), "")
    title = title or next((title.text for title in person.titles), "")
    return JobNeeds(
        title=title, must=tuple(SkillNeed(skill, weight) for weight, skill in rarest), counts_relation=False
    )


def _shared(fit: Fit) -> tuple[str, ...]:
    return tuple(
        line.label for part in fit.parts if part.name == MUST for line in part.evidence if line.skill == line.label
    )


def jobs_for(actor: Actor, candidate_id: UUID, *, limit: int = 5) -> list[JobFit]:
    """The open jobs that somebody fits best and is not considered for, with the score of the job's page.

    A job none of whose skills were found is left out.
    All open jobs are scored by what they ask for; the text is compared for the best of them.
    Raises as people_like does.
    """
    get_candidate(actor, candidate_id)
    access = open_for(actor)
    person = access.engine.find_person(candidate_id)
    if person is None:
        return []
    considered = Application.objects.filter(job=OuterRef("pk"), candidate_id=candidate_id)
    jobs = Job.objects.visible_to(actor).filter(~Exists(considered), state=Job.State.OPEN).order_by("-id")
    asked = {job.id: needs for job, needs in _needs_of_all(list(jobs[:MOST_JOBS]))}
    by_id = {job.id: job for job in jobs[:MOST_JOBS]}
    today, related, weights = day_of(clock.now()), vocabulary().related, part_weights(Weights())
    asked = {key: needs for key, needs in asked.items() if needs.must or needs.nice}
    first = {key: rank(needs, [person], related, today=today, weights=weights)[0].score for key, needs in asked.items()}
    fits = []
    for key in sorted(first, key=lambda key: (-first[key], str(key)))[:TRIED]:
        needs = access.engine.with_rarity(asked[key])
        people = access.engine.list_fit_people_of(needs, [candidate_id])
        fits += [JobFit(by_id[key], fit) for fit in rank(needs, people, related, today=today, weights=weights)]
    asked_for = [row for row in fits if row.found]
    return sorted(asked_for, key=lambda row: (-row.fit.score, str(row.job.id)))[:limit]


def _needs_of_all(jobs: Sequence[Job]) -> list[tuple[Job, JobNeeds]]:
    rows: dict[UUID, list[JobSkill]] = {}
    found = JobSkill.objects.filter(job_id__in=[job.id for job in jobs]).select_related("skill")
    for row in found.order_by("need", "position"):
        rows.setdefault(row.job_id, []).append(row)
    return [(job, needs_of(job, rows.get(job.id, []), Weights())) for job in jobs]


@dataclass(frozen=True, slots=True)
class Before:
    """What we know of somebody from before: the latest other application, pools, consent and the last contact."""

    application: Application | None = None
    pools: tuple[str, ...] = ()
    has_consent: bool = False
    last_contact_at: datetime | None = None


def known_before(actor: Actor, candidate_ids: Collection[UUID], *, except_job_id: UUID) -> Mapping[UUID, Before]:
    """By id, in four statements whatever their number; applications for jobs the actor may not know of stay out."""
    applications = Application.objects.visible_to(actor).filter(candidate_id__in=candidate_ids)
    applications = applications.exclude(job_id=except_job_id).select_related("job", "stage", "archive_reason")
    latest = {row.candidate_id: row for row in applications.order_by("applied_at", "id").defer("job__description")}
    pools: dict[UUID, list[str]] = {}
    members = PoolMember.objects.filter(candidate_id__in=candidate_ids, pool__archived_at=None).order_by("pool__name")
    for candidate_id, name in members.values_list("candidate_id", "pool__name"):
        pools.setdefault(candidate_id, []).append(name)
    now = clock.now()
    lasting = Consent.objects.filter(candidate_id__in=candidate_ids, withdrawn_at=None)
    agreed = set(lasting.filter(Q(expires_at=None) | Q(expires_at__gt=now)).values_list("candidate_id", flat=True))
    contacts = dict(Candidate.objects.filter(id__in=candidate_ids).values_list("id", "last_contact_at"))
    return {
        key: Before(latest.get(key), tuple(pools.get(key, ())), key in agreed, contacts.get(key))
        for key in candidate_ids
    }
