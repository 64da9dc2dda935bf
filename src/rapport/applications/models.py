"""An application: one candidate considered for one job.

| state     | means                              | who moves it                               |
|-----------|------------------------------------|--------------------------------------------|
| active    | in a stage of the job              | move_application                           |
| hired     | took the job                       | hire_application                           |
| rejected  | we said no, with a reason          | archive_application; undo by reopen        |
| withdrawn | the candidate said no, with reason | archive_application; undo by reopen        |
| merged    | the same person's other application for the job goes on | a merge; undo of the merge |

A promise says by when the candidate hears from us. Its date is never edited:

| state    | means                                       | who closes it                                   |
|----------|---------------------------------------------|-------------------------------------------------|
| open     | they wait                                   |                                                 |
| kept     | they heard in time                          | a stage move, a hire, a message that went out   |
| moved    | told a later day, with a reason             | move_promise; a new row follows                 |
| broken   | its last day passed                         | break_due_promises, every hour                  |
| released | nobody waits any more: the candidate left   | archive_application with a reason of their side |

A rejection alone keeps no promise: the candidate has to hear of it, so the promise stays open until a message goes out.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from rapport.applications.permissions import VIEW
from rapport.candidates.models import Candidate
from rapport.jobs.models import Job, Stage
from rapport.lib.actors import Actor
from rapport.lib.ids import new_id


class ArchiveReason(models.Model):
    """Why an application ended without a hire."""

    class Side(models.TextChoices):
        REJECTED = "rejected", "We said no"
        WITHDRAWN = "withdrawn", "They said no"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    side = models.CharField(max_length=10, choices=Side)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint("side", Lower("name"), name="applications_archivereason_unique")]
        ordering = ["side", "name"]

    def __str__(self) -> str:
        return self.name


class ApplicationQuerySet(models.QuerySet["Application"]):
    def active(self) -> "ApplicationQuerySet":
        return self.filter(state=Application.State.ACTIVE)

    def visible_to(self, actor: Actor) -> "ApplicationQuerySet":
        """Applications for the jobs an actor may know of; those of confidential jobs are hidden from outsiders."""
        rows = self.exclude(state=Application.State.MERGED)
        if actor.is_system:
            return rows
        if VIEW.scope_for(actor) is None:
            return self.none()
        return rows.filter(job__in=Job.objects.visible_to(actor).values("id"))


class Application(models.Model):
    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        HIRED = "hired", "Hired"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"
        MERGED = "merged", "Merged"

    class Origin(models.TextChoices):
        SOURCED = "sourced", "Sourced"
        APPLIED = "applied", "Applied"
        REFERRED = "referred", "Referred"
        IMPORTED = "imported", "Imported"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="applications")
    job = models.ForeignKey(Job, models.CASCADE, related_name="applications", db_index=False)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="applications")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    archive_reason = models.ForeignKey(ArchiveReason, models.PROTECT, null=True, blank=True, related_name="+")
    archive_note = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.SOURCED)
    fit_score = models.PositiveSmallIntegerField(null=True, blank=True)
    applied_at = models.DateTimeField()
    stage_entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "candidate", "job", condition=~Q(state="merged"), name="applications_application_once"
            ),
            models.CheckConstraint(
                condition=Q(state="active", ended_at=None) | (~Q(state="active") & Q(ended_at__isnull=False)),
                name="applications_application_ended",
            ),
            models.CheckConstraint(
                condition=Q(fit_score=None) | Q(fit_score__lte=100), name="applications_application_fit"
            ),
        ]
        indexes = [
            models.Index("job", "state", "stage", F("stage_entered_at").desc(), name="applications_on_board"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Promise(models.Model):
    """By when the candidate hears from us. Open until kept, moved (with a reason) or broken."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        KEPT = "kept", "Kept"
        MOVED = "moved", "Moved"
        BROKEN = "broken", "Broken"
        RELEASED = "released", "Released"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="promises")
    hear_by_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("application", condition=Q(state="open"), name="applications_promise_one_open"),
        ]
        indexes = [models.Index("hear_by_on", condition=Q(state="open"), name="applications_promise_due")]
