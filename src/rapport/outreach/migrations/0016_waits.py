from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0015_passages"),
    ]

    operations = [
        migrations.AlterField(
            model_name="step",
            name="kind",
            field=models.CharField(
                choices=[("auto", "Mail"), ("approval", "Mail you approve"), ("task", "Task"), ("wait", "Wait")],
                default="auto",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="passage",
            name="how",
            field=models.CharField(
                choices=[("over", "Passed over"), ("task", "Task given"), ("wait", "Waited")], max_length=4
            ),
        ),
        migrations.RemoveConstraint(model_name="step", name="outreach_step_kind_known"),
        migrations.RemoveConstraint(model_name="passage", name="outreach_passage_how_known"),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["auto", "approval", "task", "wait"]), name="outreach_step_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=Q(how__in=["over", "task", "wait"]), name="outreach_passage_how_known"
            ),
        ),
    ]
