"""Reading users and teams."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from rapport.accounts.capabilities import require
from rapport.accounts.models import Team, User
from rapport.accounts.permissions import MANAGE_USERS, VIEW_USERS
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound


def list_users(actor: Actor, *, include_inactive: bool = False) -> QuerySet[User]:
    require(actor, VIEW_USERS)
    users = User.objects.all()
    return users if include_inactive else users.filter(is_active=True)


def get_user(actor: Actor, user_id: UUID) -> User:
    require(actor, VIEW_USERS)
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFound("There is no such user.")
    return user


def list_teams(actor: Actor) -> QuerySet[Team]:
    require(actor, VIEW_USERS)
    return Team.objects.prefetch_related("members")


def lock_user(actor: Actor, user_id: UUID) -> User:
    require(actor, MANAGE_USERS)
    user = User.objects.select_for_update().filter(id=user_id).first()
    if user is None:
        raise NotFound("There is no such user.")
    return user


def names_of(user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of users by id, in one statement; for timelines and lists that already passed their own check."""
    wanted = {user_id for user_id in user_ids if user_id}
    return {user.id: str(user) for user in User.objects.filter(id__in=wanted).only("id", "full_name", "email")}
