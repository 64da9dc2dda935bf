import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0010_fill_step_tasks"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="sequence",
            name="outreach_sequence_name_unique",
        ),
        migrations.AddConstraint(
            model_name="sequence",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                models.F("job"),
                condition=models.Q(("state", "archived"), _negated=True),
                name="outreach_sequence_name_unique",
                nulls_distinct=False,
            ),
        ),
    ]
