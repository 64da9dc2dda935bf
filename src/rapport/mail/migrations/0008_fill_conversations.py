"""Threads in which somebody has answered become conversations: waiting where a reply waits, else done.

In batches, each its own transaction; may be run again, and goes back by the table going.
"""

from uuid import UUID

from django.db import migrations

FILL = """
INSERT INTO mail_conversation
    (id, mailbox_id, latest_reply_id, person_address, waiting_since, answered_at, last_at, done_at, done_by_id)
SELECT r.thread_id, l.mailbox_id, l.id, l.from_address, r.waiting_since, s.answered_at,
       greatest(l.received_at, s.answered_at), CASE WHEN r.waiting_since IS NULL THEN l.done_at END,
       CASE WHEN r.waiting_since IS NULL THEN l.done_by_id END
FROM (SELECT thread_id, min(received_at) FILTER (WHERE done_at IS NULL) AS waiting_since FROM mail_message
      WHERE direction = 'in' AND kind = 'reply' AND thread_id = ANY(%s) GROUP BY thread_id) r
JOIN LATERAL (SELECT * FROM mail_message m WHERE m.thread_id = r.thread_id AND m.direction = 'in' AND m.kind = 'reply'
              ORDER BY m.received_at DESC, m.id DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT max(m.created_at) AS answered_at FROM mail_message m WHERE m.thread_id = r.thread_id
                   AND m.direction = 'out' AND NOT m.is_bulk AND m.state NOT IN ('failed', 'draft')) s ON true
ON CONFLICT (id) DO NOTHING
"""
THREADS = """
SELECT DISTINCT thread_id FROM mail_message
WHERE direction = 'in' AND kind = 'reply' AND thread_id > %s ORDER BY thread_id LIMIT 2000
"""


def fill(apps, schema_editor):
    last = UUID(int=0)
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(THREADS, [last])
            threads = [row[0] for row in cursor.fetchall()]
            if not threads:
                return
            cursor.execute(FILL, [threads])
            last = threads[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("mail", "0007_conversations")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
