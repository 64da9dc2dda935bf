# ruff: noqa: N999 - the file is named after the command, whose name Python keeps for itself
"""`rapport import KIND …`: from elsewhere. Each kind is a module (or an object) with HELP, add_arguments, run and in_words."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rapport.intake.management import candidates, resumes
from rapport.lib.doors import print_json
from rapport.workspace.management import archive, moves

KINDS: dict[str, Any] = {
    "resumes": resumes, "candidates": candidates, "archive": archive, "greenhouse": moves.greenhouse, "lever": moves.lever, "opencats": moves.opencats,
}  # fmt: skip


class Command(BaseCommand):
    help = (
        "Import résumé files, a table of people or another system's export, which can be taken back, or the whole archive "
        "of an installation."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
        for name, module in KINDS.items():
            module.add_arguments(kinds.add_parser(name, help=module.HELP, description=f"Import {module.HELP}."))

    def handle(self, *args: Any, **options: Any) -> None:
        module = KINDS[options["kind"]]
        found = module.run(options)
        if options["json"]:
            print_json(found)
        else:
            print(module.in_words(found))
