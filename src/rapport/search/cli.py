"""`rapport fits --description FILE --candidates FOLDER`: ranks files for an advert; stores nothing, needs no database."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

DEFAULT_LIMIT = 20


def run(arguments: list[str]) -> int | None:
    """Answer one call and return its exit status; None when the words ask for what is stored (a job, the pool)."""
    if "--candidates" not in arguments and not any(word.startswith("--candidates=") for word in arguments):
        return None
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    return _rank_folder(options.description, options.candidates, max(1, options.limit), options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rapport fits", description="Rank résumé files for a job advert, best first.")
    parser.add_argument("--description", type=Path, required=True, help="the advert: a text file or any résumé format")
    parser.add_argument("--candidates", type=Path, required=True, help="a folder of résumés in any format and language")
    parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, help=f"how many to show (usually {DEFAULT_LIMIT})")
    parser.add_argument("--json", action="store_true", help="a JSON list instead of lines")
    return parser


def _rank_folder(description: Path, folder: Path, limit: int, as_json: bool) -> int:
    from rapport.search.advert_files import read_text
    from rapport.search.folder_ranking import rank_files
    from rapport.skills.finder import Vocabulary, find_skills

    if not folder.is_dir():
        return _complain(folder, "This is not a folder.")
    try:
        text = read_text(description)
        files = list(_read_folder(folder))
    except OSError as error:
        return _complain(Path(error.filename or description), error.strerror or str(error))
    except ValueError as error:
        return _complain(description, str(error))
    vocabulary = Vocabulary.starter()
    fits = rank_files(text, files, find_skills=find_skills, related=vocabulary.related, limit=limit)
    _write([_as_row(fit) for fit in fits], as_json)
    return 0


def _read_folder(folder: Path) -> "Iterator[Any]":
    """Every file that can be read; the others are named on standard error."""
    from rapport.intake.archives import list_folder
    from rapport.intake.sandbox import SandboxPool
    from rapport.search.folder_ranking import ParsedFile

    with SandboxPool() as pool:
        for outcome in pool.parse_many(list_folder(folder)):
            if outcome.resume is None:
                _complain(Path(outcome.name), outcome.message)
            else:
                yield ParsedFile(outcome.name, outcome.resume)


def _as_row(fit: Any) -> dict[str, Any]:
    evidence = [
        {
            "part": part.name,
            "label": line.label,
            "points": line.points,
            "of": line.of,
            "text": line.text,
            "note": line.note,
        }
        for part in fit.parts
        for line in part.evidence
    ]
    return {"path": fit.key, "score": fit.score, "evidence": evidence}


def _write(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    for row in rows:
        found = ", ".join(
            line["label"] for line in row["evidence"] if line["points"] and line["part"] in ("must", "nice")
        )
        sys.stdout.write(f"{row['score']:5.1f}  {row['path']}  {found}\n")


def _complain(path: Path, message: str) -> int:
    sys.stderr.write(f"{path}: {message}\n")
    return 1
