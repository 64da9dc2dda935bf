"""`rapport fits --job ID`: the people of the pool who fit a job best. Folders of files need no database: cli.py."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from rapport.lib.actors import COMMAND
from rapport.lib.doors import print_json
from rapport.search import queries
from rapport.search.advert_files import read_text
from rapport.search.citations import as_rows, cite


class Command(BaseCommand):
    help = "Rank the candidates of the pool for a job, or for an advert in a file, best first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        wanted = parser.add_mutually_exclusive_group(required=True)
        wanted.add_argument("--job", type=UUID, metavar="ID", help="the id of a job")
        wanted.add_argument(
            "--description", type=Path, metavar="FILE", help="an advert: a text file or any résumé format"
        )
        parser.allow_abbrev = False  # cli.py takes what has --candidates; here it is for the help alone
        parser.add_argument(
            "--candidates", type=Path, metavar="FOLDER",
            help="with --description: rank the résumés of a folder, without storing them and without a database",
        )  # fmt: skip
        parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many to show (20)")
        parser.add_argument("--json", action="store_true", help="a JSON list with the evidence")

    def handle(self, *args: Any, **options: Any) -> None:
        limit = max(1, options["limit"])
        if options["job"]:
            rows = queries.fits_for_job(COMMAND, options["job"], limit=limit).rows
        else:
            rows = queries.fits_for_description(COMMAND, _read(options["description"]), limit=limit)
        citations = cite([row.fit for row in rows])
        if options["json"]:
            print_json(
                [
                    {
                        "candidate": row.fit.key, "full_name": row.candidate.full_name, "score": row.fit.score,
                        "evidence": as_rows(row.fit, citations),
                    }
                    for row in rows
                ]
            )  # fmt: skip
            return
        for row in rows:
            self.stdout.write(f"{row.fit.score:5.1f}  {row.fit.key}  {row.candidate.full_name}  {row.candidate.title}")


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{path}: {error}") from error
