"""What this app records. The subject is the segment, or the job."""

from rapport.activity.verbs import declare

SEGMENT_SAVED = declare("segment.saved", "saved the segment {name}", "bookmark", data=("name", "query", "is_shared"))
SEGMENT_CHANGED = declare(
    "segment.changed", "changed the segment {name}", "bookmark", data=("name", "query", "is_shared")
)
SEGMENT_DELETED = declare("segment.deleted", "deleted the segment {name}", "bookmark-x", data=("name", "query"))
JOB_REDISCOVERED = declare(
    "job.rediscovered",
    "{count} known before fit {job_title}",
    "history",
    data=("job_title", "count", "opened_id"),
    notify=True,
    webhook=False,
)
