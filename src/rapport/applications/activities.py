"""What this app records. Subjects of all: application, candidate and job."""

from rapport.activity.verbs import declare

APPLICATION_CREATED = declare(
    "application.created",
    "put the candidate up for {job_title}",
    "user-plus",
    notify=True,
    data=("job_title", "to_stage", "to_stage_id", "origin"),
)
APPLICATION_MOVED = declare(
    "application.moved",
    "moved the application for {job_title} from {from_stage} to {to_stage}",
    "arrow-right",
    notify=True,
    data=("job_title", "from_stage", "from_stage_id", "to_stage", "to_stage_id", "reason"),
)
APPLICATION_ARCHIVED = declare(
    "application.archived",
    "ended the application for {job_title}, {state}: {reason}",
    "archive",
    notify=True,
    data=("job_title", "state", "reason", "note", "from_stage", "from_stage_id"),
    personal=("note",),
)
APPLICATION_REOPENED = declare(
    "application.reopened",
    "took the application for {job_title} up again in {to_stage}",
    "archive-restore",
    notify=True,
    data=("job_title", "from_state", "to_stage", "to_stage_id"),
)
APPLICATION_HIRED = declare(
    "application.hired",
    "marked the candidate as hired for {job_title}",
    "party-popper",
    notify=True,
    data=("job_title", "from_stage", "from_stage_id"),
)
APPLICATION_REMOVED = declare(
    "application.removed", "took back the application for {job_title}, which an import had brought", "undo-2",
    data=("job_title",),
)  # fmt: skip
APPLICATION_ASSIGNED = declare(
    "application.assigned", "gave the application for {job_title} to {owner_name}", "user-round-check",
    data=("job_title", "owner_id", "owner_name"),
)  # fmt: skip
PROMISE_MADE = declare(
    "promise.made", "promised an answer by {hear_by_on} for {job_title}", "clock",
    data=("job_title", "hear_by_on", "stage"), quiet=True,
)  # fmt: skip
PROMISE_KEPT = declare(
    "promise.kept", "answered before {hear_by_on}, as promised for {job_title}", "check",
    data=("job_title", "hear_by_on", "how"), quiet=True,
)  # fmt: skip
PROMISE_MOVED = declare(
    "promise.moved", "moved the promised answer for {job_title} from {before_on} to {hear_by_on}: {reason}", "clock",
    data=("job_title", "before_on", "hear_by_on", "reason"),
)  # fmt: skip
PROMISE_BROKEN = declare(
    "promise.broken", "saw the promised answer for {job_title} by {hear_by_on} pass", "clock-alert",
    notify=True, data=("job_title", "hear_by_on"),
    notice=lambda data: f"has not heard about {data.get('job_title', 'the job')} by the promised day",
)  # fmt: skip
PROMISE_RELEASED = declare(
    "promise.released", "released the promise for {job_title}", "clock", data=("job_title", "hear_by_on"), quiet=True
)
REASON_SAVED = declare("archive_reason.saved", "saved the reason {name}", "archive", data=("name", "side"), quiet=True)
