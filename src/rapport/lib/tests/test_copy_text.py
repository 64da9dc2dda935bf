"""Values reach a table as they were, whatever is in them: through COPY as text, and in arrays."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from django.db import connection
from django.utils.safestring import mark_safe

from rapport.lib.copy_text import cell, texts_array

pytestmark = pytest.mark.django_db

NASTY = [
    "",
    " ",
    "\\",
    "\\N",
    "\\.",
    "a\tb",
    "a\nb",
    "\r\n",
    "\\t",
    '"',
    "'",
    "{}",
    "{a,b}",
    "NULL",
    "null",
    ",",
    ";",
    "%s",
    "ß😀\u200f",
]


def texts() -> list[str]:
    random = Random(7)
    return NASTY + ["".join(random.choices([*NASTY[1:], "x", "é"], k=random.randint(1, 8))) for _ in range(500)]


def test_texts_come_through_as_they_were() -> None:
    given = texts()
    lists = [given[start : start + 3] for start in range(len(given))]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE came (place int, said text, many text[]) ON COMMIT DROP")
        with cursor.copy("COPY came FROM STDIN") as copy:
            for place, (text, several) in enumerate(zip(given, lists, strict=True)):
                copy.write("\t".join(map(cell, (place, text, several))) + "\n")
        cursor.execute("SELECT said, many FROM came ORDER BY place")
        assert cursor.fetchall() == list(zip(given, lists, strict=True))
        cursor.execute("SELECT %s::text[]", [texts_array(given)])
        assert cursor.fetchone() == (given,)


def test_other_values_come_through_as_they_were() -> None:
    values = (
        None, True, False, 7, -1.25, 1e-7, Decimal("2.5"), UUID(int=5), datetime(2026, 11, 27, 4, 5, 6, 789, tzinfo=UTC),
        [], ["NULL"], "a word",
    )  # fmt: skip
    kinds = "text, bool, bool, int, float8, float8, numeric, uuid, timestamptz, text[], text[], text"
    with connection.cursor() as cursor:
        columns = ", ".join(f"c{place} {kind}" for place, kind in enumerate(kinds.split(", ")))
        cursor.execute(f"CREATE TEMPORARY TABLE came ({columns}) ON COMMIT DROP")
        with cursor.copy("COPY came FROM STDIN") as copy:
            copy.write("\t".join(map(cell, values)) + "\n")
        cursor.execute("SELECT * FROM came")
        assert cursor.fetchone() == values


def test_a_text_of_another_type_is_a_text():
    assert cell(mark_safe("a\tb")) == "a\\tb"
