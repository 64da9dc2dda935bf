"""How a user wants the list of candidates."""

from collections.abc import Sequence

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.candidates.models import ColumnChoice
from rapport.candidates.permissions import VIEW
from rapport.lib.actors import Actor
from rapport.lib.errors import NotAllowed


@transaction.atomic
def choose_columns(*, actor: Actor, columns: Sequence[str]) -> None:
    """Keep which columns this user wants to see; nothing is recorded, it concerns nobody else."""
    require(actor, VIEW)
    if actor.id is None:
        raise NotAllowed("Only a signed-in user has a list of their own.")
    ColumnChoice.objects.update_or_create(user_id=actor.id, defaults={"columns": list(columns)[:20]})
