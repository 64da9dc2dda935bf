"""Reading users and teams."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from rapport.accounts.capabilities import EVERYWHERE, Capability, all_capabilities, require
from rapport.accounts.models import Role, Team, User
from rapport.accounts.permissions import MANAGE_USERS, VIEW_USERS
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.lib.wording import first_words

SUGGESTED = 8
# What recruiters call an app's things, where that is not the app's name.
WORDS_OF_APPS = {"accounts": "People and teams", "intake": "Imports", "outreach": "Sequences", "search": "Segments"}


def list_users(actor: Actor, *, include_inactive: bool = False) -> QuerySet[User]:
    require(actor, VIEW_USERS)
    users = User.objects.all()
    return users if include_inactive else users.filter(is_active=True)


def list_people(actor: Actor, *, words: str = "", is_active: bool = True) -> QuerySet[User]:
    """Users with their teams, for those who manage them; every word has to be in the name, the address or the role."""
    require(actor, MANAGE_USERS)
    people = User.objects.filter(is_active=is_active).prefetch_related("teams")
    for word in first_words(words):
        roles = [role.value for role in Role if word.lower() in role.label.lower()]
        people = people.filter(Q(full_name__icontains=word) | Q(email__icontains=word) | Q(role__in=roles))
    return people


def count_people(actor: Actor) -> dict[str, int]:
    """How many are `active`, and how many `deactivated`."""
    require(actor, MANAGE_USERS)
    return User.objects.aggregate(
        active=Count("id", filter=Q(is_active=True)), deactivated=Count("id", filter=Q(is_active=False))
    )


def suggest_people(actor: Actor, words: str) -> list[User]:
    """The first active users who fit, for choosing members."""
    return list(list_people(actor, words=words).prefetch_related(None)[:SUGGESTED])


def get_user(actor: Actor, user_id: UUID) -> User:
    require(actor, VIEW_USERS)
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFound("There is no such user.")
    return user


def get_person(actor: Actor, user_id: UUID) -> User:
    """A user with their teams, for those who manage users."""
    require(actor, MANAGE_USERS)
    user = User.objects.filter(id=user_id).prefetch_related("teams").first()
    if user is None:
        raise NotFound("There is no such user.")
    return user


def has_second_step(user: User) -> bool:
    """Whether signing in asks for a one-time code or a security key, or is done by passkey."""
    return Authenticator.objects.filter(user=user).exists()


def password_link(user: User) -> str:
    """The address where this user chooses a password: works once, for PASSWORD_RESET_TIMEOUT (three days).

    It is as good as their password; show or send it to nobody else.
    """
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    return urljoin(settings.BASE_URL, path)


def sends_mail() -> bool:
    """Whether this installation has a mail server for its own mail."""
    return settings.HAS_MAIL_SERVER


def users_by_ids(actor: Actor, ids: Iterable[str]) -> list[User]:
    """The users that a form names; what is no id is left out."""
    require(actor, VIEW_USERS)
    return list(User.objects.filter(id__in=[user_id for user_id in map(_as_id, ids) if user_id]))


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def list_teams(actor: Actor) -> QuerySet[Team]:
    require(actor, VIEW_USERS)
    return Team.objects.prefetch_related("members")


def get_team(actor: Actor, team_id: UUID) -> Team:
    require(actor, MANAGE_USERS)
    team = Team.objects.prefetch_related("members").filter(id=team_id).first()
    if team is None:
        raise NotFound("There is no such team.")
    return team


@dataclass(frozen=True, slots=True)
class Right:
    """One capability in words, and what each role may do with it: "Everywhere", "On their teams" or ""."""

    label: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RightsOfApp:
    name: str
    rights: tuple[Right, ...]


def list_rights(actor: Actor) -> list[RightsOfApp]:
    """Every declared capability by app; the scopes stand in the order of Role."""
    require(actor, MANAGE_USERS)
    by_app: dict[str, list[Right]] = {}
    for capability in all_capabilities():
        app = capability.name.split(".")[0]
        by_app.setdefault(app, []).append(Right(capability.label.capitalize(), _scopes_in_words(capability)))
    return [RightsOfApp(WORDS_OF_APPS.get(app, app.capitalize()), tuple(rights)) for app, rights in by_app.items()]


def _scopes_in_words(capability: Capability) -> tuple[str, ...]:
    scopes = [capability.scope_for(Actor(kind="user", role=role)) for role in Role.values]
    return tuple("" if scope is None else "Everywhere" if scope == EVERYWHERE else "On their teams" for scope in scopes)


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
