"""Whoever made a tag keeps it. May be run again; going back leaves the owners where they are."""

from typing import Any

from django.db import migrations
from django.db.models import F


def give_owners(apps: Any, schema_editor: Any) -> None:
    apps.get_model("candidates", "Tag").objects.filter(owner=None).update(owner=F("created_by"))


class Migration(migrations.Migration):
    dependencies = [("candidates", "0006_tag_vocabulary")]
    operations = [migrations.RunPython(give_owners, migrations.RunPython.noop)]
