import pytest
from django.db import connection

from rapport.lib.planning import analyze_outgrown

pytestmark = pytest.mark.django_db


def expected_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'grown'::regclass")
        return round(cursor.fetchone()[0])


def test_a_table_that_outgrew_what_the_planner_knows_is_counted() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE grown (id int PRIMARY KEY, name text)")
        counts = []
        for low, high in ((1, 100), (101, 400), (401, 401)):
            cursor.execute("INSERT INTO grown SELECT i, 'x' FROM generate_series(%s::int, %s::int) AS i", [low, high])
            counts.append((analyze_outgrown({"grown": ["id"]}, rows=high), expected_rows()))
    assert counts == [(True, 100), (False, 100), (True, 401)]


def test_a_table_that_was_emptied_is_counted() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE grown (id int PRIMARY KEY)")
        cursor.execute("ANALYZE grown")
        assert not analyze_outgrown({"grown": ["id"]}, rows=0)
        cursor.execute("INSERT INTO grown VALUES (1)")
        assert analyze_outgrown({"grown": ["id"]}, rows=1)
    assert expected_rows() == 1
