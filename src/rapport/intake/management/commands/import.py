# ruff: noqa: N999 - the file is named after the command, whose name Python keeps for itself
"""`rapport import KIND …`: people from elsewhere into the pool. Each kind is a module with HELP, add_arguments and run."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rapport.intake.management import candidates, progress, resumes
from rapport.lib.doors import print_json

KINDS: dict[str, Any] = {"resumes": resumes, "candidates": candidates}


class Command(BaseCommand):
    help = "Import people: résumé files, or a table of them. Nobody is stored twice; every import can be taken back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
        for name, module in KINDS.items():
            module.add_arguments(kinds.add_parser(name, help=module.HELP, description=f"Import {module.HELP}."))

    def handle(self, *args: Any, **options: Any) -> None:
        found = KINDS[options["kind"]].run(options)
        if options["json"]:
            print_json(found)
        else:
            print(progress.in_words(found))
