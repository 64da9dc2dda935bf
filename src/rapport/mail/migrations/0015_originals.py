"""What replies bring along is read once, when they come."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0014_latest_wish_decides")]
    operations = [
        migrations.CreateModel(
            name="Original",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="original",
                        serialize=False,
                        to="mail.message",
                    ),
                ),
                ("signature", models.TextField(blank=True)),
                ("files", models.JSONField(blank=True, default=list)),
            ],
        ),
    ]
