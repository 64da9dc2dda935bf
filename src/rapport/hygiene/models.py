"""Suggestions of duplicates, merges with their journal, what linkage remembers, and what audits found.

| suggestion | means                                         | moved by                                        |
|------------|-----------------------------------------------|-------------------------------------------------|
| open       | likely one person; a colleague decides        | linkage                                         |
| dismissed  | not the same, for good: never suggested again | dismiss_suggestions; undo by reopen_suggestions |
| merged     | the two were merged                           | merge_candidates; open again by undo_merge      |

A merge is never edited: `undone_at` says that it was taken back. Its changes are the rows it touched, in their order, with
what they were before and what they became; `put_back` (lib/journal.py) reads them.

A finding is one thing an audit complains of. It is there from the night it was first seen, and gone with the first audit
that does not see it any more; where a colleague has said "leave it", it stays, but counts no more.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from rapport.candidates.models import Candidate
from rapport.lib.ids import new_id


class Suggestion(models.Model):
    """Two candidates who may be one person. `first` has the smaller id; `score` is a probability in per cent."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DISMISSED = "dismissed", "Not the same"
        MERGED = "merged", "Merged"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_worked_out = True  # by the product alone: it goes with a person who is discarded
    first = models.ForeignKey(Candidate, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    bits = models.FloatField()
    is_sure = models.BooleanField(default=False)
    reasons = ArrayField(models.TextField(), default=list)
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="hygiene_suggestion_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="hygiene_suggestion_in_order"),
        ]
        indexes = [
            models.Index(F("bits").desc(), F("id").desc(), condition=Q(state="open"), name="hygiene_suggestion_open")
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class Merge(models.Model):
    """`other` became part of `survivor`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    survivor = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    other = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    batch_id = models.UUIDField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["other"], condition=Q(undone_at=None), name="hygiene_merge_one_way"),
            models.CheckConstraint(condition=~Q(survivor=F("other")), name="hygiene_merge_of_two"),
        ]
        indexes = [models.Index(fields=["batch_id"], condition=Q(batch_id__isnull=False), name="hygiene_merge_batch")]

    def __str__(self) -> str:
        return f"{self.other_id} into {self.survivor_id}"


class MergeChange(models.Model):
    """One row that a merge changed; `after` is null where the row was taken out."""

    pk = models.CompositePrimaryKey("merge_id", "position")
    merge = models.ForeignKey(Merge, models.CASCADE, related_name="changes", db_index=False)
    position = models.PositiveIntegerField()
    model = models.CharField(max_length=60)
    key = models.JSONField()
    before = models.JSONField()
    after = models.JSONField(null=True)


class MatchKey(models.Model):
    """By which keys a candidate is found as somebody's possible duplicate; see pool_keys.py."""

    is_worked_out = True  # by the product alone: it goes with a person who is discarded
    candidate = models.OneToOneField(Candidate, models.CASCADE, primary_key=True, related_name="+")
    keys = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        indexes = [GinIndex(fields=["keys"], fastupdate=False, name="hygiene_matchkey_keys")]


class Run(models.Model):
    """One pass over the whole pool: asked for, under way, and how it ended; of each kind one at a time."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(state__in=["waiting", "running"]),
                name="%(app_label)s_%(class)s_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.asked_at}"


class LinkageRun(Run):
    """One linkage of the whole pool: how far it is, what it found, and the weights it learnt."""

    beat_at = models.DateTimeField(null=True, blank=True)
    phase = models.CharField(max_length=60, blank=True)
    found_count = models.PositiveIntegerField(default=0)
    weights = models.JSONField(null=True, blank=True)


class AuditRun(Run):
    """One look at the data by all audits: every night, and when somebody asks for it. `health` is 0 to 100."""

    health = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)

    class Meta:
        constraints = [
            *Run.Meta.constraints,
            models.CheckConstraint(
                condition=Q(health=None) | Q(health__range=(0, 100)), name="hygiene_auditrun_health_range"
            ),
        ]
        indexes = [models.Index(F("finished_at").desc(), condition=Q(state="done"), name="hygiene_auditrun_done")]


class AuditCount(models.Model):
    """What one audit counted in one run: its findings, and how many of the population they concern."""

    pk = models.CompositePrimaryKey("run_id", "audit")
    run = models.ForeignKey(AuditRun, models.CASCADE, related_name="counts", db_index=False)
    audit = models.CharField(max_length=30)
    found_count = models.PositiveIntegerField()
    concerned_count = models.PositiveIntegerField()
    population_count = models.PositiveIntegerField()


class Finding(models.Model):
    """One thing an audit complains of. `subject_id` is a candidate, job, tag, source, skill or title, by the audit.

    `size` is how many people it concerns, `other_id` what the subject looks like; whoever is gone goes with the next run.
    """

    pk = models.CompositePrimaryKey("audit", "subject_id")
    audit = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    other_id = models.UUIDField(null=True, blank=True)
    size = models.PositiveIntegerField(default=1)
    found_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(
                "audit",
                F("size").desc(),
                F("subject_id").desc(),
                condition=Q(left_at=None),
                name="hygiene_finding_open",
            )
        ]


class PoolTitle(models.Model):
    """A job title as people in the pool have it, and whether the product knows an occupation for it.

    The id is made from the text (vocabulary.title_id); read anew every night as long as it is not known.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    text = models.CharField(max_length=200)
    is_known = models.BooleanField()

    def __str__(self) -> str:
        return self.text
