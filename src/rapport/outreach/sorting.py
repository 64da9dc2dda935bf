"""Which way everybody goes who is due: a mail, a task, the step after, later, or the end. Reads, and writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from rapport.lib.errors import InvalidInput
from rapport.lib.ids import new_ids
from rapport.mail.headers import ascii_address
from rapport.mail.merge_fields import MissingValues
from rapport.outreach.conditions import list_over, list_passed_over
from rapport.outreach.ending import EndedEnrollment
from rapport.outreach.facts import Known, read_known
from rapport.outreach.fillings import read_fillings, to_fill_in
from rapport.outreach.governor import GO, Verdict, judge
from rapport.outreach.ledger import DueRow
from rapport.outreach.models import Step
from rapport.outreach.parcels import NO_THREAD, NOTHING_FILLED, Parcel, build_parcel, read_threads
from rapport.outreach.plans import Plan, PlannedStep, read_letters

LOOK_AGAIN = timedelta(days=1)  # at an automatic mail that cannot go out until its text is changed
TAKEN_OUT = Verdict("no_step", "The step was taken out of the sequence.")


@dataclass(slots=True)
class Due:
    """The ways; `later` are (enrollment, due, why), `passed_over` and `waited` (row, the step that is for others or
    was a wait, time zone)."""

    known: Mapping[UUID, Known]
    go: list[Parcel] = field(default_factory=list)
    tasks: list[DueRow] = field(default_factory=list)
    gone: list[DueRow] = field(default_factory=list)
    passed_over: list[tuple[DueRow, PlannedStep, str]] = field(default_factory=list)
    waited: list[tuple[DueRow, PlannedStep, str]] = field(default_factory=list)
    later: list[tuple[UUID, datetime | None, str]] = field(default_factory=list)
    ended: list[EndedEnrollment] = field(default_factory=list)


def sort_due(plan: Plan, rows: Sequence[DueRow], now: datetime) -> Due:
    """Sort those who are due; each is in one of the lists, or in none where it is to be looked at again."""
    due = Due(
        read_known(
            [row.candidate_id for row in rows], now=now, cap_days=plan.sequence.cap_days,
            needs_consent=plan.sequence.needs_consent, writers={row.candidate_id: row.enrolled_by_id for row in rows},
        )
    )  # fmt: skip
    over = list_over(plan, {row.id: row.candidate_id for row in rows})
    passed_over = list_passed_over(plan, rows)
    steps = {step.id: step for step in plan.steps}
    asked: list[tuple[DueRow, PlannedStep | None]] = []
    for row in rows:
        step = steps.get(row.step_id)
        if row.id in over:
            due.ended.append(over[row.id])
        elif row.id in passed_over:
            due.passed_over.append((row, passed_over[row.id], due.known[row.candidate_id].time_zone))
        elif step is None and not row.delivery_id:
            due.gone.append(row)
        elif step is not None and step.kind == Step.Kind.TASK:
            due.tasks.append(row)
        elif step is not None and step.kind == Step.Kind.WAIT:
            due.waited.append((row, step, due.known[row.candidate_id].time_zone))
        else:
            asked.append((row, step))
    _write_down(plan, _judged(plan, asked, due, now), due, now)
    return due


def _judged(
    plan: Plan, asked: Sequence[tuple[DueRow, PlannedStep | None]], due: Due, now: datetime
) -> list[tuple[DueRow, PlannedStep]]:
    """Who may get their mail now; the others wait or are over."""
    rules = {zone: plan.rules_for(zone, now) for zone in {person.time_zone for person in due.known.values()}}
    may_go: list[tuple[DueRow, PlannedStep]] = []
    # Of all who got no mail lately the same is known: about them it is asked once.
    ask = cache(lambda facts, time_zone: judge(facts, rules[time_zone], now))
    for row, step in asked:
        person = due.known[row.candidate_id]
        verdict = ask(person.facts, person.time_zone) if step else TAKEN_OUT
        if verdict.until:
            due.later.append((row.id, verdict.until, verdict.text))
        elif step is None or not verdict.may_go:
            due.ended.append(_ended(row, verdict))
        else:
            may_go.append((row, step))
    return may_go


def _write_down(plan: Plan, mails: Sequence[tuple[DueRow, PlannedStep]], due: Due, now: datetime) -> None:
    """Parcels for these mails; who lacks what the text asks for waits or is over."""
    threads = read_threads([row.thread_id for row, _ in mails if row.thread_id])
    filled = read_fillings([row.id for row, step in mails if step.has_placeholders])
    again = plan.sequence.again_after_days
    had = read_letters(plan.compared, [row.candidate_id for row, _ in mails if again or row.tries or row.delivery_id])
    steps = {step.id: step for _, step in mails}
    as_first = {key: plan.as_first(step) for key, step in steps.items()}
    for (row, step), new_id in zip(mails, new_ids(len(mails)), strict=True):
        person, thread = due.known[row.candidate_id], threads.get(row.thread_id or row.id, NO_THREAD)
        step = step if thread.message_ids else as_first[step.id]
        chosen = step.variant_for(row.candidate_id, had.get((row.candidate_id, step.id), ""))
        parcel = build_parcel(
            plan, chosen, row, person, thread, delivery_id=row.delivery_id or new_id,
            filled=filled.get((row.id, step.id), NOTHING_FILLED),
        )  # fmt: skip
        open_ = chosen.text.open_placeholders(parcel.values)
        if open_ and (row.delivery_id or step.kind == Step.Kind.AUTO):
            due.later.append((row.id, None if row.delivery_id else now + LOOK_AGAIN, to_fill_in(open_)))
        elif (verdict := refusal_of(step, parcel.values, person.address)).may_go:
            due.go.append(parcel)
        else:
            due.ended.append(_ended(row, verdict))


def _ended(row: DueRow, verdict: Verdict) -> EndedEnrollment:
    return EndedEnrollment(row.id, row.candidate_id, verdict.reason, verdict.text)


def refusal_of(step: PlannedStep, values: Mapping[str, str], address: str) -> Verdict:
    """Why this step cannot be written for somebody with these values, or not to this address; or GO."""
    if missing := step.missing(values):
        return Verdict("missing_values", f"{MissingValues(dict.fromkeys(missing))}.")
    try:
        ascii_address(address)
    except InvalidInput as problem:
        return Verdict("no_address", f"{problem}.")
    return GO
