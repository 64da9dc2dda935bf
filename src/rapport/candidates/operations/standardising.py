"""Working out the normal forms of what was stored before the product knew them, or by older rules.

A step does one batch in a transaction of its own and notes how far it came, so that it may be killed at any moment and a
pool of a million people delays nobody. What somebody changes meanwhile is worked out by whoever writes it.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from rapport.candidates import normal_forms
from rapport.candidates.models import Candidate, Experience, Standardising
from rapport.lib import clock

BATCH = 2000
COLUMNS = ("title_normal", "seniority", "organisation_normal")
# Not where the entered form is another one by now.
UPDATE = """
UPDATE {table} t SET title_normal = given.title_normal, seniority = given.seniority,
    organisation_normal = given.organisation_normal
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS given(id, title, organisation, title_normal, seniority, organisation_normal)
WHERE t.id = given.id AND t.title = given.title AND t.organisation = given.organisation
"""


@transaction.atomic
def standardise_some(*, limit: int = BATCH) -> int:
    """Look at the next people, then at the next jobs; returns how many, 0 when all are done or another process does it."""
    Standardising.objects.get_or_create(version=normal_forms.VERSION)
    rows = Standardising.objects.select_for_update(skip_locked=True)
    run = rows.filter(version=normal_forms.VERSION, finished_at=None).first()
    if run is None:
        return 0
    for model, column in ((Candidate, "candidate_after"), (Experience, "experience_after")):
        seen = _next(model, getattr(run, column), limit)
        if seen:
            run.changed_count += _write(model, seen)
            setattr(run, column, seen[-1][0])
            run.save(update_fields=[column, "changed_count"])
            return len(seen)
    run.finished_at = clock.now()
    run.save(update_fields=["finished_at"])
    return 0


def _next(model: type[Model], after: UUID, limit: int) -> list[tuple[Any, ...]]:
    rows = model._default_manager.filter(id__gt=after).order_by("id")
    return list(rows.values_list("id", "title", "organisation", *COLUMNS)[:limit])


def _write(model: type[Model], seen: Sequence[tuple[Any, ...]]) -> int:
    """Store the normal forms that differ; returns how many rows had others."""
    changed = list(_changed(seen))
    if not changed:
        return 0
    # Locked in the order of their ids, as everywhere.
    list(
        model._default_manager.select_for_update()
        .filter(id__in=[row[0] for row in changed])
        .order_by("id")
        .values("id")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            UPDATE.format(table=model._meta.db_table), [list(column) for column in zip(*changed, strict=True)]
        )
        return cursor.rowcount


def _changed(seen: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    for key, title, organisation, *there in seen:
        columns = normal_forms.work_columns(title, organisation)
        normal = [columns[name] for name in COLUMNS]
        if normal != there:
            yield (key, title, organisation, *normal)
