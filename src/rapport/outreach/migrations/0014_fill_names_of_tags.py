from django.db import migrations

FILL = """
UPDATE outreach_sequence s SET stop_tag_name = t.name FROM candidates_tag t WHERE t.id = s.stop_tag_id AND s.stop_tag_name = '';
UPDATE outreach_step s SET only_if_tag_name = t.name FROM candidates_tag t
WHERE t.id = s.only_if_tag_id AND s.only_if_tag_name = ''
"""


class Migration(migrations.Migration):
    """Sequences and steps are as many as people have written; going back leaves the names where they are."""

    dependencies = [
        ("outreach", "0013_names_of_tags"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
