"""`rapport export DIR`: everything in documented files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from rapport.flows.archive.writing import export_archive
from rapport.lib.doors import print_json
from rapport.workspace.management.archive import end, show


class Command(BaseCommand):
    help = (
        "Write everything into a new folder: JSON Lines with a manifest, files, and a JSON Resume for each candidate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="DIR", help="a folder that is new or empty")
        parser.add_argument("--json", action="store_true", help="one JSON object with the count of each noun")

    def handle(self, *args: Any, **options: Any) -> None:
        made = export_archive(folder=options["path"], progress=show)
        end()
        if options["json"]:
            print_json({"rows": made.rows, "files": made.files, "resumes": made.resumes, "missing_files": made.missing})
            return
        print(
            f"{sum(made.rows.values()):,} rows, {made.files:,} files and {made.resumes:,} résumés in {options['path']}."
        )
        if made.missing:
            print(
                f"{len(made.missing):,} files are named by rows, but the storage does not have them: {made.missing[0]} …"
            )
