import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rapport.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0016_link_visits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                (
                    "id",
                    models.UUIDField(default=rapport.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("colour", models.CharField(max_length=7)),
                ("footer", models.TextField(blank=True)),
                ("storage_name", models.CharField(blank=True, max_length=120)),
                ("logo_alt", models.CharField(blank=True, max_length=120)),
                ("logo_width", models.PositiveSmallIntegerField(default=0)),
                ("logo_height", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=["number"], name="mail_letterhead_number_unique"),
                    models.CheckConstraint(
                        condition=models.Q(colour__regex=r"^#[0-9a-f]{6}$"), name="mail_letterhead_colour_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(storage_name="")
                        | (models.Q(logo_width__gt=0, logo_height__gt=0) & ~models.Q(logo_alt="")),
                        name="mail_letterhead_logo_has_size_and_words",
                    ),
                ],
            },
        ),
    ]
