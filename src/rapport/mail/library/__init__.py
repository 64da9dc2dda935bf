"""The starter library: texts to copy into templates of one's own, read from a file of the package."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "en.toml"


@dataclass(frozen=True, slots=True)
class LibraryText:
    """One text; `when` says when to use it."""

    key: str
    name: str
    purpose: str
    when: str
    subject: str
    body: str
    role_family: str = ""
    department: str = ""
    language_code: str = "en"


@cache
def all_texts() -> dict[str, LibraryText]:
    """The texts by key, in the order of the relationship from the first contact on."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["template"]
    texts = [LibraryText(**{**row, "body": row["body"].strip("\n")}) for row in rows]
    return {text.key: text for text in texts}
