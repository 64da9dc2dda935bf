"""`rapport skills load | import esco PATH`: fill the vocabulary. `rapport skills find` needs no database: cli.py."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from rapport.skills import operations


class Command(BaseCommand):
    help = "Load the starter vocabulary, or import ESCO's skills from its own CSV files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        load = commands.add_parser("load", help="add what is missing of the vocabulary that ships with the product")
        load.add_argument("--json", action="store_true")
        source = commands.add_parser("import", help="add skills from a classification")
        source.add_argument("classification", choices=["esco"])
        source.add_argument("path", type=Path, help="skills_en.csv, or the folder with ESCO's CSV files")
        source.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        load = options["command"] == "load"
        loaded = operations.load_starter() if load else operations.import_esco(options["path"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(loaded)))
            return
        self.stdout.write(
            f"Added {loaded.skills} skills, {loaded.aliases} aliases and {loaded.relations} relations;"
            f" {loaded.taken} words already belong to another skill."
        )
