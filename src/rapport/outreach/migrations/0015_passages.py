from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0014_fill_names_of_tags"),
    ]

    operations = [
        migrations.CreateModel(
            name="Passage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "enrollment_id", "step_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("how", models.CharField(choices=[("over", "Passed over"), ("task", "Task given")], max_length=4)),
                ("passed_at", models.DateTimeField()),
                (
                    "enrollment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="passages",
                        to="outreach.enrollment",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        db_index=False, on_delete=models.deletion.CASCADE, related_name="+", to="outreach.step"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(how__in=["over", "task"]), name="outreach_passage_how_known")
                ],
            },
        ),
    ]
