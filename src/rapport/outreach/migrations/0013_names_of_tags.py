from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0012_room_for_marks"),
    ]

    operations = [
        migrations.AddField(
            model_name="sequence",
            name="stop_tag_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField(
            model_name="step",
            name="only_if_tag_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
    ]
