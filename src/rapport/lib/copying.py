"""Inserting many rows by COPY: several times as fast as INSERT, whose statement has to be built and parsed."""

import json
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model


def copy_rows(rows: Sequence[Model]) -> None:
    """Insert new rows of one model, in the present transaction; values as the database takes them, nothing is filled in.

    Raises IntegrityError like any insert; there is no way to pass over rows that are there.
    """
    if not rows:
        return
    fields = rows[0]._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = attrgetter(*(field.attname for field in fields))
    documents = [place for place, field in enumerate(fields) if isinstance(field, JSONField)]
    dump = _dumps(fields[documents[0]]) if documents else json.dumps
    command = f"COPY {rows[0]._meta.db_table} ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            line = values(row)
            copy.write_row(_with_json(line, documents, dump) if documents else line)


def _dumps(field: Field) -> Callable[[Any], str]:
    encoder = getattr(field, "encoder", None)
    return lambda value: json.dumps(value, cls=encoder)


def _with_json(line: tuple[Any, ...], documents: Sequence[int], dump: Callable[[Any], str]) -> list[Any]:
    values = list(line)
    for place in documents:
        if values[place] is not None:
            values[place] = dump(values[place])
    return values
