"""Reading applications: what this actor may see of them, and in which shape. The board: board.py."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.db.models.expressions import RawSQL

from rapport.accounts.capabilities import EVERYWHERE, require
from rapport.applications.finding import find_by_name
from rapport.applications.models import Application, ApplicationQuerySet, ArchiveReason, Promise
from rapport.applications.permissions import MOVE, VIEW
from rapport.candidates.models import Candidate
from rapport.candidates.permissions import visible_to
from rapport.jobs.figures import Figures
from rapport.jobs.models import HiringTeamMember, Stage
from rapport.lib.actors import Actor
from rapport.lib.errors import Moved, NotFound
from rapport.lib.ids import array_of

NO_APPLICATION = "There is no such application, or you are not on the team of its job."


def get_application(actor: Actor, application_id: UUID) -> Application:
    """An application with candidate, job (and its department), stage, owner and archive reason; NotFound when unseen."""
    rows = Application.objects.visible_to(actor).select_related(
        "candidate", "job__department", "job__owner", "stage", "owner", "archive_reason"
    )
    application = rows.filter(id=application_id).first()
    if application is None:
        raise _missing(actor, application_id)
    return application


def _missing(actor: Actor, application_id: UUID) -> NotFound:
    """What to raise for an application that was not found: Moved to the one it was merged with."""
    merged = Application.objects.filter(id=application_id, state=Application.State.MERGED).first()
    kept = find_application(actor, candidate_id=merged.candidate_id, job_id=merged.job_id) if merged else None
    if kept:
        return Moved(application_id, kept.id, "This application was merged with another one of the same person.")
    return NotFound(NO_APPLICATION)


def lock_application(actor: Actor, application_id: UUID) -> Application:
    """An application with candidate, job and stage; its own row is locked until the transaction ends."""
    rows = lock_applications(actor, [application_id])
    if not rows:
        raise _missing(actor, application_id)
    return rows[0]


def lock_applications(actor: Actor, application_ids: Collection[UUID]) -> list[Application]:
    """Those of the applications that the actor may see, locked in the order of their ids; with candidate, job, stage.

    Two statements: one that waited for a lock would find its row gone if it joined the stage somebody just changed.
    """
    rows = Application.objects.visible_to(actor).filter(id__in=application_ids)
    locked = list(rows.select_for_update(of=("self",)).order_by("id").values_list("id", flat=True))
    found = Application.objects.filter(id__in=locked).select_related("candidate", "job", "stage")
    return list(found.order_by("id"))


def find_application(actor: Actor, *, candidate_id: UUID, job_id: UUID) -> Application | None:
    rows = Application.objects.visible_to(actor).select_related("candidate", "job", "stage")
    return rows.filter(candidate_id=candidate_id, job_id=job_id).first()


def with_promise(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Annotates `hear_by_on`, the last day of the open promise, None without one."""
    joined = applications.annotate(
        open_promise=FilteredRelation("promises", condition=Q(promises__state=Promise.State.OPEN))
    )
    return joined.annotate(hear_by_on=F("open_promise__hear_by_on"))


def list_for_candidate(actor: Actor, candidate_id: UUID) -> list[Application]:
    """All applications of a candidate that the actor may see, active ones first, in one statement.

    Each has job, stage, owner and archive_reason, and `hear_by_on` (the open promise's day or None).
    """
    rows = with_promise(Application.objects.visible_to(actor).filter(candidate_id=candidate_id))
    rows = rows.select_related("job", "stage", "owner", "archive_reason").order_by("-applied_at", "-id")
    found = list(rows.defer("job__description"))
    return sorted(found, key=lambda row: row.state != Application.State.ACTIVE)


def list_stages_to_move_to(actor: Actor, applications: Iterable[Application]) -> dict[UUID, list[Stage]]:
    """The stages of the jobs of these applications by job, where the actor may move somebody; in one statement."""
    scope, job_ids = MOVE.scope_for(actor), {application.job_id for application in applications}
    if scope is None or not job_ids:
        return {}
    stages = Stage.objects.filter(job_id__in=job_ids)
    if scope != EVERYWHERE:
        stages = stages.filter(job__team_rows__user=actor.id)
    found: dict[UUID, list[Stage]] = {}
    for stage in stages:
        found.setdefault(stage.job_id, []).append(stage)
    return found


def list_promises(application_id: UUID) -> list[Promise]:
    """Everything promised for an application, newest first."""
    return list(Promise.objects.filter(application_id=application_id).order_by("-made_at", "-id"))


def list_archive_reasons(*, include_inactive: bool = False) -> list[ArchiveReason]:
    """Reasons for ending an application, ours first."""
    reasons = ArchiveReason.objects.order_by("side", "name")
    return list(reasons if include_inactive else reasons.filter(is_active=True))


def get_archive_reason(reason_id: UUID) -> ArchiveReason:
    reason = ArchiveReason.objects.filter(id=reason_id).first()
    if reason is None:
        raise NotFound("There is no such reason. Choose another.")
    return reason


@dataclass(frozen=True, slots=True)
class EndedPage:
    """Applications that ended in one state, newest first; `next_before` asks for the rows that follow."""

    applications: list[Application]
    next_before: UUID | None


