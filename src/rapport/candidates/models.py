"""A candidate: one person over many years, and what belongs to the person.

What was entered is kept beside its normal form. A contact point belongs to one candidate only, unless it is marked as
shared (a switchboard, info@): the database refuses a second owner, so nobody is ever stored twice silently.

`last_contact_at` (we wrote or they answered) and `last_activity_at` are moved by reactions to the record.
"""

from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from rapport.lib.ids import new_id
from rapport.skills.models import Skill


def _normal_form(longest: int = 200) -> models.CharField:
    """A column worked out from the one before it; "" until then, also for rows stored by others."""
    return models.CharField(max_length=longest, blank=True, default="", db_default="")


class Source(models.Model):
    """Where people come from: "Careers site", "Referral", "Energy data meetup 2026"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="candidates_source_name_unique")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def active(self) -> "CandidateQuerySet":
        return self.filter(archived_at=None, merged_into=None)


class Candidate(models.Model):
    """One person. `title` and `organisation` are the present ones; they and `place` are as entered, what stands behind is
    their normal form (normal_forms.py)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    full_name = models.CharField(max_length=300)
    given_name = models.CharField(max_length=150, blank=True)
    family_name = models.CharField(max_length=150, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200, blank=True)
    title_normal = _normal_form()
    seniority = _normal_form(12)
    organisation = models.CharField(max_length=200, blank=True)
    organisation_normal = _normal_form()
    summary = models.TextField(blank=True)
    place = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    language_code = models.CharField(max_length=8, blank=True)
    languages = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    years_experience = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    source = models.ForeignKey(Source, models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    archive_reason = models.CharField(max_length=200, blank=True)
    last_contact_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    # Whoever asks for this person is led to that one; the row stays, so that a merge can be taken back.
    merged_into = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="merged_from", db_index=False
    )

    objects = CandidateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(full_name=""), name="candidates_candidate_named"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="candidates_candidate_position",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="candidates_candidate_not_into_itself"
            ),
        ]
        indexes = [
            models.Index(F("last_activity_at").desc(nulls_last=True), F("id").desc(), name="candidates_by_activity"),
            models.Index(fields=["owner"], name="candidates_by_owner"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="candidates_merged"),
        ]

    def __str__(self) -> str:
        return self.full_name


class ContactPoint(models.Model):
    """An e-mail address, phone number or profile link. `normal` is what two entries are compared by."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"
        LINK = "link", "Link"

    class Status(models.TextChoices):
        UNVERIFIED = "unverified", "Not verified"
        IN_USE = "in_use", "In use"
        BOUNCED = "bounced", "Bounced"
        OUTDATED = "outdated", "Outdated"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="contact_points", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.CharField(max_length=500)
    normal = models.CharField(max_length=500)
    label = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.UNVERIFIED)
    status_note = models.CharField(max_length=300, blank=True)
    status_at = models.DateTimeField(null=True, blank=True)
    is_primary = models.BooleanField(default=False)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "kind", "normal", condition=Q(is_shared=False), name="candidates_contactpoint_one_owner"
            ),
            models.UniqueConstraint(
                "candidate", "kind", condition=Q(is_primary=True), name="candidates_contactpoint_one_primary"
            ),
        ]
        indexes = [models.Index(fields=["candidate", "kind"], name="candidates_contactpoint_owner")]

    def __str__(self) -> str:
        return self.value


class Document(models.Model):
    """A file of a candidate. The file lies outside the web root under a random name; `text` is what was read from it."""

    class Kind(models.TextChoices):
        RESUME = "resume", "Résumé"
        PORTFOLIO = "portfolio", "Portfolio"
        CERTIFICATE = "certificate", "Certificate"
        OTHER = "other", "Other"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.RESUME)
    file_name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    page_count = models.PositiveIntegerField(null=True, blank=True)
    parsed = models.JSONField(null=True, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("candidate", "sha256", name="candidates_document_once"),
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="candidates_document_not_empty"),
        ]

    def __str__(self) -> str:
        return self.file_name


class Experience(models.Model):
    """A job a candidate had. Dates are the first day of the month or year that is known; `date_precision` says which.

    Title and organisation are as entered, with their normal form behind.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="experiences")
    title = models.CharField(max_length=200, blank=True)
    title_normal = _normal_form()
    seniority = _normal_form(12)
    organisation = models.CharField(max_length=200, blank=True)
    organisation_normal = _normal_form()
    place = models.CharField(max_length=200, blank=True)
    start_on = models.DateField(null=True, blank=True)
    end_on = models.DateField(null=True, blank=True)
    date_precision = models.CharField(max_length=5, default="month")
    is_current = models.BooleanField(default=False)
    text = models.TextField(blank=True)

    class Meta:
        ordering = [F("is_current").desc(), F("start_on").desc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.organisation) if part)


