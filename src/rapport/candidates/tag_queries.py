"""Reading the vocabulary of tags: its pages, what is alike, and the tag that a name means by now."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from rapport.accounts.capabilities import require
from rapport.candidates.models import CandidateTag, Tag
from rapport.candidates.permissions import VIEW
from rapport.candidates.queries import COUNT_CAP, PAGE
from rapport.candidates.tag_rules import find_alike
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.lib.numbered import NumberedPage, start_of

ALIKE_CAP = 200
# Counting stops at COUNT_CAP, so that a tag of a million people costs no more than one of ten thousand.
COUNT_TAGGED = f"""(SELECT count(*) FROM (SELECT 1 FROM candidates_candidatetag counted
    WHERE counted.tag_id = candidates_tag.id LIMIT {COUNT_CAP}) AS capped)"""
TAG_SORTS = {"name": (Lower("name"),), "used": (F("last_used_at").desc(nulls_last=True), Lower("name"))}


def list_tags(
    actor: Actor,
    text: str = "",
    *,
    sort: str = "name",
    number: int = 1,
    owner_id: UUID | None = None,
    limit: int = PAGE,
) -> NumberedPage[Tag]:
    """A page of the tags, with owner and `candidate_count` (capped), whose name or description contains the text, or that were merged from one whose name does.

    `sort` is name, people or used; three statements. Pages are counted, not cursors: a vocabulary has
    thousands of words, and the number of people by which it can be sorted is worked out on the way.
    """
    require(actor, VIEW)
    rows = Tag.objects.current()
    if text:
        rows = rows.filter(
            Q(name__icontains=text)
            | Q(description__icontains=text)
            | Exists(Tag.objects.filter(merged_into=OuterRef("pk"), name__icontains=text))
        )
    if owner_id:
        rows = rows.filter(owner_id=owner_id)
    total = rows.count()
    number, start = start_of(number, total, limit)
    # Only the tags that are shown are counted and read whole.
    if sort == "people":
        ids = list(_by_people(rows)[start : start + limit])
    else:
        ids = list(
            rows.order_by(*TAG_SORTS.get(sort, TAG_SORTS["name"])).values_list("id", flat=True)[start : start + limit]
        )
    counted = _counted(ids)
    found = [counted[key] for key in ids if key in counted]
    return NumberedPage(found, total, number, start)


def _by_people(rows: QuerySet[Tag]) -> QuerySet[Tag, UUID]:
    """The ids of tags, those most people have first (as far as is counted), then by name."""
    counted = rows.annotate(people=RawSQL(COUNT_TAGGED, []))  # noqa: S611 - a constant
    return counted.order_by(F("people").desc(), Lower("name")).values_list("id", flat=True)


def list_alike_tags(actor: Actor) -> list[tuple[Tag, Tag]]:
    """Pairs of tags that are likely one word written twice, each with `candidate_count`, who has more people second.

    Three statements, whatever the size of the vocabulary.
    """
    require(actor, VIEW)
    tags = list(Tag.objects.current().order_by("id").values_list("id", "name"))
    pairs = find_alike(tuple(name for _, name in tags))[:ALIKE_CAP]
    ids = {tags[place][0] for pair in pairs for place in pair}
    found = _counted(ids)
    both = (
        (found[tags[one][0]], found[tags[other][0]])
        for one, other in pairs
        if {tags[one][0], tags[other][0]} <= set(found)
    )
    return [(one, other) if _weight(one) <= _weight(other) else (other, one) for one, other in both]


def _weight(tag: Tag) -> tuple[int, str]:
    """Of two alike the one with more people stays; `candidate_count` is annotated."""
    return getattr(tag, "candidate_count"), tag.name  # noqa: B009 - the type knows no annotations


def list_alike_to(actor: Actor, tag: Tag) -> list[Tag]:
    """The tags that are likely the same word as this one, with `candidate_count`; two statements."""
    require(actor, VIEW)
    tags = list(Tag.objects.current().order_by("id").values_list("id", "name"))
    pairs = find_alike(tuple(name for _, name in tags))
    own = {place for place, (key, _) in enumerate(tags) if key == tag.id}
    others = {tags[place][0] for pair in pairs if own & set(pair) for place in pair if place not in own}
    return sorted(_counted(others).values(), key=lambda other: other.name.lower())


def count_alike_tags(actor: Actor) -> int:
    """How many pairs list_alike_tags gives, up to ALIKE_CAP; one statement."""
    require(actor, VIEW)
    names = Tag.objects.current().order_by("id").values_list("name", flat=True)
    return len(find_alike(tuple(names))[:ALIKE_CAP])


def _counted(tag_ids: Collection[UUID]) -> dict[UUID, Tag]:
    if not tag_ids:
        return {}
    rows = Tag.objects.current().filter(id__in=tag_ids).select_related("owner")
    return {
        tag.id: tag
        for tag in rows.annotate(candidate_count=RawSQL(COUNT_TAGGED, []))  # noqa: S611 - a constant
    }


def list_tag_names(actor: Actor, text: str = "", limit: int = 12, *, without_id: UUID | None = None) -> list[Tag]:
    """Tags for a field's suggestions, without counting: those that begin so first. A merged name brings up what it became."""
    require(actor, VIEW)
    former = Tag.objects.filter(merged_into=OuterRef("pk"), name__icontains=text)
    rows = Tag.objects.current().exclude(id=without_id) if without_id else Tag.objects.current()
    if text:
        rows = rows.filter(Q(name__icontains=text) | Exists(former))
        rows = rows.order_by(Case(When(name__istartswith=text, then=0), default=1), Lower("name"))
    return list(rows[:limit])


