"""Find the skills a document is the evidence of: without it, deleting a document reads all skills of the pool."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("candidates", "0003_pool_newest")]
    operations = [
        AddIndexConcurrently(
            model_name="candidateskill",
            index=models.Index(
                condition=models.Q(("document__isnull", False)),
                fields=["document"],
                name="candidates_skill_by_document",
            ),
        )
    ]
