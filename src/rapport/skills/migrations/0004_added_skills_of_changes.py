from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("skills", "0003_sources_of_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="vocabularychange",
            name="added",
            field=models.JSONField(null=True),
        ),
    ]