class Education(models.Model):
    """A school a candidate went to. It never enters a score."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="educations")
    school = models.CharField(max_length=200, blank=True)
    degree = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=200, blank=True)
    start_on = models.DateField(null=True, blank=True)
    end_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = [F("end_on").desc(nulls_first=True), "id"]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.degree, self.school) if part)


class CandidateSkill(models.Model):
    """A skill of a candidate with its evidence: the words, and where they stand in the document's text."""

    pk = models.CompositePrimaryKey("candidate_id", "skill_id")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="skill_rows", db_index=False)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    years = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="+", db_index=False)
    evidence = models.CharField(max_length=400, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    is_confirmed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(start=None, end=None) | Q(end__gt=F("start")), name="candidates_candidateskill_span"
            )
        ]
        # Deleting a document asks for its evidence; most skills of a large pool have none.
        indexes = [
            models.Index(fields=["document"], condition=Q(document__isnull=False), name="candidates_skill_by_document")
        ]


class TagQuerySet(models.QuerySet["Tag"]):
    def current(self) -> "TagQuerySet":
        """Those that are not merged into another one."""
        return self.filter(merged_into=None)


class Tag(models.Model):
    """A word of the house for grouping people; one spelling only, kept by its owner.

    A tag that was merged into another one stays as a spelling of that one: whoever enters its name gets the other. Who
    had it is noted in TagMove, so that the merge can be taken back at any time.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the hour: see tags.note_use
    merged_into = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="merged_from")
    merged_at = models.DateTimeField(null=True, blank=True)
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="candidates_tag_name_unique"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="candidates_tag_not_into_itself"
            ),
        ]
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name


class CandidateTag(models.Model):
    pk = models.CompositePrimaryKey("candidate_id", "tag_id")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="tag_rows", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="candidate_rows")


class TagMove(models.Model):
    """Somebody who had a tag when it was merged into another one; `had_both` when they had that one as well."""

    pk = models.CompositePrimaryKey("tag_id", "candidate_id")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="moves", db_index=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    had_both = models.BooleanField(default=False)


class Pool(models.Model):
    """A list of people kept by hand, by its owner."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="candidates_pool_name_unique")]
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name


class PoolMember(models.Model):
    """Somebody in a pool; `reason` says why they are there, `added_by` and `added_at` who put them in and when."""

    pk = models.CompositePrimaryKey("pool_id", "candidate_id")
    pool = models.ForeignKey(Pool, models.CASCADE, related_name="member_rows", db_index=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="pool_rows")
    reason = models.CharField(max_length=500, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("pool", F("added_at").desc(), F("candidate").desc(), name="candidates_pool_newest")]


class Note(models.Model):
    """What a colleague wrote about a candidate."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="candidates_note_not_empty")]

    def __str__(self) -> str:
        return self.text[:80]


class Task(models.Model):
    """Something a colleague has to do about a candidate. `subjects` is what else it is about, such as the job, by kind."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="tasks")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=300)
    subjects = models.JSONField(default=dict, db_default={})
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["assignee", "due_on"], condition=Q(done_at=None), name="candidates_task_open")]

    def __str__(self) -> str:
        return self.text


class Consent(models.Model):
    """Leave to keep or to write to a person: purpose, legal basis (GDPR Art. 6), when given, until when, and the proof."""

    class Purpose(models.TextChoices):
        POOL = "pool", "Kept in the pool"
        OUTREACH = "outreach", "Written to about jobs"

    class Basis(models.TextChoices):
        CONSENT = "consent", "Consent"
        LEGITIMATE_INTEREST = "legitimate_interest", "Legitimate interest"
        CONTRACT = "contract", "Steps before a contract"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose)
    basis = models.CharField(max_length=24, choices=Basis, default=Basis.CONSENT)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("given_at")), name="candidates_consent_period"
            )
        ]


class Signal(models.Model):
    """A sign of two-way contact with a candidate, one of a kind a day; worked out from the record (relationship_rules.py)."""

    class Kind(models.TextChoices):
        WROTE = "wrote", "They wrote"
        ANSWERED = "answered", "We answered"
        CLICKED = "clicked", "They followed a link"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="signals", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "day", "kind"], name="candidates_signal_once_a_day"),
        ]
        indexes = [models.Index(fields=["at"], name="candidates_signal_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class Relationship(models.Model):
    """The sum of a candidate's signals, as the logarithm to base 2 of their points as of relationship_rules.ZERO.

    `log2_at_last` is the logarithm of what the sum was worth at the last signal.
    """

    candidate = models.OneToOneField(Candidate, models.CASCADE, primary_key=True, related_name="relationship")
    log2_points = models.FloatField()
    log2_at_last = models.FloatField()
    last_signal_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(F("log2_points").desc(), F("candidate").desc(), name="candidates_relationship_order")]

    def __str__(self) -> str:
        return f"{self.log2_points:.1f}"


class Standardising(models.Model):
    """How far the normal forms of what was stored before are worked out, by the rules of one version."""

    version = models.PositiveIntegerField(primary_key=True)
    candidate_after = models.UUIDField(default=UUID(int=0))
    experience_after = models.UUIDField(default=UUID(int=0))
    changed_count = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"version {self.version}"


class ColumnChoice(models.Model):
    """Which columns a user wants to see in the list of candidates, in their order."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    columns = ArrayField(models.CharField(max_length=30), default=list)

    def __str__(self) -> str:
        return ", ".join(self.columns)
