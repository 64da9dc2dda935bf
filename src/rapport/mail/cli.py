"""`rapport mail parse PATH --json`: reads message files and prints what they are. Needs no database and no settings.

`rapport mail check-domain` is answered here too; what needs the database is a management command.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rapport.mail.classify import Verdict, classify
from rapport.mail.domains import cli as domains_cli
from rapport.mail.parsing import parse

MAX_FILE_BYTES = 100_000_000


def run(arguments: list[str]) -> int:
    """Carry out `rapport mail …`; returns the exit status. A folder gives one object a line, sorted by path."""
    parser = argparse.ArgumentParser(prog="rapport mail", description="Read e-mail files.")
    commands = parser.add_subparsers(dest="command", required=True)
    parse_command = commands.add_parser("parse", help="say what each message is")
    parse_command.add_argument("path", type=Path, help="a message file, or a folder of them")
    parse_command.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    domains_cli.add_command(commands)
    options = parser.parse_args(arguments)
    if options.command == "check-domain":
        return domains_cli.run_check(options)
    return _parse(options.path)


def _parse(path: Path) -> int:
    if not path.exists():
        return _fail(f"{path}: there is no such file or folder")
    failures = 0
    for file in _files(path):
        try:
            data = file.read_bytes() if file.stat().st_size <= MAX_FILE_BYTES else None
        except OSError as error:
            failures += _fail(f"{file}: {error.strerror}")
            continue
        if data is None:
            failures += _fail(f"{file}: larger than {MAX_FILE_BYTES // 1_000_000} MB, not read")
            continue
        print(json.dumps({"path": str(file), **describe(classify(parse(data)))}, ensure_ascii=False))
    return 1 if failures else 0


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(file for file in path.rglob("*") if file.is_file())


def _fail(message: str) -> int:
    print(f"rapport: {message}", file=sys.stderr)
    return 1


def describe(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain data."""
    return {
        "kind": verdict.kind,
        "reply_text": verdict.reply.text,
        "signature": _signature(verdict),
        "intent": _intent(verdict),
        "wants_unsubscribe": verdict.wants_unsubscribe,
        "bounce": _bounce(verdict),
        "complaint": _complaint(verdict),
        "auto_reply": _auto_reply(verdict),
    }


def _bounce(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.bounce is None:
        return None
    rows = [
        {
            "class": row.bounce_class,
            "status": row.status,
            "address": row.address,
            "reason": row.reason,
            "text": row.text,
        }
        for row in verdict.bounce.failures
    ]
    return {**rows[0], "message_id": verdict.bounce.message_id, "recipients": rows}


def _complaint(verdict: Verdict) -> dict[str, Any] | None:
    found = verdict.complaint
    if found is None:
        return None
    return {"feedback_type": found.feedback_type, "address": found.address, "message_id": found.message_id}


def _signature(verdict: Verdict) -> dict[str, str | None] | None:
    found = verdict.signature
    return {"phone": found.phone, "title": found.title, "text": found.text} if found else None


def _intent(verdict: Verdict) -> dict[str, str | None] | None:
    found = verdict.intent
    if found is None:
        return None
    return {"kind": found.kind, "date": found.date.isoformat() if found.date else None, "sentence": found.sentence}


def _auto_reply(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.auto_reply is None:
        return None
    day = verdict.auto_reply.returns_on
    return {"returns_on": day.isoformat() if day else None, "is_away": verdict.auto_reply.is_away}
