"""`rapport reindex`: build the search index of this node anew; the product may run meanwhile."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from rapport.lib.doors import print_json
from rapport.search.folder import IndexFolder
from rapport.search.rebuilding import rebuild


class Command(BaseCommand):
    help = "Build the search index anew beside the one in use, and change over when it is ready."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        made = rebuild(IndexFolder(settings.SEARCH_DIR))
        if options["json"]:
            print_json({"people": made.people, "seconds": round(made.seconds, 2)})
            return
        self.stdout.write(f"{made.people:,} people indexed in {made.seconds:.1f} s")
