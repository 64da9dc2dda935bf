from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0017_interest_as_a_goal"),
    ]

    operations = [
        migrations.AddField(
            model_name="step",
            name="metric",
            field=models.CharField(
                choices=[("replied", "answer"), ("interested", "be interested")],
                db_default="replied",
                default="replied",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=Q(metric__in=["replied", "interested"]), name="outreach_step_metric_known"
            ),
        ),
    ]
