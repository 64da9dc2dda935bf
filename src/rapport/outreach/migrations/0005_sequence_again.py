from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0004_sequence_breakers"),
    ]

    operations = [
        migrations.AddField(
            model_name="sequence",
            name="again_after_days",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
