"""Sequences, their steps, who is enrolled, and the ledger of what was sent.

The life of an enrollment: active -> finished (all steps done) or exited (`exit_reason` says why).

The life of a delivery, one row per enrollment, step and attempt, of which at most one is in hand (`delivery_id` of the
enrollment):

| state     | means                                                    | moved by                                  |
|-----------|----------------------------------------------------------|-------------------------------------------|
| planned   | waits for a person's approval                            | the engine, when an approval step is due  |
| claimed   | a worker has taken it, nothing has left the house        | the engine; goes back when the worker dies|
| in_flight | handed to the server from now on; the answer is not known| the engine, in a commit before DATA       |
| sent      | the server took it                                       | the engine, or a person for an unclear one|
| failed    | refused for now or no connection; a new attempt follows  | the engine                                |
| refused   | refused for good; the enrollment exits                   | the engine                                |
| unclear   | handed over without an answer; never sent again blindly  | the engine, or who finds a dead worker    |
| skipped   | not to be sent: declined, or stopped before it went out  | a person, or an exit                      |

Laid out for millions of rows: no index of Delivery mentions its state, lease or times, so that its updates stay within
the page (heap-only tuples); recovery, settling and the list of unclear ones start from the small partial index over
enrollments that have a delivery in hand. `lease` names the worker (row of Lease, by its heartbeat) that may move a row.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from rapport.candidates.models import Candidate, Tag
from rapport.jobs.models import Job
from rapport.lib.ids import new_id
from rapport.mail import held_mail
from rapport.mail.models import Look, Mailbox, TemplateVersion, Topic


def working_days() -> list[int]:
    """Monday to Friday, as date.weekday() counts."""
    return [0, 1, 2, 3, 4]


class Sequence(models.Model):
    """A series of messages from one mailbox. Hours hold in the candidate's time zone, in `time_zone` where unknown.

    Names are unique among those for one job: one of a job that somebody may not see must not be in the way of theirs.
    `again_after_days`: who was in it may come into it again so many days after they left it; 0 for never. `goal` is what it
    is for: who gets there is done with it. Whoever is given `stop_tag` gets nothing more; `stop_tag_name` stays when that tag
    is deleted. Whoever applies gets nothing more, unless it `goes_on_when_applied`.
    `held_out_percent` of those put in get no mail, by chance, and are compared with the others since `held_out_since`.
    `pause_note` says why it paused itself, until a person lets it go on; mail from `watched_since` on counts for that.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        ARCHIVED = "archived", "Archived"

    class Goal(models.TextChoices):
        REPLY = "reply", "They answer"
        APPLICATION = "application", "They apply"
        CLICK = "click", "They follow a link"
        INTERESTED = "interested", "They are interested"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, null=True, blank=True, related_name="+")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    time_zone = models.CharField(max_length=64, default="Europe/Berlin")
    days = ArrayField(models.PositiveSmallIntegerField(), default=working_days)
    from_time = models.TimeField()
    until_time = models.TimeField()
    holiday_country = models.CharField(max_length=2, blank=True)
    needs_consent = models.BooleanField(default=False)
    cap_count = models.PositiveSmallIntegerField(default=2)
    cap_days = models.PositiveSmallIntegerField(default=7)
    shows_unsubscribe = models.BooleanField(default=True)
    tracks_clicks = models.BooleanField(default=True)
    topic = models.CharField(max_length=8, choices=Topic, default=Topic.JOBS)
    again_after_days = models.PositiveSmallIntegerField(default=0)
    goal = models.CharField(max_length=11, choices=Goal, default=Goal.REPLY, db_default=Goal.REPLY)
    stop_tag = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="+")
    stop_tag_name = models.CharField(max_length=60, blank=True, default="", db_default="")
    goes_on_when_applied = models.BooleanField(default=False, db_default=False)
    held_out_percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    held_out_since = models.DateTimeField(null=True, blank=True)
    pause_note = models.TextField(blank=True)
    watched_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "job",
                condition=~Q(state="archived"),
                nulls_distinct=False,
                name="outreach_sequence_name_unique",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="outreach_sequence_named"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "active", "paused", "archived"]), name="outreach_sequence_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(mailbox__isnull=False), name="outreach_sequence_active_sends"
            ),
            models.CheckConstraint(
                condition=Q(from_time__lt=models.F("until_time")), name="outreach_sequence_hours_in_order"
            ),
            models.CheckConstraint(
                condition=Q(goal__in=["reply", "application", "click", "interested"]),
                name="outreach_sequence_goal_known",
            ),
            models.CheckConstraint(
                condition=~Q(goal="application", goes_on_when_applied=True), name="outreach_sequence_ends_at_its_goal"
            ),
            models.CheckConstraint(condition=Q(cap_count__gt=0, cap_days__gt=0), name="outreach_sequence_cap_positive"),
            models.CheckConstraint(condition=Q(held_out_percent__lte=50), name="outreach_sequence_held_out_limit"),
        ]
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One touchpoint, `wait_count` after the one before; a wait is that time alone, without a text.

    A retired step stays for what was sent, but nobody gets it; its `position` is that of the step after which people go on
    who were on their way to it.

    `only_if_tag_name` stays when the tag is deleted. Where it has variants: people count from `compared_since` on, when
    they last changed; what is counted (`metric`), the smallest difference that matters and the rate that is expected were
    said beforehand.
    """

    class Kind(models.TextChoices):
        AUTO = "auto", "Mail"
        APPROVAL = "approval", "Mail you approve"
        TASK = "task", "Task"
        WAIT = "wait", "Wait"

    MAILS = (Kind.AUTO, Kind.APPROVAL)

    class WaitUnit(models.TextChoices):
        HOURS = "hours", "hours"
        DAYS = "days", "days"
        WORKDAYS = "workdays", "working days"  # those on which the sequence writes

    class OnlyIf(models.TextChoices):
        ALWAYS = "", "everybody"
        CLICKED = "clicked", "those who followed a link"
        NOT_CLICKED = "not_clicked", "those who followed no link"
        TAGGED = "tagged", "those who have the tag"
        NOT_TAGGED = "not_tagged", "those without the tag"
        APPLIED = "applied", "those who have applied"
        NOT_APPLIED = "not_applied", "those who have not applied"

    class Metric(models.TextChoices):
        REPLIED = "replied", "answer"
        INTERESTED = "interested", "be interested"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.AUTO)
    wait_count = models.PositiveSmallIntegerField(default=0)
    wait_unit = models.CharField(max_length=8, choices=WaitUnit, default=WaitUnit.DAYS, db_default=WaitUnit.DAYS)
    only_if = models.CharField(max_length=11, choices=OnlyIf, blank=True, default="", db_default="")
    only_if_tag = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="+")
    only_if_tag_name = models.CharField(max_length=60, blank=True, default="", db_default="")
    retired_at = models.DateTimeField(null=True, blank=True)
    compared_since = models.DateTimeField(null=True, blank=True)
    metric = models.CharField(max_length=10, choices=Metric, default=Metric.REPLIED, db_default=Metric.REPLIED)
    smallest_difference_points = models.PositiveSmallIntegerField(default=5)
    expected_rate_percent = models.PositiveSmallIntegerField(default=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sequence", "position"], condition=Q(retired_at=None), name="outreach_step_position_unique"
            ),
            models.CheckConstraint(condition=Q(wait_count__lte=365), name="outreach_step_wait_limit"),
            models.CheckConstraint(
                condition=Q(wait_unit__in=["hours", "days", "workdays"]), name="outreach_step_wait_unit_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    only_if__in=["", "clicked", "not_clicked", "tagged", "not_tagged", "applied", "not_applied"]
                ),
                name="outreach_step_only_if_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["auto", "approval", "task", "wait"]), name="outreach_step_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(smallest_difference_points__range=(1, 50), expected_rate_percent__range=(1, 90)),
                name="outreach_step_comparison_limits",
            ),
            models.CheckConstraint(
                condition=Q(metric__in=["replied", "interested"]), name="outreach_step_metric_known"
            ),
        ]
        indexes = [models.Index(fields=["sequence", "position"], name="outreach_step_in_order")]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"Step {self.position}"

    @property
    def wait_words(self) -> str:
        """How long after the step before, "after 2 working days"; "" for at once."""
        if not self.wait_count:
            return ""
        unit = self.WaitUnit(self.wait_unit).label
        return f"after {self.wait_count} {unit if self.wait_count > 1 else unit.removesuffix('s')}"

    @property
    def only_if_words(self) -> str:
        """Who gets it, "only for those who have the tag speaks"; "" for everybody."""
        if not self.only_if:
            return ""
        words = f"only for {self.OnlyIf(self.only_if).label}"
        if self.only_if not in (self.OnlyIf.TAGGED, self.OnlyIf.NOT_TAGGED):
            return words
        tag = self.only_if_tag
        if tag is None:
            name = self.only_if_tag_name
            return f"{words} {name}, which was deleted" if name else f"{words} that was deleted"
        return f"{words} {tag}, now {tag.merged_into}" if tag.merged_into else f"{words} {tag}"


class Variant(models.Model):
    """One of several wordings of a step, of which each person gets one by chance; see variants.py.

    A step with one text has none: its versions are those of the letter A. A retired one is sent to nobody any more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    step = models.ForeignKey(Step, models.CASCADE, related_name="variants", db_index=False)
    letter = models.CharField(max_length=1)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "letter"], name="outreach_variant_letter_unique"),
            models.CheckConstraint(condition=Q(letter__regex="^[A-Z]$"), name="outreach_variant_letter_known"),
        ]
        ordering = ["letter"]

    def __str__(self) -> str:
        return f"Variant {self.letter}"


