from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("mail", "0005_snippets"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("template_version__isnull", False)),
                fields=["template_version", "id"],
                name="mail_message_by_template",
            ),
        ),
    ]
