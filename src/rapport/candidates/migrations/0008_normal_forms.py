"""Normal forms of titles and organisations beside the entered ones. The worker fills them in, batch by batch."""

from uuid import UUID

from django.db import migrations, models


def _column(longest: int) -> models.CharField:
    return models.CharField(blank=True, db_default="", default="", max_length=longest)


class Migration(migrations.Migration):
    dependencies = [("candidates", "0007_tag_owners")]
    operations = [
        *(
            migrations.AddField(model, name, _column(longest))
            for model in ("candidate", "experience")
            for name, longest in (("title_normal", 200), ("seniority", 12), ("organisation_normal", 200))
        ),
        migrations.CreateModel(
            "Standardising",
            [
                ("version", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("candidate_after", models.UUIDField(default=UUID(int=0))),
                ("experience_after", models.UUIDField(default=UUID(int=0))),
                ("changed_count", models.PositiveBigIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
    ]
