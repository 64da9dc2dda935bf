"""Reasons for ending an application that come with the product. Backwards: they stay, applications may use them."""

from typing import Any

from django.db import migrations

REASONS = {
    "rejected": [
        "Another candidate fits better",
        "Must-have skills missing",
        "Too little experience",
        "Too much experience",
        "Pay expectations too far apart",
        "Place or remote work does not fit",
        "No right to work here",
        "Job closed or on hold",
        "No answer from the candidate",
    ],
    "withdrawn": [
        "Took another offer",
        "Pay too low",
        "Role is not what they look for",
        "Place or remote work does not fit",
        "Process took too long",
        "Stays with present employer",
        "Personal reasons",
    ],
}


def add_reasons(apps: Any, schema_editor: Any) -> None:
    reasons = apps.get_model("applications", "ArchiveReason").objects
    if not reasons.exists():
        for side, names in REASONS.items():
            for name in names:
                reasons.create(side=side, name=name)


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]
    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]
