"""How texts become the terms of the index: its analyzers, and the same in Python for whoever asks it. Pure."""

import re
import unicodedata
from functools import cache

import tantivy

from rapport.search.wording import PERSONAL

MAX_VALUE = 200
WORDS, WHOLE, WORK, ALL_WORDS = "words", "whole", "work", "all_words"


@cache
def _analyzer(name: str) -> tantivy.TextAnalyzer:
    is_whole = name == WHOLE
    tokenizer = tantivy.Tokenizer.raw() if is_whole else tantivy.Tokenizer.simple()
    builder = tantivy.TextAnalyzerBuilder(tokenizer)
    if name in (WORDS, WORK):
        builder = builder.filter(tantivy.Filter.remove_long(60))
    builder = builder.filter(tantivy.Filter.lowercase())
    if name == WORK:
        builder = builder.filter(tantivy.Filter.custom_stopword(sorted(PERSONAL)))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


def register(index: tantivy.Index) -> None:
    """Give an opened index the analyzers that its schema names."""
    for name in (WORDS, WHOLE, WORK):
        index.register_tokenizer(name, _analyzer(name))
    # Facets count values as they were written.
    index.register_fast_field_tokenizer(WHOLE, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).build())


_SYMBOLS = re.compile(r"c\+\+|\b[a-z]#|\.net\b", re.IGNORECASE)
_SPELLED = {"c++": " cplusplus ", ".net": " dotnet "}


def spell_symbols(text: str) -> str:
    """C++, C# and .NET as words of letters; the tokenizer cuts at everything else that is no letter or digit."""
    if "+" in text or "#" in text or ".net" in text.lower():
        return _SYMBOLS.sub(_spelled, text)
    return text


def _spelled(match: re.Match[str]) -> str:
    found = match[0].lower()
    return _SPELLED.get(found) or f" {found[0]}sharp "


def words_of(text: str) -> list[str]:
    """The words of a text as the index holds them: lower case, without accents."""
    return _analyzer(WORDS).analyze(spell_symbols(unicodedata.normalize("NFC", text)))


def words_in_turn(text: str) -> list[str]:
    """The words of a text as the index holds them, and those between them that are too long for it."""
    return _analyzer(ALL_WORDS).analyze(text)


_PART = re.compile(r"[^\W_]+")


def parts_of(text: str) -> list[str]:
    """The parts of a name or address as quick search compares them: lower case, without accents."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _PART.findall(text.lower())


def whole(text: str) -> str:
    """A whole value as the index compares it."""
    found = _analyzer(WHOLE).analyze(clip(text))
    return found[0] if found else ""


def clip(value: str) -> str:
    """A whole value as the index counts it: composed, of bounded length."""
    return unicodedata.normalize("NFC", value)[:MAX_VALUE]
