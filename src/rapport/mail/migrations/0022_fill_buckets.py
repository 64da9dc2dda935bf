"""Buckets know what their mailboxes have sent within the last day, so that nobody sends the cap twice on the day of an upgrade.

One statement; may be run again. Going back leaves the buckets, which nothing looks at then.
"""

from django.db import migrations

FILL = """
INSERT INTO mail_mailboxbucket (mailbox_id, tokens, refilled_at, taken)
SELECT mailbox_id, 0, NULL, jsonb_object_agg(part::text, number)
FROM (SELECT mailbox_id, floor(extract(epoch FROM sent_at) / 600)::bigint AS part, count(*) AS number
      FROM mail_message
      WHERE direction = 'out' AND state = 'sent' AND sent_at >= now() - interval '1 day' AND mailbox_id IS NOT NULL
      GROUP BY 1, 2) AS parts
GROUP BY mailbox_id ON CONFLICT (mailbox_id) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("mail", "0021_buckets")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
