"""The audit of people who may be in the pool twice. Linkage has found them; the pages of duplicates list them."""

from collections.abc import Sequence

from django.db import connection
from django.urls import reverse

from rapport.candidates.queries import names_of
from rapport.hygiene.audits.registry import Audit, Found, Line, Seen
from rapport.hygiene.models import Suggestion
from rapport.lib.actors import Actor

OPEN = """
WITH pair AS (
    SELECT s.first_id, s.second_id FROM hygiene_suggestion s
    JOIN candidates_candidate a ON a.id = s.first_id AND a.merged_into_id IS NULL AND a.archived_at IS NULL
    JOIN candidates_candidate b ON b.id = s.second_id AND b.merged_into_id IS NULL AND b.archived_at IS NULL
    WHERE s.state = 'open'
)
SELECT (SELECT count(*) FROM pair),
       (SELECT count(*) FROM (SELECT first_id FROM pair UNION SELECT second_id FROM pair) both_of_them),
       (SELECT count(*) FROM candidates_candidate WHERE merged_into_id IS NULL AND archived_at IS NULL)
"""
EXAMPLES = 3


def find_pairs() -> Seen:
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        count, concerned, population = cursor.fetchone()
    surest = Suggestion.objects.filter(state=Suggestion.State.OPEN, first__merged_into=None, second__merged_into=None)
    found = [Found(row.id) for row in surest.order_by("-bits", "-id")[:EXAMPLES]]
    return Seen(found, population, count=count, concerned=concerned)


def describe(actor: Actor, found: Sequence[Found]) -> list[Line]:
    rows = Suggestion.objects.in_bulk([one.subject_id for one in found])
    names = names_of(actor, {key for row in rows.values() for key in (row.first_id, row.second_id)})
    return [
        Line(row.id, f"{names[row.first_id]} and {names[row.second_id]}", ", ".join(row.reasons[:3]).lower(),
             reverse("hygiene:compare", args=[row.first_id, row.second_id]))
        for row in (rows[one.subject_id] for one in found if one.subject_id in rows)
        if row.first_id in names and row.second_id in names
    ]  # fmt: skip


AUDITS = (
    Audit(
        "duplicates", "Duplicates", "Two candidates who may be one person", ("pair", "pairs"), 5, describe,
        look=find_pairs, list_url="hygiene:suggestions",
    ),
)  # fmt: skip
