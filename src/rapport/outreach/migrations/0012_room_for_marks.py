from django.db import migrations


class Migration(migrations.Migration):
    """Every delivery is written three times within seconds; with room on its page none of it touches an index."""

    dependencies = [
        ("outreach", "0011_name_per_job"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE outreach_delivery SET (fillfactor = 50)",
            "ALTER TABLE outreach_delivery SET (fillfactor = 80)",
        ),
    ]
