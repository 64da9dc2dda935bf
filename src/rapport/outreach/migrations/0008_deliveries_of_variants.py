"""The mails of a variant are found without reading the whole ledger; most rows are not in it.

Built without blocking the ledger: by then it may hold millions of rows.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("outreach", "0007_variants")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                fields=["step", "letter", "id"],
                condition=~models.Q(letter=""),
                name="outreach_delivery_of_variant",
            ),
        ),
    ]
