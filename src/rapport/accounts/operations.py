"""Writes to users and teams."""

import zoneinfo
from collections.abc import Sequence
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string

from rapport.accounts import queries
from rapport.accounts.activities import (
    SECOND_STEP_REMOVED,
    TEAM_CHANGED,
    TEAM_CREATED,
    USER_CHANGED,
    USER_CREATED,
    USER_INVITED,
)  # fmt: skip
from rapport.accounts.capabilities import require
from rapport.accounts.models import Role, Team, User
from rapport.accounts.permissions import MANAGE_USERS
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rapport.lib.queue import enqueue


@transaction.atomic
def create_user(
    *, actor: Actor, email: str, full_name: str, role: str, password: str | None = None, time_zone: str = ""
) -> User:
    """Add a user; without a password they set one by the "forgot password" link.

    Raises NotAllowed without accounts.manage, InvalidInput for a bad address, role, zone or password,
    Conflict when the address is taken.
    """
    require(actor, MANAGE_USERS)
    user = User(email=email.strip().lower(), full_name=full_name.strip(), role=role)
    if time_zone:
        user.time_zone = time_zone
    _check(user, password)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{email} already belongs to a user.") from error
    record(USER_CREATED, actor=actor, subjects=[user], data={"role": role})
    return user


@transaction.atomic
def add_person(*, actor: Actor, email: str, full_name: str, role: str) -> User:
    """Add a user and send them a link to choose a password; raises what create_user raises."""
    user = create_user(actor=actor, email=email, full_name=full_name, role=role)
    send_password_link(actor=actor, user_id=user.id)
    return user


@transaction.atomic
def send_password_link(*, actor: Actor, user_id: UUID) -> bool:
    """Mail a user the link to choose a password; False when no mail server is set, and the link is to be handed over.

    Records user.invited either way: whoever has the link can become this user. Conflict for a deactivated user.
    """
    user = queries.lock_user(actor, user_id)
    if not user.is_active:
        raise Conflict(f"{user} is deactivated. Activate them first.")
    record(USER_INVITED, actor=actor, subjects=[user], data={})
    if settings.HAS_MAIL_SERVER:
        enqueue("accounts.mail_password_link", user_id=user.id, sender=actor.name)
    return settings.HAS_MAIL_SERVER


def mail_password_link(*, user_id: UUID, sender: str) -> None:
    """Hand the mail with the link to the mail server; the link is made now, so that its days begin now."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        return
    context = {
        "user": user, "sender": sender, "link": queries.password_link(user), "organisation": settings.SITE_NAME,
        "address": settings.BASE_URL,
    }  # fmt: skip
    text = render_to_string("accounts/mail/password_link.txt", context)
    send_mail(f"Your account at {settings.SITE_NAME}", text, None, [user.email])


@transaction.atomic
def remove_second_step(*, actor: Actor, user_id: UUID) -> int:
    """Remove a user's one-time codes, passkeys and recovery codes, for somebody who has lost them; how many there were."""
    user = queries.lock_user(actor, user_id)
    count, _ = Authenticator.objects.filter(user=user).delete()
    if count:
        record(SECOND_STEP_REMOVED, actor=actor, subjects=[user], data={})
    return count


@transaction.atomic
def change_user(
    *, actor: Actor, user_id: UUID, full_name: str | None = None, role: str | None = None, is_active: bool | None = None
) -> User:
    """Change a user's name, role or access. The last active administrator stays one (Conflict)."""
    user = queries.lock_user(actor, user_id)
    wanted = {"full_name": full_name, "role": role, "is_active": is_active}
    changes = {name: value for name, value in wanted.items() if value is not None and value != getattr(user, name)}
    if not changes:
        return user
    was_administrator = user.role == Role.ADMINISTRATOR and user.is_active
    for name, value in changes.items():
        setattr(user, name, value)
    _check(user, None)
    if was_administrator and not (user.role == Role.ADMINISTRATOR and user.is_active):
        _keep_an_administrator(user)
    user.save(update_fields=list(changes))
    data = {"changed": sorted(changes), "role": user.role, "is_active": user.is_active}
    record(USER_CHANGED, actor=actor, subjects=[user], data=data)
    return user


@transaction.atomic
def change_own_settings(*, actor: Actor, full_name: str, time_zone: str) -> User:
    """Change one's own name and time zone."""
    user = User.objects.select_for_update().filter(id=actor.id).first() if actor.id else None
    if user is None:
        raise NotAllowed("Only a signed-in user has settings.")
    wanted = {"full_name": full_name.strip(), "time_zone": time_zone.strip()}
    changed = sorted(name for name, value in wanted.items() if value != getattr(user, name))
    if not changed:
        return user
    user.full_name, user.time_zone = wanted["full_name"], wanted["time_zone"]
    _check(user, None)
    user.save(update_fields=changed)
    data = {"changed": changed, "role": user.role, "is_active": user.is_active}
    record(USER_CHANGED, actor=actor, subjects=[user], data=data)
    return user


@transaction.atomic
def save_team(*, actor: Actor, name: str, member_ids: Sequence[UUID], team_id: UUID | None = None) -> Team:
    """Create a team, or change the name and members of one."""
    require(actor, MANAGE_USERS)
    if not name.strip():
        raise InvalidInput({"name": "Give the team a name."})
    team = Team.objects.select_for_update().filter(id=team_id).first() if team_id else Team()
    if team is None:
        raise NotFound("There is no such team.")
    team.name = name.strip()
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        raise Conflict(f"There is already a team named {team.name}.") from error
    team.members.set(User.objects.filter(id__in=member_ids))
    record(TEAM_CHANGED if team_id else TEAM_CREATED, actor=actor, subjects=[team], data={"name": team.name})
    return team


def forget_expired_limits() -> int:
    """Delete counts of rate limits that are over; returns how many. Django's cache leaves them until it is full."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rapport_cache WHERE expires < %s", [clock.now()])
        return cursor.rowcount


def _check(user: User, password: str | None) -> None:
    problems = {}
    try:
        validate_email(user.email)
    except ValidationError:
        problems["email"] = f"{user.email!r} is not an e-mail address."
    if not user.full_name:
        problems["full_name"] = "Enter the person's name."
    if user.role not in Role.values:
        problems["role"] = f"There is no role {user.role!r}."
    if user.time_zone not in zoneinfo.available_timezones():
        problems["time_zone"] = f"There is no time zone {user.time_zone!r}."
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            problems["password"] = " ".join(error.messages)
    if problems:
        raise InvalidInput(problems)


def _keep_an_administrator(user: User) -> None:
    administrators = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    if not administrators.exclude(id=user.id).exists():
        raise Conflict(f"{user} is the last administrator. Make someone else administrator first.")
