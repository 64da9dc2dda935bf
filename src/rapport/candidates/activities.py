"""What this app records. Every change of a candidate has the candidate among its subjects: the search index follows."""

from rapport.activity.verbs import declare
from rapport.candidates import timeline

CANDIDATE_CREATED = declare(
    "candidate.created", "added the candidate to the pool", "user-plus", data=("source", "origin", "import_id", "tags"),
    template="candidates/timeline/created.html",
)  # fmt: skip
CANDIDATE_ATTACHED = declare(
    "candidate.attached",
    "added details that came in again",
    "user-check",
    data=("source", "matched_by", "added", "import_id", "tags"),
    personal=("matched_by",),
    template="candidates/timeline/attached.html",
)
CANDIDATE_UPDATED = declare(
    "candidate.updated",
    "changed the profile",
    "pencil",
    data=("changed", "before", "after"),
    personal=("before", "after"),
    template="candidates/timeline/updated.html",
)
CANDIDATE_ARCHIVED = declare("candidate.archived", "archived the candidate: {reason}", "archive", data=("reason",))
CANDIDATE_UNARCHIVED = declare("candidate.unarchived", "took the candidate back from the archive", "archive-restore")
CANDIDATE_DISCARDED = declare("candidate.discarded", "took back an import", "undo-2", quiet=True)
CANDIDATE_DETACHED = declare(
    "candidate.detached", "took back what an import had added", "undo-2", data=("removed", "import_id")
)
CANDIDATE_TOUCHED = declare("candidate.touched", "was in touch", "circle", quiet=True, webhook=False)

CONTACT_POINT_ADDED = declare(
    "contact_point.added", "added {value}", "at-sign", data=("kind", "value"), personal=("value",)
)
CONTACT_POINT_CHANGED = declare(
    "contact_point.changed",
    "marked {value} as {status}",
    "at-sign",
    data=("kind", "value", "status", "note"),
    personal=("value", "note"),
)
CONTACT_POINT_REMOVED = declare(
    "contact_point.removed", "removed {value}", "at-sign", data=("kind", "value"), personal=("value",)
)

TAG_CREATED = declare("tag.created", "made the tag {tag}", "tag", data=("tag",))
TAG_RENAMED = declare("tag.renamed", "renamed the tag {before} to {tag}", "tag", data=("tag", "before"))
TAG_CHANGED = declare("tag.changed", "changed what the tag {tag} means", "tag", data=("tag", "changed"))
TAG_MERGED = declare("tag.merged", "merged the tag {before} into {tag}", "tag", data=("tag", "before"))
TAG_UNMERGED = declare("tag.unmerged", "took the tag {tag} apart from {before} again", "tag", data=("tag", "before"))
TAG_DELETED = declare("tag.deleted", "deleted the tag {tag}", "tag", data=("tag",))
TAG_ADDED = declare(
    "tag.added", "added the tag {tag}: {reason}", "tag", data=("tag", "reason"), personal=("reason",)
)  # fmt: skip
TAG_REMOVED = declare("tag.removed", "took away the tag {tag}", "tag", data=("tag",))

POOL_CREATED = declare("pool.created", "made the pool {pool}", "layers", data=("pool",))
POOL_CHANGED = declare("pool.changed", "changed the pool {pool}", "layers", data=("pool", "before"))
POOL_ARCHIVED = declare("pool.archived", "put away the pool {pool}", "layers", data=("pool",))
POOL_ADDED = declare(
    "pool.added", "added to the pool {pool}: {reason}", "layers", data=("pool", "reason"), personal=("reason",)
)  # fmt: skip
POOL_EXPLAINED = declare(
    "pool.explained", "noted why in the pool {pool}: {reason}", "layers", data=("pool", "reason"), personal=("reason",)
)  # fmt: skip
POOL_REMOVED = declare("pool.removed", "took out of the pool {pool}", "layers", data=("pool",))

NOTE_ADDED = declare(
    "note.added", "wrote a note", "pencil-line", group="notes", data=("import_id",),
    template="candidates/timeline/note.html", load=timeline.load_notes,
)  # fmt: skip
NOTE_EDITED = declare("note.edited", "edited a note", "pencil-line", group="notes", quiet=True)
NOTE_DELETED = declare("note.deleted", "deleted a note", "eraser", group="notes")

TASK_ADDED = declare(
    "task.added", "has something to do: {text}", "list-todo", group="notes",
    data=("text", "due_on"), personal=("text",),
)  # fmt: skip
TASK_WITHDRAWN = declare(
    "task.withdrawn",
    "took a task back: {text}",
    "list-x",
    group="notes",
    data=("text",),
    personal=("text",),
    quiet=True,
)
TASK_DONE = declare("task.done", "did: {text}", "circle-check", group="notes", data=("text",), personal=("text",))
TASK_REOPENED = declare(
    "task.reopened", "has it to do again: {text}", "list-todo", group="notes", data=("text",), personal=("text",)
)

DOCUMENT_ADDED = declare(
    "document.added", "added {file_name}", "file-text", data=("file_name", "kind"), personal=("file_name",)
)
DOCUMENT_REMOVED = declare(
    "document.removed", "removed {file_name}", "file-x", data=("file_name", "kind"), personal=("file_name",)
)

CONSENT_GIVEN = declare(
    "consent.given", "noted consent: {purpose}", "lock", data=("purpose", "basis", "expires_at", "proof"),
    personal=("proof",),
)  # fmt: skip
CONSENT_WITHDRAWN = declare(
    "consent.withdrawn", "noted that consent was withdrawn: {purpose}", "lock-open", data=("purpose",)
)

SKILL_ADDED = declare("skill.added", "added the skill {skill}", "sparkles", data=("skill", "years"))
SKILL_REMOVED = declare("skill.removed", "took away the skill {skill}", "sparkles", data=("skill",))
