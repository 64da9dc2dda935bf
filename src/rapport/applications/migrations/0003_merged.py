from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_archive_reasons"), ("candidates", "0005_merged_into")]

    operations = [
        migrations.RemoveConstraint(model_name="application", name="applications_application_once"),
        migrations.AlterField(
            model_name="application",
            name="state",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("hired", "Hired"),
                    ("rejected", "Rejected"),
                    ("withdrawn", "Withdrawn"),
                    ("merged", "Merged"),
                ],
                default="active",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                models.F("candidate"),
                models.F("job"),
                condition=models.Q(("state", "merged"), _negated=True),
                name="applications_application_once",
            ),
        ),
    ]
