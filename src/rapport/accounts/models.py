"""People who sign in, and the teams they belong to."""

import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from rapport.lib.actors import Actor
from rapport.lib.ids import new_id


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "Administrator"
    RECRUITER = "recruiter", "Recruiter"
    HIRING_MANAGER = "hiring_manager", "Hiring manager"
    INTERVIEWER = "interviewer", "Interviewer"
    EMPLOYEE = "employee", "Employee"

    @property
    def purpose(self) -> str:
        """What somebody with this role is here for, in a sentence."""
        return ROLE_PURPOSES[self.value]


ROLE_PURPOSES = {
    "administrator": "Manages people and settings, and may do everything but see other teams' confidential jobs.",
    "recruiter": "Finds and writes to candidates, opens jobs and runs every process that is not confidential.",
    "hiring_manager": "Works on the jobs on whose hiring team they are.",
    "interviewer": "Sees the jobs and candidates they help to judge, and writes notes.",
    "employee": "Signs in, and sees nothing of jobs and candidates.",
}


def default_time_zone() -> str:
    return settings.DEFAULT_TIME_ZONE


class Users(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Also what django-allauth calls; the product itself uses operations.create_user."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in with an e-mail address; one role decides what they may do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role, default=Role.EMPLOYEE)
    time_zone = models.CharField(max_length=64, default=default_time_zone)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects = Users()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="accounts_user_role_known"),
        ]
        ordering = ["full_name", "id"]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def actor(self) -> Actor:
        return Actor(kind="user", id=self.id, role=self.role, name=str(self))

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo("UTC")

    @property
    def state(self) -> str:
        """active, invited (has not chosen a password yet) or deactivated."""
        if not self.is_active:
            return "deactivated"
        return "active" if self.last_login or self.has_usable_password() else "invited"

    @property
    def first_name(self) -> str:
        return str(self).split(" ")[0]


class Team(models.Model):
    """People who work together, such as "Engineering recruiting"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    members = models.ManyToManyField(User, related_name="teams", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="accounts_team_name_unique")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
