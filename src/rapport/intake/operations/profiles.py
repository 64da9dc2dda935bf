"""Mappings kept under a name: saving, using, changing and deleting them."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.candidates.text_rules import one_line
from rapport.intake import queries
from rapport.intake.activities import PROFILE_DELETED, PROFILE_SAVED
from rapport.intake.models import Import, MappingProfile
from rapport.intake.operations.creating import check_mapping
from rapport.intake.permissions import IMPORT
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput

LONGEST_NAME = 80


@transaction.atomic
def save_profile(*, actor: Actor, name: str, headers: Sequence[str], fields: Sequence[str]) -> MappingProfile:
    """Keep what columns hold under a name; one of that name (in any case) is replaced. Records mapping_profile.saved.

    Raises InvalidInput naming `name` or `mapping`.
    """
    require(actor, IMPORT)
    name = _clean(name)
    check_mapping(fields, len(headers))
    now = clock.now()
    values = {"headers": list(headers), "fields": list(fields), "updated_at": now}
    profile = MappingProfile.objects.select_for_update().filter(name__iexact=name).first()
    if profile is None:
        user_id = actor.id if actor.kind == "user" else None
        profile = MappingProfile(name=name, created_by_id=user_id, created_at=now)
    for key, value in values.items():
        setattr(profile, key, value)
    _save(profile)
    record(PROFILE_SAVED, actor=actor, subjects={"mapping_profile": profile.id}, data={"name": profile.name})
    return profile


@transaction.atomic
def change_profile(*, actor: Actor, profile_id: UUID, name: str, fields: Sequence[str]) -> MappingProfile:
    """Rename a profile, or say anew what its columns hold. Records mapping_profile.saved; no change records nothing.

    Raises InvalidInput naming `name` or `mapping`, Conflict when another one has the name.
    """
    profile = queries.get_profile(actor, profile_id, lock=True)
    name = _clean(name)
    check_mapping(fields, len(profile.headers))
    if (profile.name, profile.fields) == (name, list(fields)):
        return profile
    profile.name, profile.fields, profile.updated_at = name, list(fields), clock.now()
    _save(profile)
    record(PROFILE_SAVED, actor=actor, subjects={"mapping_profile": profile.id}, data={"name": profile.name})
    return profile


@transaction.atomic
def delete_profile(*, actor: Actor, profile_id: UUID) -> None:
    """Forget a profile; imports that used it keep their mapping. Records mapping_profile.deleted. Raises NotFound."""
    profile = queries.get_profile(actor, profile_id, lock=True)
    record(PROFILE_DELETED, actor=actor, subjects={"mapping_profile": profile.id}, data={"name": profile.name})
    profile.delete()


@transaction.atomic
def use_profile(*, actor: Actor, import_id: UUID, profile_id: UUID) -> Import:
    """Fill in the columns of an import as a profile says; those it does not know keep their guess.

    Nothing is started. Raises Conflict when the import has started.
    """
    item = queries.lock_import(actor, import_id)
    profile = queries.get_profile(actor, profile_id)
    if not item.is_waiting_for_person:
        raise Conflict("This import has started; its columns cannot be changed any more.")
    item.mapping, name = queries.fill_in_columns(actor, item.format["columns"], item.mapping, profile)
    item.format = {**item.format, "profile": name}
    item.save(update_fields=["mapping", "format"])
    return item


def _save(profile: MappingProfile) -> None:
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:
        raise Conflict(f"There is another mapping called {profile.name}. Choose another name.") from error


def _clean(name: str) -> str:
    name = one_line(name, LONGEST_NAME)
    if not name:
        raise InvalidInput({"name": "Enter a name."})
    return name
