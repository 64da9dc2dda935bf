from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0019_held_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="stepversion",
            name="look",
            field=models.CharField(
                choices=[("plain", "Plain"), ("branded", "Branded")],
                db_default="plain",
                default="plain",
                max_length=7,
            ),
        ),
        migrations.AddConstraint(
            model_name="stepversion",
            constraint=models.CheckConstraint(
                condition=models.Q(look__in=["plain", "branded"]), name="outreach_stepversion_look_known"
            ),
        ),
    ]
