"""A job: what is to be done, who hires, which skills it asks for, and the stages people pass through."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from rapport.accounts.capabilities import ON_TEAM
from rapport.jobs.permissions import VIEW
from rapport.lib.actors import Actor
from rapport.lib.ids import new_id
from rapport.skills.models import Skill


class Department(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="jobs_department_name_unique")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class JobQuerySet(models.QuerySet["Job"]):
    def open(self) -> "JobQuerySet":
        return self.filter(state=Job.State.OPEN)

    def visible_to(self, actor: Actor) -> "JobQuerySet":
        """The jobs an actor may know of.

        Hiring managers and interviewers see those on whose team they are. Confidential jobs are seen by their team
        only; administrators see them only as members.
        """
        scope = VIEW.scope_for(actor)
        if actor.is_system or scope is None:
            return self if actor.is_system else self.none()
        member = models.Exists(HiringTeamMember.objects.of(actor).filter(job=models.OuterRef("pk")))
        return self.filter(member if scope == ON_TEAM else Q(is_confidential=False) | member)

    def hidden_from(self, actor: Actor) -> "JobQuerySet":
        """The jobs an actor may not know of: all that `visible_to` leaves out."""
        scope = VIEW.scope_for(actor)
        if actor.is_system or scope is None:
            return self.none() if actor.is_system else self
        member = models.Exists(HiringTeamMember.objects.of(actor).filter(job=models.OuterRef("pk")))
        return self.filter(~member) if scope == ON_TEAM else self.filter(~member, is_confidential=True)


class Job(models.Model):
    """A requisition and its posting. State: draft -> open -> (paused) -> closed."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        PAUSED = "paused", "Paused"
        CLOSED = "closed", "Closed"

    class Workplace(models.TextChoices):
        ON_SITE = "on_site", "On site"
        HYBRID = "hybrid", "Hybrid"
        REMOTE = "remote", "Remote"

    class Seniority(models.TextChoices):
        INTERN = "intern", "Intern"
        JUNIOR = "junior", "Junior"
        MID = "mid", "Mid-level"
        SENIOR = "senior", "Senior"
        LEAD = "lead", "Lead"
        HEAD = "head", "Head of a department"

    class PayPeriod(models.TextChoices):
        YEAR = "year", "a year"
        MONTH = "month", "a month"
        DAY = "day", "a day"
        HOUR = "hour", "an hour"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    workplace = models.CharField(max_length=8, choices=Workplace, default=Workplace.HYBRID)
    seniority = models.CharField(max_length=20, choices=Seniority, blank=True)
    min_years = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    is_confidential = models.BooleanField(default=False)
    headcount = models.PositiveSmallIntegerField(default=1)
    pay_min = models.PositiveIntegerField(null=True, blank=True)
    pay_max = models.PositiveIntegerField(null=True, blank=True)
    pay_currency = models.CharField(max_length=3, default="EUR")
    pay_period = models.CharField(max_length=5, choices=PayPeriod, default=PayPeriod.YEAR)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="jobs_job_titled"),
            models.CheckConstraint(condition=Q(headcount__gte=1), name="jobs_job_headcount"),
            models.CheckConstraint(
                condition=Q(pay_min=None) | Q(pay_max=None) | Q(pay_max__gte=F("pay_min")), name="jobs_job_pay_range"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def has_member(self, user_id: UUID) -> bool:
        return self.team_rows.filter(user_id=user_id).exists()


class HiringTeamQuerySet(models.QuerySet["HiringTeamMember"]):
    def of(self, actor: Actor) -> "HiringTeamQuerySet":
        """The teams an actor is on; none for those who are no users."""
        return self.filter(user_id=actor.id) if actor.id and actor.kind == "user" else self.none()


class HiringTeamMember(models.Model):
    class TeamRole(models.TextChoices):
        RECRUITER = "recruiter", "Recruiter"
        HIRING_MANAGER = "hiring_manager", "Hiring manager"
        INTERVIEWER = "interviewer", "Interviewer"

    pk = models.CompositePrimaryKey("job_id", "user_id")
    job = models.ForeignKey(Job, models.CASCADE, related_name="team_rows", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    team_role = models.CharField(max_length=16, choices=TeamRole)

    objects = HiringTeamQuerySet.as_manager()


class JobSkill(models.Model):
    """A skill a job asks for; `weight` (1 to 10) is its share in the fit."""

    class Need(models.TextChoices):
        MUST = "must", "Must have"
        NICE = "nice", "Nice to have"

    pk = models.CompositePrimaryKey("job_id", "skill_id")
    job = models.ForeignKey(Job, models.CASCADE, related_name="skill_rows", db_index=False)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    need = models.CharField(max_length=4, choices=Need, default=Need.MUST)
    weight = models.PositiveSmallIntegerField(default=5)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(weight__range=(1, 10)), name="jobs_jobskill_weight")]
        ordering = ["need", "position"]


class StageTemplate(models.Model):
    """A set of stages to start a job from: `stages` is a list of {name, kind, candidate_text, promised_days}."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    stages = models.JSONField(default=list)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="jobs_stagetemplate_name_unique"),
            models.UniqueConstraint("is_default", condition=Q(is_default=True), name="jobs_stagetemplate_one_default"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A step of a job's process. What the candidate sees of it, and within how many days they hear from us."""

    class Kind(models.TextChoices):
        APPLIED = "applied", "Applied"
        SCREEN = "screen", "Screening"
        INTERVIEW = "interview", "Interview"
        OFFER = "offer", "Offer"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SCREEN)
    position = models.PositiveSmallIntegerField()
    candidate_text = models.TextField(blank=True)
    promised_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job", "position"],
                name="jobs_stage_position_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint("job", Lower("name"), name="jobs_stage_name_unique"),
        ]
        ordering = ["job", "position"]

    def __str__(self) -> str:
        return self.name
