"""An import: one upload or command that brings people in, and what became of each of its rows.

| state      | means                                                   | moved by                                    |
|------------|---------------------------------------------------------|---------------------------------------------|
| mapping    | a CSV file is there, its columns have no meaning yet    | create_csv_import                           |
| previewing | columns are mapped, the person looks at the first rows  | save_mapping                                |
| running    | the worker (or a command) stores batch after batch      | start_import, create_resume_import          |
| done       | every row was worked on; résumés may wait to be looked at | the worker                                |
| failed     | stopped by an error; can go on where it stopped         | the worker                                  |
| cancelled  | a person stopped it; what was stored stays              | cancel_import                               |
| undoing    | the worker takes back what was stored                   | undo_import                                 |
| undone     | taken back, but for people something else happened to   | the worker                                  |

`position` rows have been worked on and are stored in the same transaction as what they brought: a process that is
killed goes on from there; an undo works from the last row up to the first and has done those from `undo_below` on.
`lease_token` says which process works on it until `leased_until`.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from rapport.lib.ids import new_id


class Import(models.Model):
    class Kind(models.TextChoices):
        RESUMES = "resumes", "Résumés"
        CSV = "csv", "CSV file"
        GREENHOUSE = "greenhouse", "Greenhouse export"
        LEVER = "lever", "Lever export"
        OPENCATS = "opencats", "OpenCATS dump"

    class State(models.TextChoices):
        MAPPING = "mapping", "Needs its columns named"
        PREVIEWING = "previewing", "Ready to start"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"
        CANCELLED = "cancelled", "Cancelled"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=12, choices=State)
    name = models.CharField(max_length=255)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    storage_name = models.CharField(max_length=120, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    # Encoding, delimiter, quote and header of a CSV file; which field each column holds; source, tags, owner …
    format = models.JSONField(default=dict)
    mapping = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(null=True)
    position = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    attached_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    kept_count = models.PositiveIntegerField(default=0)
    undo_below = models.PositiveIntegerField(null=True)
    # Of another system's export: how many of each kind were created, attached, changed, … {"note": {"created": 3}}.
    counts = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=500, blank=True)
    lease_token = models.CharField(max_length=40, blank=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="intake_import_named")]
        indexes = [
            models.Index(
                fields=["leased_until"], condition=Q(state__in=("running", "undoing")), name="intake_import_to_work_on"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_move(self) -> bool:
        """Whether it brings in what another system knows: jobs, applications and history beside the people."""
        return self.kind in MOVES

    @property
    def is_working(self) -> bool:
        return self.state in (self.State.RUNNING, self.State.UNDOING)

    @property
    def is_waiting_for_person(self) -> bool:
        return self.state in (self.State.MAPPING, self.State.PREVIEWING)

    @property
    def can_be_undone(self) -> bool:
        stored = self.created_count + self.attached_count
        return bool(stored) and self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)


MOVES = (Import.Kind.GREENHOUSE, Import.Kind.LEVER, Import.Kind.OPENCATS)


class ImportRow(models.Model):
    """A row of a CSV file (`number` counts as a spreadsheet does, the header being 1) or a résumé file (`name`).

    Of another system's export it is a job or a person with all that belongs to them.

    `added` is what a person who was there has got by it; `needs_look` asks a person to look at what was read. A résumé
    that waits keeps its file and what was read from it (`storage_name`, `parsed`) until it is saved or skipped.
    """

    class State(models.TextChoices):
        CREATED = "created", "Created"
        ATTACHED = "attached", "Added to a candidate"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Not imported"
        WAITING = "waiting", "Waits for you"
        UNDONE = "undone", "Taken back"
        KEPT = "kept", "Kept"

    pk = models.CompositePrimaryKey("source_import_id", "number")
    source_import = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=8, choices=State)
    needs_look = models.BooleanField(default=False)
    candidate_id = models.UUIDField(null=True)
    message = models.CharField(max_length=1000, blank=True)
    added = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    storage_name = models.CharField(max_length=120, blank=True)
    parsed = models.JSONField(null=True)

    class Meta:
        indexes = [
            # What people look for; the many rows that went well are read in their order.
            models.Index(
                fields=["source_import", "state", "number"],
                condition=~Q(state="created") | Q(needs_look=True),
                name="intake_importrow_exceptions",
            ),
            models.Index(fields=["sha256"], condition=~Q(sha256=""), name="intake_importrow_same_file"),
            models.Index(fields=["candidate_id"], condition=Q(candidate_id__isnull=False), name="intake_importrow_person"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name or f"row {self.number}"


class MappingProfile(models.Model):
    """What the columns of a kind of CSV file hold, kept under a name: one field for each header, "" leaves it out."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    headers = models.JSONField()
    fields = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="intake_mappingprofile_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="intake_mappingprofile_named"),
        ]
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name


class ExternalId(models.Model):
    """What a thing of another system is here: by this a second run of an export changes what changed, and doubles nothing.

    `fingerprint` is a hash of all the export said of it the last time; `told` are the values by which a later run knows
    whether somebody has changed them here since. The object may be gone: then it was removed here, and stays removed.
    """

    pk = models.CompositePrimaryKey("system", "kind", "external_id")
    system = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    external_id = models.CharField(max_length=120)
    object_id = models.UUIDField()
    fingerprint = models.CharField(max_length=32, blank=True)
    told = models.JSONField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(external_id=""), name="intake_externalid_not_empty")]
        indexes = [models.Index(fields=["object_id"], name="intake_externalid_object")]

    def __str__(self) -> str:
        return f"{self.system} {self.kind} {self.external_id}"
