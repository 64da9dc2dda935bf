"""`rapport linkpool`: look for duplicates in the whole pool."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from rapport.hygiene import operations
from rapport.lib.actors import COMMAND
from rapport.lib.doors import print_json
from rapport.lib.orphans import end_with_parent


class Command(BaseCommand):
    help = "Look for duplicates in the whole pool and store what is found as suggestions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", type=UUID, help="the run to carry out, as the page has queued it")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"]:
            end_with_parent()
        run_id = options["run"] or operations.ask_for_linkage(actor=COMMAND).id
        run = operations.run_linkage(run_id=run_id)
        if options["json"]:
            print_json({"people": run.done_count, "suggestions": run.found_count, "state": run.state})
        else:
            self.stdout.write(f"{run.done_count:,} people read, {run.found_count:,} pairs suggested.")
