"""Spoken languages and how well: "English (C1)", "Deutsch – Muttersprache", "Fluent in Spanish"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapport.intake.document import Document
from rapport.intake.sections import Section

_NAMES = {
    "English": "english englisch anglais inglés ingles inglese", "German": "german deutsch allemand alemán aleman tedesco",
    "French": "french französisch franzoesisch français francais francés frances francese", "Spanish": "spanish spanisch espagnol español espanol castellano castilian spagnolo",
    "Italian": "italian italienisch italien italiano", "Portuguese": "portuguese portugiesisch portugais portugués portugues português",
    "Dutch": "dutch niederländisch néerlandais neerlandés holandés", "Russian": "russian russisch russe ruso", "Polish": "polish polnisch polonais polaco",
    "Turkish": "turkish türkisch turc turco", "Arabic": "arabic arabisch arabe árabe", "Chinese": "chinese mandarin cantonese chinesisch chinois chino mandarín",
    "Japanese": "japanese japanisch japonais japonés", "Korean": "korean koreanisch coréen coreano", "Hindi": "hindi", "Urdu": "urdu", "Bengali": "bengali bangla",
    "Punjabi": "punjabi", "Tamil": "tamil", "Telugu": "telugu", "Marathi": "marathi", "Gujarati": "gujarati", "Hebrew": "hebrew hebräisch hébreu hebreo",
    "Persian": "persian farsi persisch", "Greek": "greek griechisch grec griego", "Swedish": "swedish schwedisch suédois sueco", "Norwegian": "norwegian norwegisch norvégien noruego",
    "Danish": "danish dänisch danois danés", "Finnish": "finnish finnisch finnois finés finlandés", "Czech": "czech tschechisch tchèque checo", "Slovak": "slovak slowakisch",
    "Hungarian": "hungarian ungarisch hongrois húngaro", "Romanian": "romanian rumänisch roumain rumano", "Bulgarian": "bulgarian bulgarisch bulgare búlgaro",
    "Ukrainian": "ukrainian ukrainisch ukrainien ucraniano", "Croatian": "croatian kroatisch croate", "Serbian": "serbian serbisch serbe", "Vietnamese": "vietnamese vietnamesisch",
    "Thai": "thai", "Indonesian": "indonesian", "Malay": "malay", "Tagalog": "tagalog filipino", "Swahili": "swahili", "Catalan": "catalan català catalán katalanisch",
    "Basque": "basque euskera", "Galician": "galician gallego", "Latin": "latin latein", "Lithuanian": "lithuanian", "Latvian": "latvian", "Estonian": "estonian",
    "Armenian": "armenian", "Georgian": "georgian", "Albanian": "albanian albanisch", "Belarusian": "belarusian", "Azerbaijani": "azerbaijani",
    "Sign language": "asl",
}  # fmt: skip
LANGUAGE_NAMES = {word: name for name, words in _NAMES.items() for word in words.split()}
_LEVELS = (
    ("Native speaker", r"native(?:\s+(?:speaker|or bilingual(?: proficiency)?|proficiency|language))?|mother\s?tongue|muttersprach\w*|langue maternelle|maternelle|lengua materna|nativ[oa]|materna|bilingual|bilingue|bilingüe|zweisprachig|natif"),
    ("Fluent", r"fluent|fluently|fließend|fliessend|verhandlungssicher|courant|couramment|fluido|full professional(?: proficiency)?|excellent|advanced|sehr gut\w*|proficient|avancé|avanzado|business fluent|near native|c[12]"),
    ("Intermediate", r"intermediate|professional working(?: proficiency)?|professional|conversational|gut\w*|good|intermédiaire|intermedio|working knowledge|limited working(?: proficiency)?|upper intermediate|independent|b[12]"),
    ("Beginner", r"beginner|basic|elementary(?: proficiency)?|grundkenntnisse|anfänger\w*|débutant|notions|básico|basics|a[12]"),
)  # fmt: skip
_LEVEL = re.compile(
    "|".join(rf"(?P<level{i}>(?<!\w)(?:{pattern})(?!\w))" for i, (_, pattern) in enumerate(_LEVELS)), re.I
)
_NAME = re.compile(r"(?<![\w])(?:" + "|".join(sorted(LANGUAGE_NAMES, key=len, reverse=True)) + r")(?!\w)", re.I)
_CEFR = re.compile(r"(?<!\w)[abc][12](?!\w)", re.I)


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its English name; `level` as a word, `cefr` "A1" to "C2" where written (Common European Framework).

    `level_span` is where the level was read, None without one.
    """

    name: str
    level: str
    cefr: str
    start: int
    end: int
    level_span: tuple[int, int] | None = None


def find_languages(text: str, offset: int = 0) -> Iterator[Language]:
    """Languages of a text that is known to be about them; the level is what stands before the next language."""
    matches = [match for match in _NAME.finditer(text) if match.group()[0].isupper() or "," in text or len(text) < 40]
    before = _LEVEL.search(text[: matches[0].start()]) if matches else None
    seen: set[str] = set()
    for index, match in enumerate(matches):
        name = LANGUAGE_NAMES[match.group().lower()]
        if name in seen:
            continue
        seen.add(name)
        until = matches[index + 1].start() if index + 1 < len(matches) else min(len(text), match.end() + 60)
        level = _LEVEL.search(text, match.end(), until) or before
        cefr = _CEFR.search(text, match.end(), until)
        yield Language(
            name,
            _level_word(level),
            cefr.group().upper() if cefr else "",
            offset + match.start(),
            offset + match.end(),
            _level_span([found for found in (level, cefr) if found], offset),
        )


def _level_span(found: list[re.Match[str]], offset: int) -> tuple[int, int] | None:
    if not found:
        return None
    return offset + min(match.start() for match in found), offset + max(match.end() for match in found)


def _level_word(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    return next(word for index, (word, _) in enumerate(_LEVELS) if match.group(f"level{index}"))


_LANGUAGE_LINE = re.compile(
    r"(?:languages?(?:\s+skills?)?|sprachen|sprachkenntnisse|langues|idiomas|spoken languages)\s*[:\t]|\b(?:fluent|native|bilingual|fluency)\b|muttersprach|fließend",
    re.I,
)


def languages_of(document: Document, sections: Sequence[Section]) -> Iterator[Language]:
    """Languages of their own section first; else of lines that speak of them."""
    own = [section for section in sections if section.kind == "languages"]
    for section in own:
        for number in range(section.first, section.last):
            found = list(find_languages(document.lines[number].text, document.starts[number]))
            for language in found:
                yield _with_next_line(language, document, number + 1) if len(found) == 1 else language
    for number, line in enumerate(document.lines if not own else ()):
        if len(line.text) < 140 and _LANGUAGE_LINE.search(line.text):
            yield from find_languages(line.text, document.starts[number])


def _with_next_line(language: Language, document: Document, number: int) -> Language:
    """A level that stands on the line below its language."""
    text = document.lines[number].text if number < len(document.lines) else ""
    if language.level or not text or len(text) > 40:
        return language
    named = f"{language.name}: "
    probe = list(find_languages(named + text, document.starts[number] - len(named)))
    if len(probe) != 1 or not probe[0].level:
        return language
    return replace(language, level=probe[0].level, cefr=probe[0].cefr, level_span=probe[0].level_span)
