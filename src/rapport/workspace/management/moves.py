"""`rapport import greenhouse|lever|opencats PATH`: what another system has exported, which can be taken back."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rapport.flows.moving_in.running import Report, bring_in
from rapport.lib.actors import COMMAND

WORDS = {
    "job": "jobs", "candidate": "candidates", "application": "applications", "note": "notes", "document": "files",
    "event": "events",
}  # fmt: skip


class Move:
    """The command for one system: HELP, add_arguments, run and in_words, as a module of the others has them."""

    def __init__(self, system: str, help_text: str) -> None:
        self.system, self.HELP = system, help_text

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="a folder, a ZIP file or a single file")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, store nothing")
        parser.add_argument(
            "--with-private", action="store_true", help="bring in candidates and jobs too that are private there"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object with counts by kind and the problems")

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        """Bring it in, or with --dry-run only look, and return the report."""
        report = bring_in(
            actor=COMMAND, system=self.system, path=options["path"], dry_run=options["dry_run"],
            with_private=options["with_private"], progress=show,
        )  # fmt: skip
        end()
        return as_json(report)

    def in_words(self, found: dict[str, Any]) -> str:
        return in_words(found)


def as_json(report: Report) -> dict[str, Any]:
    """The report as the command prints it."""
    item = report.item
    own = {"import": str(item.id), "state": item.state, "resumed_at": report.resumed_at} if item else {}
    return {
        "dry_run": item is None,
        **own,
        "counts": report.counts,
        "problems": report.problems,
        "file_problems": report.file_problems,
        "file_problem_count": report.file_problem_count,
        "unread_files": report.unread,
    }


def in_words(found: dict[str, Any]) -> str:
    """The report for people: a line for each kind, then the first problems."""
    lines = []
    for kind, counts in found["counts"].items():
        told = ", ".join(f"{number:,} {what}" for what, number in sorted(counts.items())) or "none"
        lines.append(f"{WORDS[kind].capitalize()}: {told}.")
    for problem in found["file_problems"][:10]:
        lines.append(f"{problem['file']}, row {problem['row']}: {problem['message']}")
    for problem in found["problems"][:20]:
        lines.append(f"{problem['entry']}: {problem['message']}")
    more = len(found["problems"][20:]) + found["file_problem_count"] - len(found["file_problems"][:10])
    if more:
        lines.append(f"{more:,} more; --json lists the first thousand.")
    if found["unread_files"]:
        lines.append(f"Files without a table of this system: {', '.join(found['unread_files'][:20])}.")
    lines.append(
        "Nothing was stored."
        if found["dry_run"]
        else "The rows stand under Imports, where all of it can be taken back."
    )
    return "\n".join(lines)


def show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{done:,} of {total:,}")


def end() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")


greenhouse = Move("greenhouse", "an export of Greenhouse: Harvest JSON or its tables as CSV")
lever = Move("lever", "an export of Lever: JSON of its API or its tables as CSV")
opencats = Move("opencats", "a dump of the OpenCATS database, with its folder attachments if it is at hand")
