"""The process that comes with the product, as a template that can be changed. Backwards: templates stay."""

from typing import Any

from django.db import migrations

from rapport.jobs.standard_process import STANDARD, STANDARD_NAME


def add_standard(apps: Any, schema_editor: Any) -> None:
    templates = apps.get_model("jobs", "StageTemplate").objects
    if not templates.exists():
        templates.create(name=STANDARD_NAME, stages=STANDARD, is_default=True)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]
    operations = [migrations.RunPython(add_standard, migrations.RunPython.noop)]
