"""What this app records. The subject of all is the segment."""

from rapport.activity.verbs import declare

SEGMENT_SAVED = declare("segment.saved", "saved the segment {name}", "bookmark", data=("name", "query", "is_shared"))
SEGMENT_CHANGED = declare(
    "segment.changed", "changed the segment {name}", "bookmark", data=("name", "query", "is_shared")
)
SEGMENT_DELETED = declare("segment.deleted", "deleted the segment {name}", "bookmark-x", data=("name", "query"))
