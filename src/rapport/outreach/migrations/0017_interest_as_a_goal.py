from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0016_waits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sequence",
            name="goal",
            field=models.CharField(
                choices=[
                    ("reply", "They answer"),
                    ("application", "They apply"),
                    ("click", "They follow a link"),
                    ("interested", "They are interested"),
                ],
                db_default="reply",
                default="reply",
                max_length=11,
            ),
        ),
        migrations.RemoveConstraint(model_name="sequence", name="outreach_sequence_goal_known"),
        migrations.AddConstraint(
            model_name="sequence",
            constraint=models.CheckConstraint(
                condition=Q(goal__in=["reply", "application", "click", "interested"]),
                name="outreach_sequence_goal_known",
            ),
        ),
    ]
