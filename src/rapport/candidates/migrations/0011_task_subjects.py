from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0010_relationships"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="subjects",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
