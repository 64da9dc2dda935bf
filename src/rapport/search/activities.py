"""What this app records. The subject is the segment or the job; of an export the user."""

from rapport.activity.verbs import declare

SEGMENT_SAVED = declare("segment.saved", "saved the segment {name}", "bookmark", data=("name", "query", "is_shared"))
SEGMENT_CHANGED = declare(
    "segment.changed", "changed the segment {name}", "bookmark", data=("name", "query", "is_shared")
)
SEGMENT_DELETED = declare("segment.deleted", "deleted the segment {name}", "bookmark-x", data=("name", "query"))
SEGMENT_WATCHED = declare("segment.watched", "watches a segment", "bell-ring", quiet=True, webhook=False)
SEGMENT_UNWATCHED = declare("segment.unwatched", "watches a segment no more", "bell-off", quiet=True, webhook=False)
SEGMENT_GREW = declare(
    "segment.grew",
    "has {count} new",
    "bell-ring",
    data=("count", "user_id"),
    notify=True,
    notice=lambda data: f"has {data['count']:,} new {'person' if data['count'] == 1 else 'people'}",
    quiet=True,
    webhook=False,
)
SEGMENT_TAG_MERGED = declare(
    "segment.tag_merged", "merged the tag {tag}, by which the segment {name} goes, into {into}", "tag",
    data=("name", "tag", "into", "activity_id"), notify=True,
)  # fmt: skip
SEGMENT_TAG_DELETED = declare(
    "segment.tag_deleted", "deleted the tag {tag}, by which the segment {name} goes: nobody has it any more", "tag",
    data=("name", "tag", "activity_id"), notify=True,
)  # fmt: skip
CANDIDATES_EXPORTED = declare(
    "candidates.exported",
    "exported candidates as {format}",
    "download",
    data=("query", "format", "count"),
    webhook=False,
)
JOB_REDISCOVERED = declare(
    "job.rediscovered",
    "{count} known before fit {job_title}",
    "history",
    data=("job_title", "count", "opened_id"),
    notify=True,
    webhook=False,
)
