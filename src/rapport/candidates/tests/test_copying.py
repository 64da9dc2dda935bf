"""Lines of a table: what they do not give has its default, and what differs from row to row they have to give."""

from datetime import UTC, datetime

import pytest

from rapport.candidates.models import Candidate
from rapport.lib.copy_text import cell
from rapport.lib.copying import Table, copy_lines
from rapport.lib.ids import new_ids

pytestmark = pytest.mark.django_db


def test_columns_that_no_line_gives_have_their_defaults() -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    table = Table(Candidate, "id", "full_name", "created_at", "updated_at")
    ids = new_ids(450)
    copy_lines(table, (table.line(key.hex, cell(f"Ann\t{key}"), cell(now), cell(now)) for key in ids))
    assert list(Candidate.objects.order_by("id").values_list("id", flat=True)) == ids
    one = Candidate.objects.get(id=ids[3])
    assert (one.full_name, one.created_at) == (f"Ann\t{ids[3]}", now)
    plain = Candidate(id=ids[3], full_name=one.full_name, created_at=now, updated_at=now)
    assert {field.attname: getattr(one, field.attname) for field in Candidate._meta.concrete_fields} == {
        field.attname: getattr(plain, field.attname) for field in Candidate._meta.concrete_fields
    }


def test_what_differs_from_row_to_row_has_to_be_given() -> None:
    with pytest.raises(TypeError, match=r"candidates\.Candidate\.id has another value in each row"):
        Table(Candidate, "full_name")
