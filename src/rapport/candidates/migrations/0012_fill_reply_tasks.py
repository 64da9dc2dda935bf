"""Tasks that followed from a reply are about what the reply is about; their id is made of the message's.

In batches, each its own transaction; may be run again, and goes back by the column going.
"""

from uuid import UUID, uuid5

from django.db import migrations

BATCH = 2000
REPLIES = "SELECT message_id FROM mail_replyintent WHERE message_id > %s ORDER BY message_id LIMIT %s"
FILL = """
UPDATE candidates_task t SET subjects = (m.subjects - 'candidate') || jsonb_build_object('message', m.id)
FROM unnest(%s::uuid[], %s::uuid[]) AS v(task_id, message_id) JOIN mail_message m ON m.id = v.message_id
WHERE t.id = v.task_id AND t.subjects = '{}'
"""


def fill(apps, schema_editor):
    last = UUID(int=0)
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(REPLIES, [last, BATCH])
            replies = [row[0] for row in cursor.fetchall()]
            if not replies:
                return
            cursor.execute(FILL, [[uuid5(key, "task") for key in replies], replies])
            last = replies[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("candidates", "0011_task_subjects"), ("mail", "0009_reply_intents")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
