"""What this app records. Subjects: the job, and the stage where one is meant."""

from rapport.activity.verbs import declare

JOB_CREATED = declare("job.created", "created the job {job_title}", "briefcase", data=("job_title",))
JOB_REMOVED = declare(
    "job.removed", "took back {job_title}, which an import had brought", "undo-2", data=("job_title",)
)
JOB_CHANGED = declare(
    "job.changed", "changed the details of {job_title}", "pencil", data=("job_title", "changed", "is_confidential")
)
JOB_OPENED = declare("job.opened", "opened {job_title}", "play", data=("job_title", "from_state"))
JOB_PAUSED = declare("job.paused", "paused {job_title}", "pause", data=("job_title", "from_state"))
JOB_CLOSED = declare("job.closed", "closed {job_title}", "circle-stop", data=("job_title", "from_state"))
TEAM_SET = declare(
    "job.team_changed",
    "changed the hiring team of {job_title}",
    "users",
    data=("job_title", "added_ids", "removed_ids"),
)
SKILLS_SET = declare(
    "job.skills_changed", "changed the skills of {job_title}", "list-checks", data=("job_title", "must", "nice")
)
STAGE_ADDED = declare("stage.added", "added the stage {stage}", "list-plus", data=("job_title", "stage"))
STAGE_CHANGED = declare("stage.changed", "changed the stage {stage}", "list", data=("job_title", "stage", "changed"))
STAGE_REMOVED = declare("stage.removed", "removed the stage {stage}", "list-minus", data=("job_title", "stage"))
STAGES_REORDERED = declare(
    "stage.reordered", "put the stages in a new order", "list-ordered", data=("job_title", "stages")
)
TEMPLATE_SAVED = declare("stage_template.saved", "saved the process {name}", "list", data=("name",), quiet=True)
TEMPLATE_REMOVED = declare("stage_template.removed", "removed the process {name}", "list", data=("name",), quiet=True)
