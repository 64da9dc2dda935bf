"""The sandboxed side: a process that gets questions about files on its standard input and answers with JSON, one after another.

In come two messages (lib/children.py): a question as JSON, and the file's content. Out goes one, JSON, {"error": {"code", "message"}} where there is no answer. The limits of memory and files are set before the first byte is read.

| question                                        | answer                                                    |
|-------------------------------------------------|-----------------------------------------------------------|
| {"do": "parse"}                                 | {"resume": ...}                                           |
| {"do": "find", "spans": [[0, 4]], "hash": ...}  | {"pages": ..., "boxes": ...}, see pdf_pages.find_words    |
| {"do": "draw", "page": 1, "width": 1400}        | {"picture": PNG as base64}                                |
"""

import base64
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

from rapport.intake.document import Refusal
from rapport.intake.limits import MEMORY_LIMIT_BYTES
from rapport.lib.children import limit_resources, read_message, write_message

MEMORY_MESSAGE = f"Reading this file needs more than {MEMORY_LIMIT_BYTES // 1048576} MB of memory; it was given up."


def parse_file(data: bytes) -> dict[str, Any]:
    """{"resume": ...} of a file's content, or {"error": ...} with a sentence that says why not."""
    return answer({"do": "parse"}, data)


def _parse(data: bytes) -> dict[str, Any]:
    from rapport.intake.structured import read_structured

    structured = read_structured(data)
    if structured is not None:
        return {"resume": structured}
    from rapport.intake.extraction import extract
    from rapport.intake.resume import parse_resume

    return {"resume": parse_resume(extract(data), datetime.now(UTC).date()).as_json()}


def answer(question: dict[str, Any], data: bytes) -> dict[str, Any]:
    """What was asked of a file's content, or {"error": ...} with a sentence that says why not."""
    try:
        if question["do"] == "parse":
            return _parse(data)
        from rapport.intake import pdf_pages

        if question["do"] == "find":
            return pdf_pages.find_words(data, question["spans"], question["hash"])
        return {"picture": base64.b64encode(pdf_pages.draw_page(data, question["page"], question["width"])).decode()}
    except Refusal as refusal:
        return {"error": {"code": refusal.code, "message": str(refusal)}}
    except MemoryError:
        return {"error": {"code": "memory", "message": MEMORY_MESSAGE}}
    except RecursionError:
        return {
            "error": {"code": "corrupt", "message": "This file is nested too deeply to be read. Ask for a new copy."}
        }


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer questions until the other side closes."""
    while True:
        question = read_message(source)
        data = read_message(source)
        if question is None or data is None:
            return
        found = answer(json.loads(question), data)
        # JSON may hold halves of surrogate pairs, which neither UTF-8 nor the database knows.
        write_message(sink, json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


def main() -> None:
    """Keep the message channel to ourselves: whatever a library prints goes to standard error."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit_resources(MEMORY_LIMIT_BYTES)
    serve(sys.stdin.buffer, channel)


if __name__ == "__main__":
    main()