def list_ended(actor: Actor, job_id: UUID, state: str, *, before: UUID | None = None, limit: int = 50) -> EndedPage:
    """Ended applications with candidate, stage, owner, archive_reason and `hear_by_on`, by when they ended."""
    rows = with_promise(Application.objects.visible_to(actor).filter(job_id=job_id, state=state))
    rows = rows.select_related("candidate", "stage", "owner", "archive_reason").order_by("-ended_at", "-id")
    if before:
        last = Application.objects.filter(id=before).values_list("ended_at", flat=True).first()
        if last:
            rows = rows.filter(Q(ended_at__lt=last) | Q(ended_at=last, id__lt=before))
    found = list(rows[: limit + 1])
    return EndedPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def figures_of_jobs(job_ids: Sequence[UUID]) -> Mapping[UUID, Figures]:
    """Active applications by kind of stage and hires, for many jobs in one statement (see jobs/figures.py)."""
    states = [Application.State.ACTIVE, Application.State.HIRED]
    rows = Application.objects.filter(job_id__in=job_ids, state__in=states).order_by()
    by_kind: dict[UUID, dict[str, int]] = {}
    hired: dict[UUID, int] = {}
    for job_id, state, kind, count in rows.values_list("job_id", "state", "stage__kind").annotate(Count("id")):
        if state == Application.State.HIRED:
            hired[job_id] = hired.get(job_id, 0) + count
        else:
            by_kind.setdefault(job_id, {})[kind] = count
    return {job_id: Figures(by_kind.get(job_id, {}), hired.get(job_id, 0)) for job_id in {*by_kind, *hired}}


def candidates_on_teams(actor: Actor) -> Q:
    """The condition on Candidate for those considered for a job on whose team the actor is (see candidates)."""
    if VIEW.scope_for(actor) is None:
        return Q(pk__in=[])
    team = HiringTeamMember.objects.of(actor).values("job_id")
    return Q(id__in=Application.objects.filter(job_id__in=team).values("candidate_id"))


def applications_for_job(actor: Actor, job_id: UUID, candidate_ids: Collection[UUID]) -> dict[UUID, Application]:
    """Which of the candidates are considered for a job already: their applications by candidate, with the stage."""
    rows: ApplicationQuerySet = Application.objects.visible_to(actor).filter(job_id=job_id)
    # One array instead of hundreds of parameters, which would take longer to write down than to answer.
    wanted = RawSQL("SELECT unnest(%s::uuid[])", [array_of(candidate_ids)])
    found = rows.filter(candidate_id__in=wanted).select_related("stage")
    return {application.candidate_id: application for application in found}


def list_due_promises(actor: Actor, *, until: date, limit: int = 50) -> list[Promise]:
    """Open promises whose last day is `until` or earlier, most urgent first, for the home page.

    Each has application with candidate, job and stage. Only those of jobs the actor may see.
    """
    require(actor, VIEW)
    visible = Application.objects.visible_to(actor).values("id")
    rows = Promise.objects.filter(state=Promise.State.OPEN, hear_by_on__lte=until, application__in=visible)
    related = rows.select_related("application__candidate", "application__job", "application__stage")
    return list(related.order_by("hear_by_on", "id")[:limit])


def first_stage(job_id: UUID) -> Stage:
    """Where a new application starts: the first stage of the job."""
    stage = Stage.objects.filter(job_id=job_id).order_by("position").first()
    if stage is None:
        raise NotFound("This job has no stages yet. Add one under Process.")
    return stage


def list_by_ids(actor: Actor, job_id: UUID, application_ids: Collection[UUID]) -> list[Application]:
    """Applications of a job with candidate, job and stage, by name."""
    rows = Application.objects.visible_to(actor).filter(job_id=job_id, id__in=application_ids)
    return list(rows.select_related("candidate", "job", "stage").order_by("candidate__full_name", "id"))


@dataclass(frozen=True, slots=True)
class Option:
    """A person to consider for a job, and the application there is already, if any."""

    candidate: Candidate
    application: Application | None


def find_candidates(actor: Actor, job_id: UUID, text: str, limit: int = 10) -> list[Option]:
    """People of the pool by name, those considered for the job already last.

    Asks the search index; without one, whose full, given or family name begins with what was typed.
    """
    wanted = " ".join(text.split())
    if not wanted:
        return []
    found = find_by_name(actor, wanted, limit)
    if found is None:
        found = _begin_with(actor, wanted, limit)
    known = applications_for_job(actor, job_id, [person.id for person in found])
    rows = [Option(person, known.get(person.id)) for person in found]
    return sorted(rows, key=lambda row: row.application is not None)


def _begin_with(actor: Actor, text: str, limit: int) -> list[Candidate]:
    begins = Q(full_name__istartswith=text) | Q(family_name__istartswith=text) | Q(given_name__istartswith=text)
    people = Candidate.objects.active().filter(visible_to(actor)).filter(begins)
    return list(people.only("id", "full_name", "title", "organisation", "place").order_by("full_name", "id")[:limit])
