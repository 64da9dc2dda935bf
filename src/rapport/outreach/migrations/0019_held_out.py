from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0018_step_metric"),
    ]

    operations = [
        migrations.AddField(
            model_name="sequence",
            name="held_out_percent",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="sequence",
            name="held_out_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="sequence",
            constraint=models.CheckConstraint(
                condition=Q(held_out_percent__lte=50), name="outreach_sequence_held_out_limit"
            ),
        ),
    ]
