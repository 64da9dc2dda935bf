"""`rapport skills find FILE --json`: the skills a text file names, by the starter vocabulary. Needs no database."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rapport.skills.finder import find_skills

LARGEST_BYTES = 20_000_000


def run(arguments: list[str]) -> int:
    """Carry out `rapport skills find`; returns the exit status."""
    parser = argparse.ArgumentParser(prog="rapport skills", description="Find skills in text.")
    commands = parser.add_subparsers(dest="command", required=True)
    find = commands.add_parser("find", help="print the skills that a text names")
    find.add_argument("file", help="a text file in UTF-8, or - for standard input")
    find.add_argument("--language", help="leave out words of other languages but English (de, fr, es)")
    find.add_argument("--json", action="store_true", help="a list of {skill, start, end, text} instead of lines")
    options = parser.parse_args(arguments)
    try:
        text = read_text(options.file)
    except (OSError, ValueError) as error:
        said = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
        print(f"rapport: {said}", file=sys.stderr)
        return 1
    mentions = find_skills(text, options.language)
    if options.json:
        print(json.dumps([asdict(mention) for mention in mentions], ensure_ascii=False))
        return 0
    for skill in dict.fromkeys(mention.skill for mention in mentions):
        print(skill)
    return 0


def read_text(name: str) -> str:
    """The text of a file, or of standard input for "-"; bytes that are no UTF-8 become replacement marks.

    Raises OSError when the file cannot be opened and ValueError when it is too large or binary.
    """
    if name == "-":
        return sys.stdin.read()
    path = Path(name)
    if path.stat().st_size > LARGEST_BYTES:
        raise ValueError(f"{name}: larger than {LARGEST_BYTES // 1_000_000} MB, not read")
    data = path.read_bytes()
    if b"\0" in data[:4096]:
        raise ValueError(f"{name}: not a text file; `rapport resume parse` reads PDF and Word")
    return data.decode("utf-8", errors="replace")
