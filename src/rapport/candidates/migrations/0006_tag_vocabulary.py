"""Tags with an owner and a description, merged tags that can be taken apart again, and longer reasons in pools."""

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import CASCADE, SET_NULL


def _user() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, SET_NULL, null=True, blank=True, related_name="+")


class Migration(migrations.Migration):
    dependencies = [("candidates", "0005_merged_into"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField("tag", "description", models.CharField(blank=True, max_length=300)),
        migrations.AddField("tag", "owner", _user()),
        migrations.AddField("tag", "last_used_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "tag",
            "merged_into",
            models.ForeignKey("candidates.tag", CASCADE, null=True, blank=True, related_name="merged_from"),
        ),
        migrations.AddField("tag", "merged_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("tag", "merged_by", _user()),
        migrations.AddConstraint(
            "tag",
            models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None), models.Q(("merged_into", models.F("id")), _negated=True), _connector="OR"
                ),
                name="candidates_tag_not_into_itself",
            ),
        ),
        migrations.CreateModel(
            "TagMove",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tag_id", "candidate_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tag", models.ForeignKey("candidates.tag", CASCADE, db_index=False, related_name="moves")),
                ("candidate", models.ForeignKey("candidates.candidate", CASCADE, related_name="+")),
                ("had_both", models.BooleanField(default=False)),
            ],
        ),
        migrations.AlterField("poolmember", "reason", models.CharField(blank=True, max_length=500)),
    ]
