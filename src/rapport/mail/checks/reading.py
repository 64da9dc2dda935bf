"""How easy a text reads, by a formula that is shown. Pure.

English: Flesch, "A new readability yardstick" (1948): 206.835 - 1.015 (words / sentences) - 84.6 (syllables / words).
German: Amstad's version for German (1978): 180 - (words / sentences) - 58.5 (syllables / words).
Syllables are counted by groups of vowels; that is off by one for some words and hardly for a text.
"""

import re
from dataclasses import dataclass

FORMULAS = {
    "en": (206.835, 1.015, 84.6, "206.835 − 1.015 × words per sentence − 84.6 × syllables per word (Flesch)"),
    "de": (180.0, 1.0, 58.5, "180 − words per sentence − 58.5 × syllables per word (Amstad)"),
}
_URL = re.compile(r"https?://\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.!?:;…]+(?=\s|$)|\n\s*\n")
_VOWELS = {"en": re.compile(r"[aeiouyàáâäæèéêëìíîïòóôöœùúûü]+"), "de": re.compile(r"[aeiouyäöüàéè]+")}
_SILENT = re.compile(
    r"(?:[^laeiouy]e|[^aeiouytd]ed|[^aeiouyszxcg]es)$"
)  # make, called, notes; not table, wanted, houses


@dataclass(frozen=True, slots=True)
class Reading:
    """`score` from about 0 (hard) to 100 and a little more (easy); None for a language without a formula, and for no words."""

    words: int
    sentences: int
    syllables: int
    score: float | None
    formula: str = ""

    @property
    def in_words(self) -> str:
        if self.score is None:
            return ""
        levels = ((80, "easy"), (60, "plain"), (50, "fairly hard"), (30, "hard"))
        return next((word for least, word in levels if self.score >= least), "very hard")


def read_level(text: str, language_code: str = "en") -> Reading:
    """Words, sentences and syllables of a text, and its score by the formula of its language."""
    text = _URL.sub(" ", text)
    words = _WORD.findall(text)
    sentences = sum(1 for part in _END.split(text) if part and _WORD.search(part))
    if language_code not in FORMULAS or not words:
        return Reading(len(words), sentences, 0, None)
    syllables = sum(count_syllables(word, language_code) for word in words)
    base, by_sentence, by_word, formula = FORMULAS[language_code]
    score = base - by_sentence * len(words) / sentences - by_word * syllables / len(words)
    return Reading(len(words), sentences, syllables, round(score, 1), formula)


def count_syllables(word: str, language_code: str = "en") -> int:
    """Groups of vowels; in English without an e that is not spoken. Each part of a compound has one at least."""
    if language_code == "de":
        return max(1, len(_VOWELS["de"].findall(word.lower())))
    count = 0
    for part in re.split(r"[-]", word.lower().replace("’", "'").replace("'", "")):
        groups = len(_VOWELS["en"].findall(part))
        if groups > 1 and _SILENT.search(part):
            groups -= 1
        count += max(1, groups)
    return count
