"""Writes to promises: made when a stage is entered, closed by moves, messages, people and the calendar."""

from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record, record_many
from rapport.activity.verbs import Verb
from rapport.applications import queries, stage_rules
from rapport.applications.activities import (
    PROMISE_BROKEN,
    PROMISE_KEPT,
    PROMISE_MADE,
    PROMISE_MOVED,
    PROMISE_RELEASED,
)
from rapport.applications.models import Application, Promise
from rapport.applications.permissions import MOVE
from rapport.applications.promises import hear_by
from rapport.jobs.models import Stage
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.errors import Conflict, InvalidInput

BATCH = 500
VERBS: dict[str, Verb] = {
    Promise.State.KEPT: PROMISE_KEPT,
    Promise.State.BROKEN: PROMISE_BROKEN,
    Promise.State.RELEASED: PROMISE_RELEASED,
}


def local_day(now: datetime) -> date:
    """The organisation's day at a moment: what "by Friday" is measured with."""
    return now.astimezone(ZoneInfo(settings.DEFAULT_TIME_ZONE)).date()


def make_promises(*, actor: Actor, applications: Sequence[Application], stage: Stage, now: datetime) -> None:
    """Promise all of them an answer within the days of the stage they entered; nothing where it promises none.

    They have no open promise, have candidate and job at hand, and belong to the job of the stage. Records promise.made.
    """
    if stage.promised_days is None or not applications:
        return
    day = hear_by(local_day(now), stage.promised_days, public_holidays(applications[0].job.country_code))
    Promise.objects.bulk_create(
        Promise(application=application, hear_by_on=day, made_at=now) for application in applications
    )
    record_many(
        PROMISE_MADE,
        actor=actor,
        happenings=[_happening(application, {"hear_by_on": day, "stage": stage.name}) for application in applications],
    )


def close_promises(
    *, actor: Actor, applications: Iterable[Application], state: str, now: datetime, how: str = ""
) -> int:
    """Close the open promises of applications whose rows the caller has locked, as kept, broken or released.

    Records promise.kept, promise.broken or promise.released; returns how many were open.
    """
    by_id = {application.id: application for application in applications}
    open_rows = list(Promise.objects.filter(application_id__in=by_id, state=Promise.State.OPEN).order_by("id"))
    if not open_rows:
        return 0
    Promise.objects.filter(id__in=[row.id for row in open_rows]).update(state=state, closed_at=now)
    extra = {"how": how} if state == Promise.State.KEPT else {}
    record_many(
        VERBS[state],
        actor=actor,
        happenings=[
            _happening(by_id[row.application_id], {"hear_by_on": row.hear_by_on, **extra}) for row in open_rows
        ],
    )
    return len(open_rows)


@transaction.atomic
def move_promise(*, actor: Actor, application_id: UUID, hear_by_on: date, reason: str) -> Promise:
    """Promise a later (or earlier) day instead, with a reason; without an open promise this makes one.

    Records promise.moved, or promise.made. Raises NotFound, NotAllowed without applications.move, InvalidInput for a
    past day or a missing reason, Conflict when the application has ended.
    """
    application = queries.lock_application(actor, application_id)
    require(actor, MOVE, application.job)
    stage_rules.check_active(application)
    now = clock.now()
    if hear_by_on < local_day(now):
        raise InvalidInput({"hear_by_on": "Choose today or a later day."})
    before = Promise.objects.filter(application=application, state=Promise.State.OPEN).first()
    if before and before.hear_by_on == hear_by_on:
        return before
    if before and not reason.strip():
        raise InvalidInput({"reason": "Say why the candidate has to wait."})
    if before:
        before.state, before.closed_at, before.reason = Promise.State.MOVED, now, reason.strip()[:300]
        before.save(update_fields=["state", "closed_at", "reason"])
    promise = Promise.objects.create(application=application, hear_by_on=hear_by_on, made_at=now)
    if before:
        data = {"before_on": before.hear_by_on, "hear_by_on": hear_by_on, "reason": before.reason}
        _record(PROMISE_MOVED, actor, application, data)
    else:
        _record(PROMISE_MADE, actor, application, {"hear_by_on": hear_by_on, "stage": application.stage.name})
    return promise


@transaction.atomic
def keep_promise(*, actor: Actor, application_id: UUID) -> Promise:
    """Note that the candidate heard from us, by telephone for example. Records promise.kept.

    Raises NotFound, NotAllowed without applications.move, Conflict without an open promise.
    """
    application = queries.lock_application(actor, application_id)
    require(actor, MOVE, application.job)
    if not close_promises(
        actor=actor, applications=[application], state=Promise.State.KEPT, now=clock.now(), how="told"
    ):
        raise Conflict(f"Nothing is promised to {application.candidate} at present.")
    return Promise.objects.filter(application=application).latest("closed_at")


@transaction.atomic
def keep_promises_by_message(
    *, candidate_id: UUID, application_id: UUID | None = None, job_id: UUID | None = None
) -> int:
    """A message of ours went out: the candidate heard. Narrowed to an application or job where the message names one.

    Records promise.kept for each; safe to repeat. Returns how many promises were open.
    """
    waiting = Application.objects.filter(candidate_id=candidate_id, promises__state=Promise.State.OPEN)
    if application_id:
        waiting = waiting.filter(id=application_id)
    elif job_id:
        waiting = waiting.filter(job_id=job_id)
    applications = queries.lock_applications(SYSTEM, list(waiting.values_list("id", flat=True)))
    return close_promises(
        actor=SYSTEM, applications=applications, state=Promise.State.KEPT, now=clock.now(), how="message"
    )


def break_due_promises() -> int:
    """Mark the promises whose last day has passed as broken, in batches; returns how many. Records promise.broken."""
    total = 0
    while True:
        count = _break_some()
        total += count
        if count < BATCH:
            return total


@transaction.atomic
def _break_some() -> int:
    now = clock.now()
    due = Promise.objects.filter(state=Promise.State.OPEN, hear_by_on__lt=local_day(now)).order_by("hear_by_on", "id")
    ids = list(due.values_list("application_id", flat=True)[:BATCH])
    applications = queries.lock_applications(SYSTEM, ids)
    # Between reading and locking somebody may have moved a promise on.
    still_due = set(due.filter(application_id__in=ids).values_list("application_id", flat=True))
    late = [application for application in applications if application.id in still_due]
    close_promises(actor=SYSTEM, applications=late, state=Promise.State.BROKEN, now=now)
    return len(ids)


@cache
def public_holidays(country_code: str) -> Container[date]:
    """The public holidays of a country, any year; none where the country is not known."""
    import holidays  # takes 0.3 s to import

    known = country_code in holidays.list_supported_countries(include_aliases=False)
    return holidays.country_holidays(country_code) if known else holidays.HolidayBase()


def _happening(application: Application, data: dict[str, Any]) -> Happening:
    subjects = {"application": application.id, "candidate": application.candidate_id, "job": application.job_id}
    return Happening(subjects, {"job_title": application.job.title, **data})


def _record(verb: Verb, actor: Actor, application: Application, data: dict[str, Any]) -> None:
    happening = _happening(application, data)
    record(verb, actor=actor, subjects=happening.subjects, data=happening.data)
