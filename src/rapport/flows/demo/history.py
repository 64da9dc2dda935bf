"""What happened to the first demo candidates: applications through their stages, promises, notes, tasks, pools.

Rows are written directly, because they lie in the past and operations only know the present; they are what the
operations would have written then. Nothing here is read by the product as anything but ordinary rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

from django.db import transaction

from rapport.activity.operations import Happening, record_many
from rapport.activity.verbs import Verb
from rapport.applications import activities as verbs
from rapport.applications.models import Application, ArchiveReason, Promise
from rapport.applications.promises import hear_by
from rapport.candidates.activities import CANDIDATE_CREATED, NOTE_ADDED, POOL_ADDED
from rapport.candidates.models import Candidate, Experience, Note, Pool, PoolMember, Task
from rapport.candidates.normal_forms import work_columns
from rapport.flows.demo import words
from rapport.flows.demo.company import JOBS, Company
from rapport.flows.demo.roles import ROLES
from rapport.jobs.models import Job, Stage
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.ids import id_at

NOTES = (
    "Would leave for work closer to the grid. Four days a week matter more than the last five thousand euros.",
    "Notice period is three months to the end of a quarter. Call again in spring.",
    "Very clear about how the on-call was organised. Asked good questions about ours.",
    "Wants to stay near the family; two days a week in the office are fine.",
    "Speaks about failures openly. References offered without asking.",
    "Salary wish is inside our range. Prefers mail over phone.",
    "Met at the meetup, talked for half an hour about forecasting and cargo bikes.",
)
TASKS = (
    "Call about the notice period",
    "Send the pay range",
    "Ask for two references",
    "Thank for the talk",
    "Book the team meeting",
)
SECOND_ENTRIES = 24
POOLS = (
    ("Data, Berlin and around", "Data people we would hire at once", "data engineering"),
    ("Electricians for spring", "For the substations programme", "electrical"),
    ("Silver medals", "Finalists we want back", "backend"),
)

ORIGINS = (Application.Origin.APPLIED, Application.Origin.SOURCED, Application.Origin.REFERRED)


@dataclass(slots=True)
class Story:
    """Rows and happenings gathered before they are stored in bulk."""

    applications: list[Application] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    happenings: dict[Verb, dict[Actor, list[Happening]]] = field(default_factory=dict)

    def tell(self, verb: Verb, actor: Actor, subjects: dict[str, UUID], at: datetime, **data: object) -> None:
        self.happenings.setdefault(verb, {}).setdefault(actor, []).append(Happening(subjects, data, at))


def tell_history(company: Company, people: int, seed: int, now: datetime) -> None:
    """Applications for all jobs from the first `people` candidates, and what colleagues noted about them."""
    candidates = list(Candidate.objects.order_by("id")[:people])
    dice = Random(f"{seed}/history")
    story = Story()
    for (job, role_name), row in zip(company.jobs, JOBS, strict=True):
        _tell_job(story, company, job, _fitting(candidates, role_name, dice), row[9], dice, now)
    with transaction.atomic():
        _notes_and_tasks(story, company, candidates, dice, now)
        _pools(story, company, candidates, dice, now)
        _store(story)


def tell_second_entries(people: int, seed: int, now: datetime) -> None:
    """Some of the first `people` candidates came in twice; told last, for nobody has written to these entries yet."""
    story = Story()
    with transaction.atomic():
        _second_entries(story, list(Candidate.objects.order_by("id")[:people]), Random(f"{seed}/twice"), now)
        _store(story)


def tell_large_board(company: Company, first: int, count: int, seed: int, now: datetime) -> None:
    """So many active applications for the job with ten stages: the board of a company that everybody writes to."""
    job = next(job for job, role_name in company.jobs if role_name == "customer service")
    dice = Random(f"{seed}/board")
    stages = list(job.stages.order_by("position"))
    actor = company.users["rita@example.org"].actor
    story = Story()
    for person in Candidate.objects.order_by("id")[first : first + count]:
        reached = min(len(stages) - 1, int(dice.expovariate(0.35)))
        start = now - timedelta(days=dice.uniform(0.1, 60))
        _tell_application(story, job, person, stages[: reached + 1], "active", {}, actor, start, dice, now)
    with transaction.atomic():
        _store(story)


def _store(story: Story) -> None:
    Application.objects.bulk_create(story.applications, batch_size=500)
    Promise.objects.bulk_create(story.promises, batch_size=500)
    for verb, by_actor in story.happenings.items():
        for actor, happenings in by_actor.items():
            record_many(verb, actor=actor, happenings=happenings)


def _fitting(candidates: Sequence[Candidate], role_name: str, dice: Random) -> list[Candidate]:
    """Mostly people of the role, some others: as applications are."""
    titles = next(role.titles for role in ROLES if role.name == role_name)
    inside = [person for person in candidates if person.title in titles]
    others = dice.sample(list(candidates), min(len(candidates), 10 + len(inside) // 4))
    return list(dict.fromkeys([*inside, *others]))


def _tell_job(
    story: Story, company: Company, job: Job, people: list[Candidate], days_open: int, dice: Random, now: datetime
) -> None:
    opened = now - timedelta(days=days_open)
    Job.objects.filter(id=job.id).update(opened_at=opened, created_at=opened - timedelta(days=3))
    stages = list(job.stages.order_by("position"))
    reasons = {
        side: list(ArchiveReason.objects.filter(side=side, is_active=True)) for side in ("rejected", "withdrawn")
    }
    actor = company.users[dice.choice(("rita@example.org", "mira@example.org"))].actor
    hires = 0
    for person in people:
        start = max(person.created_at, opened) + (now - max(person.created_at, opened)) * dice.random()
        reached = min(len(stages) - 1, int(dice.expovariate(0.75)))
        ending = dice.choices(("active", "rejected", "withdrawn", "hired"), (42, 45, 9, 4))[0]
        if ending == "hired" and (reached < len(stages) - 1 or hires >= job.headcount):
            ending = "rejected"
        hires += ending == "hired"
        _tell_application(story, job, person, stages[: reached + 1], ending, reasons, actor, start, dice, now)


def _tell_application(
    story: Story, job: Job, person: Candidate, path: list[Stage], ending: str, reasons: dict[str, list[ArchiveReason]],
    actor: Actor, start: datetime, dice: Random, now: datetime,
) -> None:  # fmt: skip
    application = Application(
        id=id_at(start), candidate=person, job=job, stage=path[0], owner_id=actor.id, applied_at=start,
        stage_entered_at=start, origin=dice.choice(ORIGINS),
    )  # fmt: skip
    subjects = {"application": application.id, "candidate": person.id, "job": job.id}
    told = {"job_title": job.title}
    story.tell(
        verbs.APPLICATION_CREATED, actor, subjects, start,
        **told, to_stage=path[0].name, to_stage_id=path[0].id, origin=application.origin,
    )  # fmt: skip
    at = start
    for before, after in pairwise(path):
        step = at + timedelta(days=dice.uniform(0.5, 6))
        if step >= now:
            break
        _close_promise(story, application, before, at, step, "kept")
        story.tell(
            verbs.APPLICATION_MOVED, actor, subjects, step, **told, from_stage=before.name, from_stage_id=before.id,
            to_stage=after.name, to_stage_id=after.id, reason="",
        )  # fmt: skip
        application.stage, at = after, step
    application.stage_entered_at = at
    end = at + timedelta(days=dice.uniform(1, 7))
    if ending == "active" or end >= now:
        _open_promise(story, application, at, dice, now)
    else:
        _end(story, application, ending, reasons, actor, subjects, end, dice)
        _close_promise(story, application, application.stage, at, end, "kept")
    story.applications.append(application)


def _end(
    story: Story, application: Application, ending: str, reasons: dict[str, list[ArchiveReason]], actor: Actor,
    subjects: dict[str, UUID], end: datetime, dice: Random,
) -> None:  # fmt: skip
    application.state, application.ended_at = ending, end
    told = {
        "job_title": application.job.title,
        "from_stage": application.stage.name,
        "from_stage_id": application.stage_id,
    }
    if ending == "hired":
        story.tell(verbs.APPLICATION_HIRED, actor, subjects, end, **told)
        return
    application.archive_reason = dice.choice(reasons[ending])
    story.tell(
        verbs.APPLICATION_ARCHIVED,
        actor,
        subjects,
        end,
        **told,
        state=ending,
        reason=application.archive_reason.name,
        note="",
    )


def _close_promise(
    story: Story, application: Application, stage: Stage, made: datetime, closed: datetime, state: str
) -> None:
    if stage.promised_days is None:
        return
    due = hear_by(made.date(), stage.promised_days)
    state = state if closed.date() <= due else "broken"
    story.promises.append(
        Promise(id=id_at(made), application=application, hear_by_on=due, state=state, made_at=made, closed_at=closed)
    )


def _open_promise(story: Story, application: Application, entered: datetime, dice: Random, now: datetime) -> None:
    """Still waiting: told lately that it takes a little longer, so that most promises lie ahead."""
    days = application.stage.promised_days
    if days is None:
        return
    made = max(entered, now - timedelta(days=dice.uniform(0, days * 1.15)))
    story.promises.append(
        Promise(id=id_at(made), application=application, hear_by_on=hear_by(made.date(), days), made_at=made)
    )


def _notes_and_tasks(story: Story, company: Company, candidates: list[Candidate], dice: Random, now: datetime) -> None:
    notes, tasks = [], []
    authors = [company.users[f"{name}@example.org"] for name in ("rita", "mira", "jonas")]
    for person in dice.sample(candidates, len(candidates) // 4):
        author = dice.choice(authors)
        at = person.created_at + (now - person.created_at) * dice.random()
        note = Note(id=id_at(at), candidate=person, author=author, text=dice.choice(NOTES), created_at=at)
        notes.append(note)
        story.tell(NOTE_ADDED, author.actor, {"candidate": person.id, "note": note.id}, at)
        if dice.random() < 0.15:
            due = (now + timedelta(days=dice.randint(-2, 12))).date()
            tasks.append(
                Task(
                    id=id_at(at), candidate=person, assignee=author, text=dice.choice(TASKS), due_on=due, created_at=at
                )
            )
    Note.objects.bulk_create(notes, batch_size=500)
    Task.objects.bulk_create(tasks, batch_size=500)


def _second_entries(story: Story, candidates: Sequence[Candidate], dice: Random, now: datetime) -> None:
    """Some who came in twice, once by a referral with a shorter career: for the page of duplicates."""
    people, careers = [], []
    for person in dice.sample(candidates, min(SECOND_ENTRIES, len(candidates) // 20)):
        at = person.created_at + min(timedelta(days=30), (now - person.created_at) / 2)
        given = dice.choice((person.given_name, person.given_name, f"{person.given_name[:2]}{person.given_name[1:]}"))
        again = Candidate(
            id=id_at(at), full_name=f"{given} {person.family_name}", given_name=given, family_name=person.family_name,
            title=person.title, organisation=person.organisation, place=dice.choice((person.place, "")), city=person.city,
            country_code=person.country_code, created_at=at, updated_at=at, last_activity_at=at,
            **work_columns(person.title, person.organisation),
        )  # fmt: skip
        people.append(again)
        for job in person.experiences.all()[:2]:
            careers.append(
                Experience(
                    candidate=again,
                    title=job.title,
                    organisation=job.organisation,
                    start_on=job.start_on,
                    end_on=job.end_on,
                    **work_columns(job.title, job.organisation),
                )
            )
        story.tell(CANDIDATE_CREATED, SYSTEM, {"candidate": again.id}, at, origin="import", source="Referral")
    Candidate.objects.bulk_create(people)
    Experience.objects.bulk_create(careers)


def _pools(story: Story, company: Company, candidates: list[Candidate], dice: Random, now: datetime) -> None:
    owner = company.users["rita@example.org"]
    for name, description, role_name in POOLS:
        pool, _ = Pool.objects.get_or_create(name=name, defaults={"description": description, "owner": owner})
        titles = next(role.titles for role in ROLES if role.name == role_name)
        members = [person for person in candidates if person.title in titles and dice.random() < 0.4]
        why = Random(name)  # apart from the other dice: what else is thrown stays as it is
        reasons = [why.choice(words.WHY_IN_POOLS) for _ in members]
        PoolMember.objects.bulk_create(
            [
                PoolMember(pool=pool, candidate=person, added_by=owner, added_at=person.created_at, reason=reason)
                for person, reason in zip(members, reasons, strict=True)
            ],
            batch_size=500, ignore_conflicts=True,
        )  # fmt: skip
        for person, reason in zip(members, reasons, strict=True):
            subjects = {"candidate": person.id, "pool": pool.id}
            story.tell(POOL_ADDED, owner.actor, subjects, person.created_at, pool=name, reason=reason)
