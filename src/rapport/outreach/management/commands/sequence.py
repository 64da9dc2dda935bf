"""`rapport sequence simulate`: what a sequence would do on the coming days. Nothing is stored or sent."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from rapport.lib.actors import COMMAND
from rapport.lib.doors import print_json
from rapport.outreach.dry_run import ASSUMED, MOST_DAYS, DryRun, as_json, dry_run, letter_in, name_in
from rapport.outreach.schedule import zone_of


class Command(BaseCommand):
    help = "Say what a sequence would do on the coming days, with the contact governor's reasons. Nothing is sent."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        simulate = commands.add_parser("simulate", help="follow everybody in a sequence through the coming days")
        simulate.add_argument("id", type=UUID, metavar="ID", help="the sequence, as in the address of its page")
        simulate.add_argument("--from", type=_day, dest="first_day", metavar="DATE", help="YYYY-MM-DD (today)")
        simulate.add_argument("--days", type=int, default=14, metavar="N", help=f"1 to {MOST_DAYS} (%(default)s)")
        simulate.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        run = dry_run(COMMAND, options["id"], first_day=options["first_day"], days=options["days"])
        if options["json"]:
            print_json(as_json(run))
        else:
            self._tell(run)

    def _tell(self, run: DryRun) -> None:
        zone = zone_of(run.sequence.time_zone, "UTC")
        for event in run.events:
            until = f" until {event.until.astimezone(zone):%Y-%m-%d %H:%M}" if event.until else ""
            step = f"{event.position}{letter_in(run, event)}"
            line = f"{event.at.astimezone(zone):%Y-%m-%d %H:%M}  {event.kind:<8} step {step}  {name_in(run, event)}"
            self.stdout.write(f"{line}{until}  {event.text}".rstrip())
        self.stderr.write(ASSUMED)
        if run.looked_at < run.people:
            self.stderr.write(f"Looked at {run.looked_at:,} of {run.people:,} people, who are due first.")


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date such as 2027-01-31") from None
    if not 2000 <= found.year <= 2200:
        raise ArgumentTypeError(f"{text} lies too far away")
    return found
