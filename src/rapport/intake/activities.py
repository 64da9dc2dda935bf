"""What this app records: the life of an import. What it did to a candidate is recorded there, with the import's id."""

from rapport.activity.verbs import declare

COUNTS = ("created", "attached", "skipped", "failed")
IMPORT_STARTED = declare(
    "import.started", "started the import of {name}", "upload", data=("kind", "name"), personal=("name",)
)
IMPORT_FINISHED = declare("import.finished", "finished an import", "circle-check", data=COUNTS)
IMPORT_FAILED = declare("import.failed", "had to stop an import", "circle-alert", data=(*COUNTS, "error"))
IMPORT_CANCELLED = declare("import.cancelled", "cancelled an import", "ban", data=COUNTS)
IMPORT_UNDONE = declare("import.undone", "took back an import", "undo-2", data=("removed", "detached", "kept"))
HISTORY_TOLD = declare(
    "history.told", "in {system}: {text}", "history", data=("system", "text"), personal=("text",), webhook=False
)
PROFILE_SAVED = declare("mapping_profile.saved", "kept the column mapping {name}", "table-2", data=("name",))
PROFILE_DELETED = declare("mapping_profile.deleted", "deleted the column mapping {name}", "eraser", data=("name",))