class StepVersion(models.Model):
    """One wording of a step; it never changes, so that what was sent stays known. An empty subject answers the thread.

    `template_version` is the wording of a template that it was written from, perhaps changed by hand since. `letter` is
    that of the variant; numbers count on over all variants of the step.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    step = models.ForeignKey(Step, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    letter = models.CharField(max_length=1, default="A", db_default="A")
    subject = models.TextField(blank=True)
    body = models.TextField()
    look = models.CharField(max_length=7, choices=Look, default=Look.PLAIN, db_default=Look.PLAIN)
    template_version = models.ForeignKey(
        TemplateVersion, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "number"], name="outreach_stepversion_number_unique"),
            models.CheckConstraint(condition=~Q(body=""), name="outreach_stepversion_has_body"),
            models.CheckConstraint(condition=Q(look__in=Look.values), name="outreach_stepversion_look_known"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Version {self.number}"


class Enrollment(models.Model):
    """A candidate in a sequence. `step` comes next, at `next_due_at`; both are empty once it has ended.

    `waits_for` says in words what held it back last, `tries` counts attempts of the present step, `thread_id` is the
    thread its messages share.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Going"
        FINISHED = "finished", "Finished"
        EXITED = "exited", "Stopped"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="enrollments", db_index=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+", db_index=False)
    next_due_at = models.DateTimeField(null=True, blank=True)
    delivery_id = models.UUIDField(null=True, blank=True)
    thread_id = models.UUIDField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    waits_for = models.TextField(blank=True)
    last_outcome = models.CharField(max_length=9, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    sent_count = models.PositiveSmallIntegerField(default=0)
    exit_reason = models.CharField(max_length=20, blank=True)
    exit_note = models.TextField(blank=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "sequence"], condition=Q(state="active"), name="outreach_enrollment_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "finished", "exited"]), name="outreach_enrollment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="active") | Q(next_due_at=None, ended_at__isnull=False),
                name="outreach_enrollment_ended_is_not_due",
            ),
            models.CheckConstraint(
                condition=(Q(state="exited") & ~Q(exit_reason="")) | (~Q(state="exited") & Q(exit_reason="")),
                name="outreach_enrollment_exit_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sequence", "next_due_at"],
                condition=Q(state="active", next_due_at__isnull=False),
                name="outreach_enrollment_due",
            ),
            models.Index(
                fields=["delivery_id"], condition=Q(delivery_id__isnull=False), name="outreach_enrollment_in_hand"
            ),
            models.Index(fields=["sequence", "state", "id"], name="outreach_enrollment_listed"),
            models.Index(
                fields=["waits_for"],
                condition=Q(state="active", waits_for__startswith=held_mail.START),
                name="outreach_enrollment_held",
            ),
            models.Index(fields=["candidate", "id"], name="outreach_enrollment_of"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} in {self.sequence_id}"


