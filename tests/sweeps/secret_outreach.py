"""What goes on around a confidential job: a sequence, somebody's way through it, mail, a reply, comments, tasks, notices."""

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.activity.registry import handlers_for
from rapport.candidates.models import Task
from rapport.jobs import operations as jobs
from rapport.jobs.models import Job
from rapport.lib import clock
from rapport.lib.ids import new_id
from rapport.mail import operations as mail
from rapport.mail.composing import Content
from rapport.mail.models import Mailbox, Message
from rapport.mail.operations.recording import HandedOver, store_handed_over
from rapport.mail.tests.examples import answer
from rapport.notifications import operations as notifications
from rapport.notifications.models import Notification
from rapport.outreach import operations as outreach
from rapport.outreach.facts import read_known
from rapport.outreach.ledger import DueRow
from rapport.outreach.models import Delivery, Enrollment, Sequence
from rapport.outreach.plans import load_plan
from rapport.outreach.step_tasks import add_tasks
from rapport.outreach.subjects import job_of
from rapport.outreach.tests.factories import ALWAYS, make_step
from tests.sweeps.world import World

MARK = "Quetzalcoatl"  # in every name and text below, and nowhere else
TEAM = ("rita", "hugo", "ines")
# Reactions that tell people and give them tasks; the others would stop what the world needs going.
REACTIONS = ("rapport.notifications.reactions.tell_followers", "rapport.candidates.reactions.follow_intents")


@dataclass(frozen=True)
class SecretOutreach:
    """`values` are those of URL parameters; `notices` the ids of what each user was told, by name."""

    job: Job
    sequence: Sequence
    values: dict[str, Any]
    notices: dict[str, list[UUID]]


def make_secret_outreach(world: World, made: str) -> SecretOutreach:
    """As the product makes it; the job is confidential from the start, or becomes it when all has happened (later). What is
    old was written by a version that named no job, and went through the migrations since.

    Mira, who is not on the team, follows the candidate and shares the mailbox.
    """
    rita, mira = world.users["rita"], world.users["mira"]
    notifications.follow(actor=mira.actor, kind="candidate", subject_id=world.candidate.id)
    first = Activity.objects.latest("id").id
    job = _job(world, is_confidential=made == "start")
    box = Mailbox.objects.create(
        address="jobs@example.org", display_name="Jobs", smtp_host="127.0.0.1", smtp_security="plain",
        created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    sequence = Sequence.objects.create(
        name=f"{MARK} first", state="active", mailbox=box, job=job, owner=rita, time_zone="UTC", created_at=clock.now(),
        updated_at=clock.now(), cap_count=50, **ALWAYS,
    )  # fmt: skip
    steps = [
        make_step(sequence, 1, subject=f"{MARK} calls", body=f"Hi, this is about {MARK}."),
        make_step(sequence, 2, kind="task", subject="", body=f"Ring them about {MARK}"),
        make_step(sequence, 3, kind="approval", subject=f"{MARK} again", body=f"Hi, {MARK} still looks."),
    ]
    outreach.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[world.candidate.id])
    outreach.pause_sequence(actor=rita.actor, sequence_id=sequence.id)
    enrollment = Enrollment.objects.get(sequence=sequence)
    _give_task(enrollment, steps[1].id)
    sent = _send(enrollment, box, rita, steps[0])
    reply = mail.receive(mailbox=box, data=answer(to=sent, text=f"Tell me more about {MARK}, I am interested."))
    assert reply is not None
    comment = mail.add_comment(actor=rita.actor, conversation_id=reply.thread_id, text=f"{MARK} is for us.")
    planned = _plan(enrollment, steps[2], box)
    happened = list(Activity.objects.filter(id__gt=first).order_by("id"))
    for name, handler, matching in handlers_for(happened):
        if name in REACTIONS:
            handler(matching)
    if made == "old":
        _make_old(enrollment, [activity.id for activity in happened])
    if made != "start":
        jobs.update_job(actor=rita.actor, job_id=job.id, is_confidential=True)
    tasks = {task.text: task for task in Task.objects.filter(subjects__enrollment=str(enrollment.id))}
    values = {
        "sequence_id": sequence.id, "step_id": steps[0].id, "delivery_id": planned.id, "message_id": reply.id, "conversation_id": reply.thread_id,
        "comment_id": comment.id, "task_id": tasks[f"Ring them about {MARK}"].id, "job_id": job.id,
    }  # fmt: skip
    assert len(tasks) == 2  # the step's, and that of the reply
    told = {name: list(_told(user, happened)) for name, user in world.users.items()}
    return SecretOutreach(job, sequence, values, told)


def _job(world: World, *, is_confidential: bool) -> Job:
    rita = world.users["rita"].actor
    job = jobs.create_job(actor=rita, title=f"Chief {MARK}", description=f"Leads {MARK}.", place="Berlin")
    roles = dict(zip(TEAM, ("recruiter", "hiring_manager", "interviewer"), strict=True))
    jobs.set_team(actor=rita, job_id=job.id, members={world.users[name].id: role for name, role in roles.items()})
    jobs.update_job(actor=rita, job_id=job.id, is_confidential=is_confidential)
    return jobs.change_state(actor=rita, job_id=job.id, state=Job.State.OPEN)


def _give_task(enrollment: Enrollment, step_id: UUID) -> None:
    plan, now = load_plan(enrollment.sequence_id), clock.now()
    assert plan is not None
    known = read_known([enrollment.candidate_id], now=now, cap_days=1, needs_consent=False)
    row = DueRow(enrollment.id, enrollment.candidate_id, step_id, None, None, 0, enrollment.enrolled_by_id)
    add_tasks(plan, [row], known, now)


def _send(enrollment: Enrollment, box: Mailbox, sender: User, step: Any) -> Message:
    """What the engine stores of a mail that went out."""
    key, at = new_id(), clock.now() - timedelta(hours=1)
    Delivery.objects.create(
        id=key, enrollment=enrollment, step=step, attempt=1, version=step.versions.get(), mailbox=box, state="sent",
        message_id=f"{key}@example.org", address="carl@example.org", claimed_at=at, started_at=at, finished_at=at,
    )  # fmt: skip
    content = Content(f"{MARK} calls", f"Hi, this is about {MARK}.")
    store_handed_over(
        [
            HandedOver(
                id=key, thread_id=key, state="sent", mailbox_id=box.id, message_id=f"{key}@example.org",
                from_address=box.address, from_name="Rita", to_address="carl@example.org", to_name="Carl Candidate",
                content=content, sent_by_id=sender.id, at=at,
                subjects={
                    "candidate": enrollment.candidate_id, "enrollment": enrollment.id, **job_of(enrollment.sequence),
                },
            )
        ]
    )  # fmt: skip
    Enrollment.objects.filter(id=enrollment.id).update(thread_id=key)
    return Message.objects.get(id=key)


def _plan(enrollment: Enrollment, step: Any, box: Mailbox) -> Delivery:
    """A mail that waits for approval."""
    planned = Delivery.objects.create(
        enrollment=enrollment, step=step, attempt=1, version=step.versions.get(), mailbox=box, state="planned",
        message_id="planned@example.org", address="carl@example.org", claimed_at=clock.now(),
    )  # fmt: skip
    Enrollment.objects.filter(id=enrollment.id).update(delivery_id=planned.id, next_due_at=None, step=step)
    return planned


def _make_old(enrollment: Enrollment, activity_ids: list[UUID]) -> None:
    """As it was before the job was named: no task knew what it came from."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE activity_activity SET subjects = subjects - 'job' - 'message' WHERE id = ANY(%s) AND verb LIKE 'task.%%'",
            [activity_ids],
        )
        cursor.execute(
            """UPDATE activity_activity SET subjects = CASE WHEN verb LIKE 'task.%%' THEN subjects - 'enrollment' ELSE subjects END
            - 'job' WHERE id = ANY(%s) AND subjects->>'enrollment' = %s""",
            [activity_ids, str(enrollment.id)],
        )
        cursor.execute(
            "UPDATE mail_message SET subjects = subjects - 'job' WHERE subjects->>'enrollment' = %s",
            [str(enrollment.id)],
        )
        cursor.execute("UPDATE candidates_task SET subjects = '{}'")
    for name in ("candidates.migrations.0012_fill_reply_tasks", "outreach.migrations.0010_fill_step_tasks"):
        migration = import_module(f"rapport.{name}")
        with connection.schema_editor(atomic=False) as editor:
            migration.fill(apps, editor)


def _told(user: User, happened: list[Activity]) -> list[UUID]:
    rows = Notification.objects.filter(user=user, activity_id__in=[activity.id for activity in happened])
    return list(rows.values_list("id", flat=True))
