"""rapport migrate: bring the database to this version, and load the vocabulary that ships with it."""

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate

from rapport.skills.operations import load_starter
from rapport.skills.queries import has_starter


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        looks_only = options["plan"] or options["check_unapplied"]
        if settings.LOADS_STARTER_VOCABULARY and not looks_only and not options["app_label"] and not has_starter():
            load_starter()
