"""Reading an advert from a file of any format. Pure but for the file; needs no database."""

from collections.abc import Iterator
from pathlib import Path


def read_text(path: Path) -> str:
    """The advert's text; raises OSError or ValueError with a sentence."""
    if path.suffix.lower() in ("", ".txt", ".md", ".text"):
        data = path.read_bytes()
        return next(text for text in _decoded(data) if text is not None)
    from rapport.intake.archives import read_limited
    from rapport.intake.document import Refusal
    from rapport.intake.sandbox import parse_one

    try:
        outcome = parse_one(str(path), read_limited(path))
    except Refusal as refusal:
        raise ValueError(str(refusal)) from refusal
    if outcome.resume is None:
        raise ValueError(outcome.message)
    return str(outcome.resume["text"])


def _decoded(data: bytes) -> Iterator[str | None]:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            yield data.decode(encoding)
        except UnicodeDecodeError:
            yield None
    yield data.decode("utf-8", "replace")
