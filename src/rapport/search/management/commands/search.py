"""`rapport search "QUERY"`: who matches, as the product itself sees everybody."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rapport.candidates.queries import list_by_ids
from rapport.lib.actors import COMMAND
from rapport.lib.doors import print_json
from rapport.search import queries
from rapport.search.engine import SORTS


class Command(BaseCommand):
    help = "Search the candidates with the query language of the search box."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("query", help='for example: skill:python location:"Berlin within 50 km" years:>=5')
        parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many to show (20)")
        parser.add_argument("--sort", default="", choices=SORTS, metavar="ORDER", help=f"one of: {', '.join(SORTS)}")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        found = queries.search_candidates(
            COMMAND, options["query"], sort=options["sort"], limit=max(1, options["limit"]), facets=options["json"]
        )
        if found.problems:
            raise CommandError(queries.explain(found.problems))
        rows = [_as_row(row) for row in list_by_ids(COMMAND, found.ids)]
        if options["json"]:
            facets = {name: {value.value: value.count for value in values} for name, values in found.facets.items()}
            print_json(
                {
                    "query": found.text, "total": found.total, "took_ms": round(found.took_ms, 2), "sort": found.sort,
                    "candidates": rows, "facets": facets, "facets_are_estimates": found.facets_are_estimates,
                    "next_cursor": found.next_cursor,
                }
            )  # fmt: skip
            return
        for row in rows:
            self.stdout.write(f"{row['id']}  {row['full_name']}  {row['title']}  {row['place']}")
        self.stderr.write(f"{found.total} found in {found.took_ms:.0f} ms")


def _as_row(row: Any) -> dict[str, Any]:
    candidate = row.candidate
    return {
        "id": str(candidate.id), "full_name": candidate.full_name, "title": candidate.title,
        "organisation": candidate.organisation, "place": candidate.place, "email": row.email, "tags": row.tags,
        "last_contact_at": candidate.last_contact_at,
    }  # fmt: skip
