"""The record's partitioned tables, and the cursors of its followers."""

from django.db import migrations, models
from django.db.models import Func

import rapport.activity.models
from rapport.activity.partitions import monthly_bounds
from rapport.lib import clock
from rapport.lib.ids import new_id

MONTHS_AHEAD = 12

CREATE = """
CREATE TABLE activity_activity (
    id uuid PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    occurred_at timestamptz NOT NULL,
    verb text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    subjects jsonb NOT NULL,
    data jsonb NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX activity_activity_follow ON activity_activity (xid, id);
CREATE TABLE activity_subject (
    subject_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (subject_id, activity_id)
) PARTITION BY RANGE (activity_id);
"""
TABLES = ("activity_activity", "activity_subject")


def create_tables(apps, schema_editor):
    schema_editor.execute(CREATE)
    bounds = monthly_bounds(clock.now(), MONTHS_AHEAD)
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TABLE {table}_before PARTITION OF {table} FOR VALUES FROM (MINVALUE) TO ('{bounds[0][1]}')"
        )
        for suffix, first, after in bounds:
            schema_editor.execute(
                f"CREATE TABLE {table}_{suffix} PARTITION OF {table} FOR VALUES FROM ('{first}') TO ('{after}')"
            )


def drop_tables(apps, schema_editor):
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunPython(create_tables, drop_tables),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("xid", rapport.activity.models.TransactionIdField(db_default=Func(function="pg_current_xact_id"))),
                ("occurred_at", models.DateTimeField()),
                ("verb", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("subjects", models.JSONField(default=dict)),
                ("data", models.JSONField(default=dict)),
            ],
            options={"db_table": "activity_activity", "managed": False},
        ),
        migrations.CreateModel(
            name="ActivitySubject",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subject_id", "activity_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject_id", models.UUIDField()),
                ("activity_id", models.UUIDField()),
                ("kind", models.TextField()),
            ],
            options={"db_table": "activity_subject", "managed": False},
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("token", models.TextField(default="")),
                ("moved_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "db_table": "activity_cursor",
                "ordering": ["name"],
                "constraints": [models.CheckConstraint(condition=~models.Q(name=""), name="activity_cursor_named")],
            },
        ),
    ]