class Passage(models.Model):
    """Somebody who went on from a step without a mail: passed over as it is for others, given a task, or waited."""

    class How(models.TextChoices):
        OVER = "over", "Passed over"
        TASK = "task", "Task given"
        WAIT = "wait", "Waited"

    pk = models.CompositePrimaryKey("enrollment_id", "step_id")
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="passages", db_index=False)
    step = models.ForeignKey(Step, models.CASCADE, related_name="+", db_index=False)
    how = models.CharField(max_length=4, choices=How)
    passed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(how__in=["over", "task", "wait"]), name="outreach_passage_how_known"),
        ]

    def __str__(self) -> str:
        return f"{self.how} at {self.step_id}"


class Filling(models.Model):
    """What a person wrote in place of a step's placeholders for one candidate: {"[[placeholder]]": text}.

    It belongs to the step, not to an attempt: a mail that is tried again need not be written again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="fillings", db_index=False)
    step = models.ForeignKey(Step, models.CASCADE, related_name="+", db_index=False)
    texts = models.JSONField(default=dict)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrollment", "step"], name="outreach_filling_once")]

    def __str__(self) -> str:
        return f"{len(self.texts)} filled in for {self.enrollment_id}"


class Delivery(models.Model):
    """One attempt to send one step to one person; see the head of this file. Its id is also its message's id.

    `letter` is that of the variant, empty where the step had one text then.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Waits for approval"
        CLAIMED = "claimed", "About to be sent"
        IN_FLIGHT = "in_flight", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Tried in vain"
        REFUSED = "refused", "Refused"
        UNCLEAR = "unclear", "Unclear"
        SKIPPED = "skipped", "Skipped"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="deliveries", db_index=False)
    step = models.ForeignKey(Step, models.PROTECT, related_name="+", db_index=False)
    attempt = models.PositiveSmallIntegerField()
    version = models.ForeignKey(StepVersion, models.PROTECT, related_name="+", db_index=False)
    letter = models.CharField(max_length=1, blank=True, default="", db_default="")
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=State)
    message_id = models.TextField()
    address = models.CharField(max_length=320)
    lease = models.BigIntegerField(null=True, blank=True)
    code = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)
    claimed_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step", "attempt"], name="outreach_delivery_attempt_unique"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "planned", "claimed", "in_flight", "sent", "failed", "refused", "unclear", "skipped",
                    ]
                ),
                name="outreach_delivery_state_known",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["step", "letter", "id"], condition=~Q(letter=""), name="outreach_delivery_of_variant")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


class Lease(models.Model):
    """A worker's sign of life, on the database's clock. Whose beat is too old is dead: what it held is taken over."""

    id = models.BigAutoField(primary_key=True)
    worker = models.CharField(max_length=200)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker
