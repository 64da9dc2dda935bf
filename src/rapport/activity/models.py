"""The tables of the record: what happened, and to which subjects.

Both are partitioned by month over the UUIDv7 of the activity, whose first 48 bits are its time: the key of a partition
is therefore the primary key itself, and a timeline (newest first) reads one partition after the other and stops.
`activity_before` takes everything older than the installation; partitions ahead are made by `ensure_partitions`.

`xid` is the transaction that wrote the row. A follower reads only rows of transactions that are finished for everybody
(xid below the snapshot's xmin), in the order (xid, id); a transaction that commits late is therefore never skipped.
"""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Func

from rapport.activity.verbs import Verb, get_verb
from rapport.lib.ids import new_id


class TransactionIdField(models.Field):
    """PostgreSQL's xid8: a transaction's number that never wraps around."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class Activity(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    xid = TransactionIdField(db_default=Func(function="pg_current_xact_id"))
    occurred_at = models.DateTimeField()
    verb = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    subjects = models.JSONField(default=dict)
    data = models.JSONField(default=dict)

    class Meta:
        managed = False  # partitioned tables are made by SQL in the first migration
        db_table = "activity_activity"

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"

    @property
    def declared(self) -> Verb:
        return get_verb(self.verb)

    @property
    def is_history(self) -> bool:
        """Whether it happened in another system and an import told it here: true for good, but nobody's news."""
        return "import" in self.subjects and not self.verb.startswith("import.")

    def find_subject_id(self, kind: str) -> UUID | None:
        value = self.subjects.get(kind)
        return UUID(value) if isinstance(value, str) else None

    def subject_id(self, kind: str) -> UUID:
        """The id of its only subject of a kind; KeyError when it has none."""
        return UUID(self.subjects[kind])


class ActivitySubject(models.Model):
    """One line per activity and subject, ordered for reading a subject's timeline."""

    pk = models.CompositePrimaryKey("subject_id", "activity_id")
    subject_id = models.UUIDField()
    activity_id = models.UUIDField()
    kind = models.TextField()

    class Meta:
        managed = False
        db_table = "activity_subject"


class Cursor(models.Model):
    """How far a named follower has read; its row is the lock that makes the follower a singleton."""

    name = models.TextField(primary_key=True)
    token = models.TextField(default="")
    moved_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "activity_cursor"
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="activity_cursor_named")]
        ordering = ["name"]
