"""One run over an export: what all parts of it share, and what it counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rapport.applications.history_operations import find_or_add_reason
from rapport.applications.models import ArchiveReason
from rapport.flows.moving_in.export_files import Export
from rapport.flows.moving_in.planning import (
    FAILED,
    LEFT,
    UNCHANGED,
    ApplicationPlan,
    People,
    PersonPlan,
)
from rapport.flows.moving_in.shape import (
    APPLICATION,
    CANDIDATE,
    JOB,
    JobEntry,
    PersonEntry,
)
from rapport.flows.moving_in.staging import Staging
from rapport.flows.moving_in.tables import System
from rapport.intake.models import ExternalId, Import, ImportRow
from rapport.intake.operations.running import NOT_STORED
from rapport.intake.operations.sources import NewRow
from rapport.intake.queries import find_external
from rapport.intake.sandbox import SandboxPool
from rapport.jobs.models import Job, Stage
from rapport.lib.actors import Actor

MOST_JOBS_KEPT = 2000
State = ImportRow.State


class Run:
    """A run of one system's export for one import; with `item` None it only counts (a dry run).

    `jobs` are jobs and their stages (by lower-case name) by their id there; `shared` are contact points of many.
    """

    def __init__(self, *, system: System, actor: Actor, export: Export, staging: Staging, item: Import | None) -> None:
        self.system, self.actor, self.export, self.staging, self.item = system, actor, export, staging, item
        self.people = People()
        self.counts: dict[str, Counter[str]] = {}
        self.jobs: dict[str, tuple[Job, dict[str, Stage]]] = {}
        self.unusable_jobs: set[str] = set()
        self.reasons: dict[tuple[str, str], ArchiveReason] = {}
        self.shared: set[tuple[str, str]] = set()
        self.sandboxes: list[SandboxPool] = []

    def close(self) -> None:
        while self.sandboxes:
            self.sandboxes.pop().close()

    def count(self, kind: str, what: str, number: int = 1) -> None:
        if number:
            self.counts.setdefault(kind, Counter())[what] += number

    def forget_batch(self) -> None:
        """What was found in a batch that is rolled back may not be there."""
        self.jobs, self.reasons = {}, {}

    def reason(self, side: str, name: str) -> ArchiveReason:
        """The archive reason of a name on a side, made when there is none."""
        found = self.reasons.get((side, name))
        if found is None:
            found = find_or_add_reason(actor=self.actor, side=side, name=name)
            self.reasons[side, name] = found
        return found

    def refuse(self, entry: JobEntry | PersonEntry, number: int) -> NewRow:
        """The row of an entry that the database does not take."""
        kind = JOB if isinstance(entry, JobEntry) else CANDIDATE
        self.count(kind, "failed")
        row = self.row(number, f"{kind.capitalize()} {entry.id}")
        row.message = NOT_STORED
        return row

    def pass_over(self, kind: str, what: str, row: NewRow) -> None:
        row.state = State.FAILED if what == FAILED else State.SKIPPED
        if what == UNCHANGED:
            row.message = row.message or "Nothing new since the last time."
        self.count(kind, {FAILED: "failed", UNCHANGED: "unchanged", LEFT: "skipped"}[what])

    def no_job(self, plan: PersonPlan, application: ApplicationPlan) -> None:
        job = (
            f"job {application.entry.job_id} is neither in this export nor here"
            if application.entry.job_id
            else "job is not named"
        )
        plan.problems.append(f"Application {application.entry.id} was left out: its {job}.")
        self.count(APPLICATION, "failed")

    def keep_job(self, external_id: str, job: Job, stages: dict[str, Stage]) -> None:
        if len(self.jobs) >= MOST_JOBS_KEPT:
            self.jobs = {}
        self.jobs[external_id] = (job, stages)

    def load_jobs(self, plans: Sequence[PersonPlan]) -> None:
        wanted = {application.entry.job_id for plan in plans for application in plan.applications}
        missing = sorted(key for key in wanted if key and key not in self.jobs)
        known = find_external(self.system.kind, [(JOB, key) for key in missing])
        jobs = Job.objects.in_bulk([row.object_id for row in known.values()])
        stages: dict[UUID, dict[str, Stage]] = {}
        for stage in Stage.objects.filter(job__in=jobs).order_by("position"):
            stages.setdefault(stage.job_id, {})[stage.name.casefold()] = stage
        for (_, key), row in known.items():
            if row.object_id in jobs:
                self.keep_job(key, jobs[row.object_id], stages.get(row.object_id, {}))

    def row(self, number: int, name: str) -> NewRow:
        return NewRow(self.item.id if self.item else UUID(int=0), number, name[:255])

    def external(self, kind: str, external_id: str, object_id: UUID, print: str, told: Any) -> ExternalId:
        return ExternalId(
            system=self.system.kind,
            kind=kind,
            external_id=external_id,
            object_id=object_id,
            fingerprint=print,
            told=told,
        )


def added(row: NewRow) -> dict[str, Any]:
    """What a row has brought, to be taken back by it."""
    if row.added is None:
        row.added = {}
    return row.added


def id_of(plan: PersonPlan) -> UUID:
    if plan.candidate_id is None:
        raise AssertionError("whoever has no id here was passed over before")
    return plan.candidate_id


def the(known: ExternalId | None) -> ExternalId:
    if known is None:
        raise AssertionError("what has changed was known before")
    return known


def not_after(moment: datetime, now: datetime) -> datetime:
    """History lies in the past, whatever the clock of the other system said."""
    return min(moment, now)


def as_json(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
        for name, value in values.items()
    }


def rows_with_problems(rows: Iterable[NewRow]) -> Iterable[dict[str, Any]]:
    """What a report lists: the rows that failed or ask to be looked at."""
    for row in rows:
        if row.message and (row.state == State.FAILED or row.needs_look):
            yield {"row": row.number, "entry": row.name, "failed": row.state == State.FAILED, "message": row.message}
