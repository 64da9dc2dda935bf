"""Find the mail that waits because of a domain's limit, among any number of enrollments that wait for something else."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("outreach", "0021_application_as_a_condition")]
    operations = [
        AddIndexConcurrently(
            model_name="enrollment",
            index=models.Index(
                condition=models.Q(("state", "active"), ("waits_for__startswith", "Mail for ")),
                fields=["waits_for"],
                name="outreach_enrollment_held",
            ),
        )
    ]
