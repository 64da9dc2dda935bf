import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0010_relationships"),
        ("outreach", "0008_deliveries_of_variants"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="step", name="outreach_step_wait_limit"),
        migrations.RenameField(model_name="step", old_name="wait_days", new_name="wait_count"),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(condition=Q(wait_count__lte=365), name="outreach_step_wait_limit"),
        ),
        migrations.AddField(
            model_name="step",
            name="wait_unit",
            field=models.CharField(
                choices=[("hours", "hours"), ("days", "days"), ("workdays", "working days")],
                db_default="days",
                default="days",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="only_if",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "everybody"),
                    ("clicked", "those who followed a link"),
                    ("not_clicked", "those who followed no link"),
                    ("tagged", "those who have the tag"),
                    ("not_tagged", "those without the tag"),
                ],
                db_default="",
                default="",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="only_if_tag",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="candidates.tag",
            ),
        ),
        migrations.AddField(
            model_name="sequence",
            name="goal",
            field=models.CharField(
                choices=[("reply", "They answer"), ("application", "They apply"), ("click", "They follow a link")],
                db_default="reply",
                default="reply",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="sequence",
            name="stop_tag",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="candidates.tag",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=Q(wait_unit__in=["hours", "days", "workdays"]), name="outreach_step_wait_unit_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=Q(only_if__in=["", "clicked", "not_clicked", "tagged", "not_tagged"]),
                name="outreach_step_only_if_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sequence",
            constraint=models.CheckConstraint(
                condition=Q(goal__in=["reply", "application", "click"]), name="outreach_sequence_goal_known"
            ),
        ),
    ]
