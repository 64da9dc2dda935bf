"""rapport demo: fill an empty database with an invented company."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rapport.candidates.models import Candidate
from rapport.flows.demo.build import build_demo
from rapport.hygiene.past_nights import tell_nights
from rapport.lib import clock
from rapport.lib.doors import print_json

LEAST, MOST = 60, 1_000_000  # fewer people do not carry the story
AUDITED = 20_000  # more people are audited by the worker, in the background


class Command(BaseCommand):
    help = "Fill an empty database with demo data: 12 jobs, 2,000 people, two years of history. All of it is invented."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--candidates", type=int, default=2000, metavar="N", help=f"how many people, {LEAST} to {MOST:,}"
        )
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed makes other people (1)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are candidates already")
        parser.add_argument("--json", action="store_true", help="JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if not LEAST <= options["candidates"] <= MOST:
            raise CommandError(f"--candidates is a number from {LEAST} to {MOST:,}")
        if options["if_empty"] and Candidate.objects.exists():
            if options["json"]:
                print_json({"candidates": 0, "seconds": 0.0, "per_second": 0})
            return
        sys.stderr.write("Making an invented company with two years of history; 2,000 people take half a minute.\n")
        built = build_demo(
            people=options["candidates"], seed=options["seed"], today=clock.today(), progress=_show_progress
        )
        if built.people <= AUDITED:
            tell_nights(now=clock.now(), seed=options["seed"])
        rate = built.people / built.seconds
        if options["json"]:
            print_json({"candidates": built.people, "seconds": round(built.seconds, 2), "per_second": round(rate)})
        else:
            print(f"{built.people:,} people, {rate:,.0f} a second. Sign in as {built.email} with {built.password}")


def _show_progress(done: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"{done:,} people\r")
