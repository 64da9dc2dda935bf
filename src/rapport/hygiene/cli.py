"""`rapport duplicates FILE.csv --json`: who stands in a table twice. Needs no database and no settings."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rapport.hygiene.person_records import Record
    from rapport.intake.table_files import Record as TableRow

GUESSED_FROM = 200
MOST_BYTES = 2_000_000_000


def run(arguments: list[str]) -> int | None:
    """Answer `rapport duplicates FILE.csv [--json]`; returns the exit status: 0, 1 for an unreadable file, 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="rapport duplicates", description="Find the persons who stand in a table twice."
    )
    parser.add_argument(
        "path", type=Path, metavar="FILE.csv", help="a table of persons; an id or rec_id column names the record"
    )
    parser.add_argument("--json", action="store_true", help="JSON on standard output")
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    from rapport.intake.document import Refusal

    try:
        found = find_clusters(options.path)
    except Refusal as refusal:
        return _complain(options.path, str(refusal))
    except OSError as error:
        return _complain(options.path, f"This file could not be opened: {error.strerror or error}.")
    if options.json:
        print(json.dumps({"clusters": found}, ensure_ascii=False))
        return 0
    for row in found:
        print(
            f"{'sure  ' if row['sure'] else 'likely'}  {row['score']:.3f}  {', '.join(map(str, row['members']))}  ({'; '.join(row['reasons'])})"
        )
    print(
        f"{len(found)} {'person stands' if len(found) == 1 else 'persons stand'} in this table more than once.",
        file=sys.stderr,
    )
    return 0


def find_clusters(path: Path) -> list[dict[str, Any]]:
    """The clusters of a file, the surest first; raises Refusal in words for what is no table of persons."""
    from rapport.hygiene.linkage import link
    from rapport.hygiene.reasons import explain
    from rapport.intake.document import Refusal

    if path.is_dir():
        raise Refusal("unknown_type", "This is a folder. Name a CSV file.")
    if path.stat().st_size > MOST_BYTES:
        raise Refusal("too_large", "This file is larger than 2 GB. Split it, or import it and look under Data health.")
    keys, records, labels = read_table(path)
    clusters, weights = link(records)
    return [
        {
            "members": [keys[place] for place in item.members],
            "score": round(item.score, 4),
            "sure": item.sure,
            "reasons": explain(weights, records[item.weakest.first], records[item.weakest.second], labels),
        }
        for item in clusters
    ]


def read_table(path: Path) -> "tuple[list[str | int], list[Record], dict[str, str]]":
    """(what names each record, the records, names of columns without a known meaning).

    Where no column names the records, each goes by its row as a spreadsheet counts them, the header being row 1.
    """
    from rapport.hygiene.person_columns import KEY, LEFT_OUT, OTHER, guess_columns, has_header
    from rapport.hygiene.person_records import build_record
    from rapport.intake import table_files
    from rapport.intake.document import Refusal

    with path.open("rb") as file:
        form = table_files.detect_format(file)
        rows = _readable(table_files.read_records(file, form), path)
        first = list(islice(rows, GUESSED_FROM))
        if not first:
            raise Refusal("empty", "No row of this file can be read as a table. Save it again as CSV, with commas.")
        head = first[0].cells
        if len(head) > table_files.MOST_COLUMNS:
            raise Refusal(
                "too_large", f"This file has {len(head):,} columns; up to {table_files.MOST_COLUMNS} are read."
            )
        named = has_header(head)
        body = first[1:] if named else first
        columns = table_files.name_columns(head if named else [""] * len(head))
        kinds = guess_columns(columns, [row.cells for row in body])
        useful = [
            (place, f"other:{place}" if kind == OTHER else kind)
            for place, kind in enumerate(kinds)
            if kind not in (KEY, LEFT_OUT)
        ]
        if not useful:
            raise Refusal(
                "empty", "No column of this file says anything about a person. Name the columns in its first row."
            )
        keys: list[str | int] = []
        records: list[Record] = []
        key_place = kinds.index(KEY) if KEY in kinds else None
        numbers: list[int] = []
        for row in (*body, *rows):
            cells = row.cells
            key = cells[key_place].strip() if key_place is not None and key_place < len(cells) else ""
            keys.append(key or row.number)
            numbers.append(row.number)
            records.append(build_record([(kind, cells[place]) for place, kind in useful if place < len(cells)]))
    if len(set(keys)) != len(keys):
        print(
            f"rapport: {path}: {columns[key_place or 0]} names several rows alike, so rows go by their number.",
            file=sys.stderr,
        )
        keys = list(numbers)
    _drop_crowds(records)
    return keys, records, {f"other:{place}": columns[place] for place, kind in enumerate(kinds) if kind == OTHER}


def _readable(rows: "Iterable[TableRow]", path: Path) -> "Iterator[TableRow]":
    for row in rows:
        if row.problem:
            print(f"rapport: {path}: row {row.number}: {row.problem} It is left out.", file=sys.stderr)
        else:
            yield row


def _drop_crowds(records: "Sequence[Record]") -> None:
    """A phone number, address or identity number that many records share tells nothing about any of them."""
    from collections import Counter

    from rapport.hygiene.person_records import OWN

    limit = max(8, len(records) // 1000)
    for name in OWN:
        counts = Counter(value for record in records for value in record.get(name, ()))
        crowded = {value for value, count in counts.items() if count > limit}
        if not crowded:
            continue
        for record in records:
            kept = tuple(value for value in record.get(name, ()) if value not in crowded)
            if name in record and len(kept) != len(record[name]):
                if kept:
                    record[name] = kept
                else:
                    del record[name]


def _complain(path: Path, message: str) -> int:
    print(f"{path}: {message}", file=sys.stderr)
    return 1
