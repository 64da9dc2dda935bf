"""rapport migrate: bring the database to this version, load the vocabulary that ships with it, and prepare the gazetteer."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate

from rapport.lib import places
from rapport.skills.operations import load_starter
from rapport.skills.queries import has_starter


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        looks_only = options["plan"] or options["check_unapplied"]
        if looks_only or options["app_label"]:
            return
        if settings.LOADS_STARTER_VOCABULARY and not has_starter():
            load_starter()
        with suppress(OSError):  # without it the first question about a place takes a second longer
            places.prepare()