def get_tag(actor: Actor, tag_id: UUID) -> Tag:
    """One tag, merged or not, with its owner and what it was merged into."""
    require(actor, VIEW)
    return _tag_of(Tag.objects.select_related("owner", "merged_into"), tag_id)


def count_tagged(tag: Tag) -> int:
    """How many have a tag, up to COUNT_CAP."""
    return len(CandidateTag.objects.filter(tag=tag).values_list("candidate_id")[:COUNT_CAP])


def list_merged_tags(tag: Tag) -> list[Tag]:
    """The former tags that are spellings of this one, with who merged them."""
    return list(Tag.objects.filter(merged_into=tag).select_related("merged_by"))


def find_tag(name: str) -> Tag | None:
    """The tag of a name, in lower case as the database makes it: that is what is unique. A merged one gives what it became."""
    found = Tag.objects.alias(lower=Lower("name")).filter(lower=Lower(Value(name))).first()
    return _became(found) if found else None


def _became(tag: Tag) -> Tag:
    while tag.merged_into is not None:
        tag = tag.merged_into
    return tag


MEANINGS = """
WITH RECURSIVE became AS (
    SELECT id AS was, id, merged_into_id FROM candidates_tag WHERE id = ANY(%s::uuid[])
    UNION SELECT became.was, t.id, t.merged_into_id FROM became JOIN candidates_tag t ON t.id = became.merged_into_id)
SELECT was, array_agg(id) FROM became GROUP BY was
"""


def meanings_of(tag_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Each of these tags with what it was merged into, if it was: a worker may still be moving people from one to the other.

    For callers that have made their own permission check.
    """
    with connection.cursor() as cursor:
        cursor.execute(MEANINGS, [list(tag_ids)])
        return dict(cursor.fetchall())


SPELLINGS = """
WITH RECURSIVE spelling AS (
    SELECT root, root AS id FROM unnest(%s::uuid[]) AS root
    UNION SELECT spelling.root, t.id FROM candidates_tag t JOIN spelling ON t.merged_into_id = spelling.id)
SELECT root, array_agg(id) FROM spelling GROUP BY root
"""


def spellings_among(tag_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Each of these tags with those that were merged into it, and into those: all of them go with it when it is deleted.

    For callers that have made their own permission check.
    """
    with connection.cursor() as cursor:
        cursor.execute(SPELLINGS, [list(tag_ids)])
        return dict(cursor.fetchall())


def lock_tag(actor: Actor, tag_id: UUID) -> Tag:
    """One tag, locked until the transaction ends: nobody is given it meanwhile."""
    require(actor, VIEW)
    return _tag_of(Tag.objects.select_for_update(), tag_id)


def hold_tag(actor: Actor, tag_id: UUID) -> Tag:
    """The tag to put on people: what it became where it was merged, which cannot change until the transaction ends."""
    require(actor, VIEW)
    tag = _became(_tag_of(Tag.objects.all(), tag_id))
    with connection.cursor() as cursor:
        cursor.execute("SELECT merged_into_id FROM candidates_tag WHERE id = %s FOR KEY SHARE", [tag.id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound("There is no such tag.")
    return tag if row[0] is None else hold_tag(actor, row[0])


def _tag_of(tags: QuerySet[Tag], tag_id: UUID) -> Tag:
    tag = tags.filter(id=tag_id).first()
    if tag is None:
        raise NotFound("There is no such tag.")
    return tag
