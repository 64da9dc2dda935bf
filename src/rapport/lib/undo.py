"""Undo of what was done to many at once: what to take back waits for a while under a word that stands in the address.

Kept in the database's cache, so that any web process can take it back; ids of thousands do not fit into an address.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.cache import cache

from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict

KEPT_S = 15 * 60
GONE = "This cannot be taken back any more: it was taken back already, or more than 15 minutes have passed."


def keep(actor: Actor, scope: str, what: Mapping[str, Any]) -> str:
    """Remember what an actor may take back; returns the word to ask for it, which counts in this scope alone."""
    word = secrets.token_urlsafe(12)
    cache.set(_key(actor, scope, word), {**what, "done_at": clock.now().isoformat()}, KEPT_S)
    return word


def take(actor: Actor, scope: str, word: str) -> dict[str, Any]:
    """What was kept, once, with `done_at` as a moment; kept on when the caller's transaction fails.

    Raises Conflict when it is gone, was not this actor's, or was kept for another scope; then nothing is used up.
    """
    key = _key(actor, scope, word)
    what = cache.get(key)
    if what is None or not cache.delete(key):
        raise Conflict(GONE)
    return {**what, "done_at": datetime.fromisoformat(what["done_at"])}


def _key(actor: Actor, scope: str, word: str) -> str:
    return f"undo:{actor.id}:{scope}:{word[:40]}"
