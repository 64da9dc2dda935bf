"""Telling those who keep a segment what became of a tag that it names."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from rapport.activity.operations import record
from rapport.activity.queries import list_happened
from rapport.activity.verbs import Verb
from rapport.lib.actors import SYSTEM, Actor
from rapport.search import language
from rapport.search.language import And, Node, Not, Or, Phrase, Word
from rapport.search.models import Segment


@transaction.atomic
def tell_of_tag(verb: Verb, *, actor: Actor, tag: str, activity_id: UUID, **data: str) -> int:
    """Record that something was done to a tag, for each segment whose query names it; returns how many.

    Once for each segment and activity; safe to repeat.
    """
    told = 0
    for segment in Segment.objects.filter(query__icontains="tag").order_by("id"):
        if tag.casefold() not in names_of_tags(segment.query):
            continue
        before = list_happened(SYSTEM, segment.id, [verb.name])
        if any(row.data.get("activity_id") == str(activity_id) for row in before):
            continue
        told += 1
        more = {"name": segment.name, "tag": tag, "activity_id": activity_id, **data}
        record(verb, actor=actor, subjects=[segment], data=more)
    return told


def names_of_tags(query: str) -> set[str]:
    """The tags that a query names itself, without case; none where it cannot be read."""
    node = language.parse(query).node
    return set(_named(node)) if node is not None else set()


def _named(node: Node) -> Iterator[str]:
    match node:
        case Word(name, "tag") | Phrase(name, "tag"):
            yield " ".join(name.split()).casefold()
        case And(items) | Or(items):
            for item in items:
                yield from _named(item)
        case Not(item):
            yield from _named(item)
