"""Tasks that steps of sequences gave to colleagues are about the sequence's job.

What a task came from was not kept: it is taken to be the sequence with tasks that its candidate was in when Rapport
added it; of several one with a job, and of those the one that they came into last. In batches, each its own
transaction; may be run again, and goes back by the column going.
"""

from uuid import UUID

from django.db import migrations

BATCH = 2000
TASKS = "SELECT id FROM candidates_task WHERE id > %s AND subjects = '{}' ORDER BY id LIMIT %s"
FILL = """
UPDATE candidates_task t
SET subjects = jsonb_strip_nulls(jsonb_build_object('enrollment', found.id, 'job', found.job_id))
FROM (
  SELECT task.id AS task_id, e.* FROM candidates_task task
  JOIN LATERAL (
    SELECT e.id, s.job_id FROM outreach_enrollment e JOIN outreach_sequence s ON s.id = e.sequence_id
    WHERE e.candidate_id = task.candidate_id AND e.enrolled_at <= task.created_at
      AND (e.ended_at IS NULL OR e.ended_at >= task.created_at - interval '10 minutes')
      AND EXISTS (SELECT FROM outreach_step p WHERE p.sequence_id = s.id AND p.kind = 'task')
    ORDER BY s.job_id IS NULL, e.enrolled_at DESC LIMIT 1) e ON true
  WHERE task.id = ANY(%s) AND task.subjects = '{}' AND EXISTS (
    SELECT FROM activity_subject r JOIN activity_activity a ON a.id = r.activity_id
    WHERE r.subject_id = task.id AND a.verb = 'task.added' AND a.actor_kind = 'system')) AS found
WHERE t.id = found.task_id
"""


def fill(apps, schema_editor):
    last = UUID(int=0)
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(TASKS, [last, BATCH])
            tasks = [row[0] for row in cursor.fetchall()]
            if not tasks:
                return
            cursor.execute(FILL, [tasks])
            last = tasks[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("outreach", "0009_conditions_goals_and_waits"), ("candidates", "0012_fill_reply_tasks"), ("activity", "0001_initial"),
    ]  # fmt: skip
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
