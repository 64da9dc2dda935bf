"""What a few typed characters may mean: parts of a name, an address, digits of a number. Pure."""

from collections.abc import Iterator

from tantivy import Query

from rapport.search import analyzers, profiles
from rapport.search.compiling import all_query, beginning, nearly, phone_query, term


def quick_queries(text: str) -> Iterator[Query]:
    """What a few typed characters may mean, the likeliest first."""
    text = text.strip().lower()
    words = analyzers.parts_of(text)[:6]
    digits = sum(c.isdigit() for c in text)
    if not words:
        return
    if digits >= 3 and digits >= sum(c.isalpha() for c in text):
        yield phone_query(text)
    elif "@" in text:
        yield from _quick_address(text)
    else:
        yield all_query([_quick_part(word) for word in words])
        if " " not in text:
            yield beginning("email", text)
        if len(text) >= 4:
            yield all_query([nearly(word) for word in words])


def _quick_address(text: str) -> Iterator[Query]:
    """A whole address first, else its parts: any of those before the @, and the beginning of the domain."""
    yield beginning("email", text.lstrip("@"))
    before, _, domain = text.rpartition("@")
    parts = [_quick_part(word) for word in analyzers.parts_of(before)[:6]]
    if parts:
        yield all_query([*parts, beginning("email", domain)] if domain else parts)


def _quick_part(word: str) -> Query:
    return term("quick", word[: profiles.QUICK_LETTERS])
