"""`rapport titles normalize | import`: the normal form of job titles, line by line. Needs no database."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from rapport.lib.errors import InvalidInput
from rapport.skills import kept
from rapport.skills.occupations import import_occupations
from rapport.skills.titles import Title, normalize_title


def run(arguments: list[str]) -> int:
    """Carry out `rapport titles normalize`; returns the exit status."""
    parser = argparse.ArgumentParser(prog="rapport titles", description="Standardise job titles.")
    commands = parser.add_subparsers(dest="command", required=True)
    normalize = commands.add_parser("normalize", help="print the normal form, seniority and occupation of titles")
    normalize.add_argument("title", nargs="*", help="titles, instead of lines on standard input")
    normalize.add_argument("--stdin", action="store_true", help="read one title a line, in UTF-8")
    normalize.add_argument("--json", action="store_true", help="a {title, normal, seniority, occupation} a line")
    source = commands.add_parser("import", help="know ESCO's occupations too")
    source.add_argument("path", type=Path, help="occupations_en.csv, or the folder with ESCO's CSV files")
    options = parser.parse_args(arguments)
    if options.command == "import":
        return _import(options.path)
    if not options.stdin and not options.title:
        sys.stderr.write("rapport: name titles, or give them line by line with --stdin.\n")
        return 2
    titles: Iterable[str] = options.title or _lines()
    for title in titles:
        _write(normalize_title(title), options.json)
    return 0


def _import(path: Path) -> int:
    target = kept.occupations_file()
    try:
        count = import_occupations(path, target)
    except (InvalidInput, OSError) as error:
        sys.stderr.write(f"rapport: {error}\n")
        return 1
    sys.stdout.write(
        f"{count} occupations are kept in {target}. They are ESCO's, of the European Commission"
        " (https://esco.ec.europa.eu), under CC BY 4.0.\n"
    )
    return 0


def _lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


def _write(title: Title, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(asdict(title), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"{title.title}\t{title.normal}\t{title.seniority}\t{title.occupation}\n")
