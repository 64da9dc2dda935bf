"""What an archive holds: every table with its order, and every table that stays behind with the reason.

The order is that of dependence: what a row points to comes before it. A test compares both lists with all models, so
that a new table has to be given its place here, and one with a secret is not written out unseen.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db.models import AutoField, CharField, Field, Model, TextField

NOUNS = (
    "accounts.User", "account.EmailAddress", "accounts.Team", "accounts.Team_members",
    "skills.Skill", "skills.Alias", "skills.Relation", "skills.VocabularyChange", "skills.VocabularySource",
    "candidates.Source", "candidates.Tag", "candidates.Pool", "candidates.Candidate", "candidates.ContactPoint",
    "candidates.Document", "candidates.Experience", "candidates.Education", "candidates.CandidateSkill",
    "candidates.CandidateTag", "candidates.TagMove", "candidates.PoolMember", "candidates.Note", "candidates.Task", "candidates.Consent",
    "candidates.ColumnChoice", "candidates.Standardising",
    "jobs.Department", "jobs.Job", "jobs.HiringTeamMember", "jobs.JobSkill", "jobs.StageTemplate", "jobs.Stage",
    "applications.ArchiveReason", "applications.Application", "applications.Promise",
    "mail.Provider", "mail.Mailbox", "mail.Grant", "mail.Service", "mail.MailboxFolder", "mail.MailboxBucket", "mail.DomainLimit", "mail.DomainBucket", "mail.Snippet", "mail.Letterhead", "mail.Template", "mail.TemplateVersion", "mail.Message", "mail.MessageBody", "mail.Original",
    "mail.DeliveryEvent", "mail.Conversation", "mail.Comment", "mail.ReplyIntent", "mail.Wish", "mail.Suppression", "mail.Preference",
    "outreach.Sequence", "outreach.Step", "outreach.Variant", "outreach.StepVersion", "outreach.Enrollment", "outreach.Lease",
    "outreach.Passage", "outreach.Filling", "outreach.Delivery",
    "search.Segment", "search.SegmentWatch", "intake.Import", "intake.ImportRow", "intake.MappingProfile",
    "intake.ExternalId",
    "hygiene.Suggestion", "hygiene.Merge", "hygiene.MergeChange", "hygiene.MatchKey", "hygiene.LinkageRun",
    "hygiene.AuditRun", "hygiene.AuditCount", "hygiene.Finding", "hygiene.PoolTitle",
    "notifications.Follow", "notifications.Notification", "notifications.DigestChoice",
    "activity.Activity", "activity.ActivitySubject",
)  # fmt: skip
LEFT_OUT = {
    "activity.Cursor": "how far this installation's followers have read; begins anew behind what was brought in",
    "mail.LinkVisit": "judged by the worker within seconds; what it tells then is in the archive",
    "mail.ServiceCall": "read by the worker within seconds; what it tells then is in the archive",
    "notifications.ChatChannel": "a secret: whoever holds its address can write into the chat",
    "candidates.Signal": "worked out from the record, which the archive holds",
    "candidates.Relationship": "worked out from the record, which the archive holds",
    "auth.Permission": "Django's own, made by migrations; the product does not use it",
    "auth.Group": "Django's own; the product does not use it",
    "auth.Group_permissions": "Django's own; the product does not use it",
    "contenttypes.ContentType": "Django's own, made by migrations",
    "sessions.Session": "a secret: whoever holds it is signed in",
    "account.EmailConfirmation": "a secret: whoever holds it confirms an address",
    "mfa.Authenticator": "a secret: seeds of one-time codes; passkeys hold for one web address only",
    "procrastinate.ProcrastinateWorker": "the queue belongs to the processes that run",
    "procrastinate.ProcrastinateJob": "the queue belongs to the processes that run; waiting mail is queued anew",
    "procrastinate.ProcrastinateEvent": "the queue belongs to the processes that run",
    "procrastinate.ProcrastinatePeriodicDefer": "the queue belongs to the processes that run",
}
# Columns that stay behind: a secret, and a number that means something in one database cluster only.
HIDDEN = {"accounts.User": ("password",), "activity.Activity": ("xid",)}
# Rows that `rapport migrate` and the worker put into an empty database; an archive takes their place.
REPLACED = {
    "skills.Skill", "skills.Alias", "skills.Relation", "skills.VocabularyChange", "jobs.StageTemplate",
    "applications.ArchiveReason", "candidates.Standardising",
}  # fmt: skip
STORAGE = "storage_name"  # the column that names a file


@dataclass(frozen=True, slots=True)
class Noun:
    """A table as an archive knows it; columns are named as in the database."""

    label: str
    model: type[Model]
    table: str
    columns: tuple[str, ...]
    order: str
    counter: str  # the column that the database counts up by itself, or ""

    @property
    def path(self) -> str:
        return f"nouns/{self.label.lower()}.jsonl"

    @property
    def has_files(self) -> bool:
        return STORAGE in self.columns

    @property
    def listed(self) -> str:
        return ", ".join(f'"{column}"' for column in self.columns)


@lru_cache(maxsize=1)
def all_nouns() -> tuple[Noun, ...]:
    """The nouns in their order."""
    return tuple(_noun(label) for label in NOUNS)


def filled_columns(noun: Noun) -> dict[str, Any]:
    """What hidden columns get when rows are read back: nobody's password."""
    return {"password": make_password(None)} if noun.label == "accounts.User" else {}


def _noun(label: str) -> Noun:
    model = apps.get_model(label)
    fields = [field for field in model._meta.concrete_fields if field.column not in HIDDEN.get(label, ())]
    counter = next((str(field.column) for field in fields if isinstance(field, AutoField)), "")
    columns = tuple(str(field.column) for field in fields)
    order = ", ".join(_by_bytes(field) for field in model._meta.pk_fields)
    return Noun(label, model, model._meta.db_table, columns, order, counter)


def _by_bytes(field: Field) -> str:
    """The order of a key must not depend on the language of a server."""
    text = isinstance(field, CharField | TextField) and field.remote_field is None
    return f'"{field.column}"' + (' COLLATE "C"' if text else "")
