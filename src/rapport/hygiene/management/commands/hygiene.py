"""`rapport hygiene audit`: what is wrong with the data, and how healthy it is. Nothing is stored."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from rapport.hygiene import operations
from rapport.hygiene.audit_queries import question_of
from rapport.hygiene.audits.catalogue import AUDITS
from rapport.hygiene.audits.health import FORMULA
from rapport.hygiene.operations import Stock
from rapport.lib.actors import COMMAND
from rapport.lib.doors import print_json
from rapport.lib.orphans import end_with_parent


class Command(BaseCommand):
    help = "Audit the data: what each audit finds with its first examples, and one figure for the health of the data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["audit"], help="audit: look at everything without storing anything")
        parser.add_argument("--store", action="store_true", help="store what is found, as the nightly run does")
        parser.add_argument("--run", type=UUID, help="the run to carry out, as the page has queued it")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"]:
            end_with_parent()
            operations.run_audit(run_id=options["run"])
            return
        if options["store"]:
            operations.run_audit(run_id=operations.ask_for_audit(actor=COMMAND).id)
        stock = operations.take_stock(store=False)
        if options["json"]:
            print_json(as_json(stock))
            return
        for audit in AUDITS:
            count = stock.counts[audit.key]
            self.stdout.write(
                f"{count.found:>9,} {audit.count_words(count.found):<8} {count.share:>6.1%}  {audit.name}"
            )
        self.stdout.write(f"Data health: {stock.health} of 100 ({FORMULA}).")


def as_json(stock: Stock) -> dict[str, Any]:
    """What `--json` prints."""
    points = {part.key: part for part in stock.parts}
    return {
        "people": stock.people,
        "health": stock.health,
        "formula": FORMULA,
        "parts": [
            {"audit": part.key, "weight": part.weight, "share": round(part.share, 6), "points": round(part.points, 4)}
            for part in points.values()
        ],
        "audits": [
            {
                "audit": audit.key,
                "name": audit.name,
                "question": question_of(audit),
                "counted_in": audit.nouns[1],
                "count": stock.counts[audit.key].found,
                "concerned": stock.counts[audit.key].concerned,
                "population": stock.counts[audit.key].population,
                "share": round(stock.counts[audit.key].share, 6),
                "examples": [
                    {"id": line.subject_id, "label": line.label, "why": line.why}
                    for line in audit.describe(COMMAND, stock.examples.get(audit.key, []))
                ],
            }
            for audit in AUDITS
        ],
    }
