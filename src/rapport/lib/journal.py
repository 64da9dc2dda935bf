"""Changing rows so that it can be taken back: each change is noted with what the row was before and what it is after.

A journal knows tables and columns, no domain. `put_back` undoes the changes, the last first: a column gets its old value
only where it still holds the value that was written then; a row that was taken out is put in again. What somebody has
changed or removed since stays as they left it. Values are kept as JSON, so that a journal can be stored for years.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Field, ForeignKey, JSONField, Model, QuerySet

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row: `model` is its label, `key` finds it as it is now; `after` is None where the row was taken out."""

    model: str
    key: Values
    before: Values
    after: Values | None


@dataclass(slots=True)
class Journal:
    """Changes made in the present transaction, in their order."""

    changes: list[RowChange] = field(default_factory=list)

    def change(self, rows: QuerySet[Any] | Iterable[Model], **values: Any) -> int:
        """Give columns (by attribute name, such as "candidate_id") of rows new values; returns how many rows differed."""
        count = 0
        for row in list(rows):
            differing = {name: value for name, value in values.items() if getattr(row, name) != value}
            if differing:
                self._update(row, differing)
                count += 1
        return count

    def _update(self, row: Model, values: Values) -> None:
        model, columns = type(row), {name: _column(type(row), name) for name in values}
        before = {name: _plain(getattr(row, name)) for name in values}
        was = _key(row)
        for name, value in values.items():
            setattr(row, name, value)
        assignments = ", ".join(f"{_quoted(column)} = %s::{_type(column)}" for column in columns.values())
        condition, parameters = _condition(model, was)
        new = [_for_database(columns[name], value) for name, value in values.items()]
        _execute(f"UPDATE {_table(model)} SET {assignments} WHERE {condition}", [*new, *parameters])
        after = {name: _plain(value) for name, value in values.items()}
        self.changes.append(RowChange(model._meta.label_lower, _key(row), before, after))

    def remove(self, rows: QuerySet[Any] | Iterable[Model]) -> int:
        """Take rows out that say nothing another row does not say; each is noted whole."""
        found = list(rows)
        for row in found:
            values = {name.attname: _plain(getattr(row, name.attname)) for name in row._meta.concrete_fields}
            condition, parameters = _condition(type(row), _key(row))
            _execute(f"DELETE FROM {_table(type(row))} WHERE {condition}", parameters)
            self.changes.append(RowChange(row._meta.label_lower, _key(row), values, None))
        return len(found)


def put_back(changes: Sequence[RowChange]) -> int:
    """Undo changes, the last first; returns how many rows were put back, be it in part."""
    return sum(_put_in(change) if change.after is None else _set_back(change) for change in reversed(changes))


def _set_back(change: RowChange) -> int:
    model = apps.get_model(change.model)
    assignments, parameters = [], []
    for name, before in change.before.items():
        column = _column(model, name)
        if not _is_there(column, before):
            if not column.null:
                continue
            before = None
        after = (change.after or {})[name]
        quoted, kind = _quoted(column), _type(column)
        assignments.append(
            f"{quoted} = CASE WHEN {quoted} IS NOT DISTINCT FROM %s::{kind} THEN %s::{kind} ELSE {quoted} END"
        )
        parameters += [_stored(column, after), _stored(column, before)]
    if not assignments:
        return 0
    condition, where = _condition(model, change.key)
    return _execute(f"UPDATE {_table(model)} SET {', '.join(assignments)} WHERE {condition}", [*parameters, *where])


def _put_in(change: RowChange) -> int:
    model = apps.get_model(change.model)
    columns = [(_column(model, name), value) for name, value in change.before.items()]
    values = []
    for column, value in columns:
        if not _is_there(column, value):
            if not column.null:
                return 0
            value = None
        values.append(_stored(column, value))
    names = ", ".join(_quoted(column) for column, _ in columns)
    marks = ", ".join(f"%s::{_type(column)}" for column, _ in columns)
    return _execute(f"INSERT INTO {_table(model)} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING", values)


def _is_there(column: Any, value: Any) -> bool:
    """Whether the row that a foreign key names still exists."""
    if value is None or not isinstance(column, ForeignKey):
        return True
    return column.related_model._base_manager.filter(pk=value).exists()


def _key(row: Model) -> Values:
    return {column.attname: _plain(getattr(row, column.attname)) for column in row._meta.pk_fields}


def _column(model: type[Model], attname: str) -> Any:
    return next(column for column in model._meta.concrete_fields if column.attname == attname)


def _condition(model: type[Model], key: Mapping[str, Any]) -> tuple[str, list[Any]]:
    columns = [(_column(model, name), value) for name, value in key.items()]
    return (
        " AND ".join(f"{_quoted(column)} = %s::{_type(column)}" for column, _ in columns),
        [_stored(column, value) for column, value in columns],
    )


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(column: Any) -> str:
    return connection.ops.quote_name(column.column)


def _type(column: Field) -> str:
    return str(column.rel_db_type(connection) if isinstance(column, ForeignKey) else column.db_type(connection))


def _for_database(column: Field, value: Any) -> Any:
    return json.dumps(value) if isinstance(column, JSONField) else value


def _stored(column: Any, value: Any) -> Any:
    """A value as it lies in the journal, for the database, which casts it to the column's type."""
    return json.dumps(value) if isinstance(column, JSONField) and value is not None else value


def _plain(value: Any) -> Any:
    """A value as JSON that loses nothing."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _execute(sql: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return cursor.rowcount
