from django.db import migrations, models
from django.db.models import Q

ONLY_IF = [
    ("", "everybody"),
    ("clicked", "those who followed a link"),
    ("not_clicked", "those who followed no link"),
    ("tagged", "those who have the tag"),
    ("not_tagged", "those without the tag"),
    ("applied", "those who have applied"),
    ("not_applied", "those who have not applied"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0020_step_look"),
    ]

    operations = [
        migrations.AddField(
            model_name="sequence",
            name="goes_on_when_applied",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="sequence",
            constraint=models.CheckConstraint(
                condition=~Q(goal="application", goes_on_when_applied=True), name="outreach_sequence_ends_at_its_goal"
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="only_if",
            field=models.CharField(blank=True, choices=ONLY_IF, db_default="", default="", max_length=11),
        ),
        migrations.RemoveConstraint(model_name="step", name="outreach_step_only_if_known"),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=Q(only_if__in=[key for key, _ in ONLY_IF]), name="outreach_step_only_if_known"
            ),
        ),
    ]
