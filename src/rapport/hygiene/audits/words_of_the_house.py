"""Audits of the words people are grouped by: tags and sources that are nearly the same."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from rapport.accounts.capabilities import require
from rapport.candidates import operations
from rapport.candidates.models import Candidate, CandidateTag, Source, Tag
from rapport.candidates.operations import Correction
from rapport.candidates.permissions import EDIT, visible_to
from rapport.hygiene.audits.fixes_of_people import people
from rapport.hygiene.audits.look_alikes import find_look_alikes
from rapport.hygiene.audits.registry import Audit, Change, Done, Fix, Found, Line, Seen, search_url
from rapport.lib.actors import Actor

MOST_PEOPLE = 10_000  # moved by one click


def find_similar_tags() -> Seen:
    """Tags that look like another one that more people have: the lighter leads to the heavier."""
    names = dict(Tag.objects.order_by("id").values_list("id", "name"))
    return _seen(names, _count_tagged(names))


def find_similar_sources() -> Seen:
    """Only sources that people have: one that nobody has any more does no harm."""
    counts = _count_from()
    names = dict(Source.objects.filter(id__in=counts).order_by("id").values_list("id", "name"))
    return _seen(names, counts)


def _seen(names: Mapping[UUID, str], counts: Mapping[UUID, int]) -> Seen:
    pairs = find_look_alikes(names, counts)
    return Seen([Found(key, counts.get(key, 0), other) for key, other in pairs.items()], len(names))


def _count_tagged(tag_ids: Collection[UUID]) -> dict[UUID, int]:
    rows = CandidateTag.objects.filter(tag_id__in=list(tag_ids)).order_by().values_list("tag_id")
    return dict(rows.annotate(Count("candidate_id")))


def _count_from() -> dict[UUID, int]:
    rows = Candidate.objects.filter(merged_into=None, source__isnull=False).order_by().values_list("source_id")
    return dict(rows.annotate(Count("id")))


def describe_tags(actor: Actor, found: Sequence[Found]) -> list[Line]:
    names = dict(Tag.objects.filter(id__in=_both(found)).values_list("id", "name"))
    return _lines(found, names, "tag")


def describe_sources(actor: Actor, found: Sequence[Found]) -> list[Line]:
    names = dict(Source.objects.filter(id__in=_both(found)).values_list("id", "name"))
    return _lines(found, names, "source")


def _both(found: Sequence[Found]) -> list[UUID]:
    return [key for one in found for key in (one.subject_id, one.other_id) if key]


def _lines(found: Sequence[Found], names: Mapping[UUID, str], field: str) -> list[Line]:
    """Pairs of which both are still there."""
    return [
        Line(
            one.subject_id,
            names[one.subject_id],
            f"like “{names[one.other_id]}”; {people(one.size)}",
            search_url(field, names[one.subject_id]),
        )
        for one in found
        if one.other_id and one.other_id in names and one.subject_id in names
    ]


def _plan_sources(actor: Actor, ids: Sequence[UUID], value: str) -> list[Change]:
    pairs, names = _pairs(ids)
    counts = _count_from()
    return [
        Change(
            key, names[key], f"{names[key]}: {people(counts.get(key, 0))}",
            f"{names[other]}: {people(counts.get(key, 0) + counts.get(other, 0))}",
        )
        for key, other in pairs.items()
    ]  # fmt: skip


def _bring_together(actor: Actor, ids: Sequence[UUID], value: str) -> Done:
    """Give people the source that theirs looks like, up to MOST_PEOPLE of them; a source is done when nobody has it."""
    require(actor, EDIT)
    pairs, _ = _pairs(ids)
    rows = Candidate.objects.filter(visible_to(actor), source_id__in=list(pairs)).order_by("id")
    having = list(rows.values_list("id", "source_id")[:MOST_PEOPLE])
    corrections = [Correction(key, key, {"source_id": own}, {"source_id": pairs[own]}) for key, own in having if own]
    made = operations.correct_candidates(actor=actor, corrections=corrections)
    left = set(
        Candidate.objects.filter(visible_to(actor), source_id__in=list(pairs)).values_list("source_id", flat=True)
    )
    done = [key for key in pairs if key not in left]
    more = "; there are more, press it again" if left else ""
    return Done(done, f"{people(len(made))} given the other source{more}", {"made": made, "ids": done})


def _take_apart(actor: Actor, undo: Mapping[str, Any], done_at: datetime) -> Sequence[UUID]:
    back = operations.correct_candidates(actor=actor, corrections=[one.reversed for one in undo["made"]])
    missing = {one.candidate_id for one in undo["made"]} - {one.candidate_id for one in back}
    spoilt = {one.before["source_id"] for one in undo["made"] if one.candidate_id in missing}
    return [key for key in undo["ids"] if key not in spoilt]


def _pairs(ids: Sequence[UUID]) -> tuple[dict[UUID, UUID], dict[UUID, str]]:
    """Which source of these leads to which as things are now, and the names of all of them."""
    wanted = set(ids)
    pairs = {one.subject_id: one.other_id for one in find_similar_sources().found if one.subject_id in wanted}
    names = dict(Source.objects.filter(id__in=[*pairs, *filter(None, pairs.values())]).values_list("id", "name"))
    return {key: other for key, other in pairs.items() if other}, names


AUDITS = (
    Audit(
        "similar_tags", "Near-duplicate tags", "A tag that is nearly the same as one that more people have",
        ("tag", "tags"), 3, describe_tags, look=find_similar_tags,
        elsewhere=("workspace:tags", "Rename or merge them under Tags"),
    ),
    Audit(
        "similar_sources", "Near-duplicate sources", "A source that is nearly the same as one that more people have",
        ("source", "sources"), 3, describe_sources, look=find_similar_sources,
        fixes=(
            Fix(
                "bring_together", "Bring together", "People get the source that theirs looks like.",
                _plan_sources, _bring_together, _take_apart,
            ),
        ),
    ),
)  # fmt: skip
