"""What is worth a second look in a text before it is saved: fields, fallbacks, words, links, length, reading. Pure.

Only what cannot be sent is a `stop`; everything else is advice, with the reason beside it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from rapport.lib.errors import InvalidInput
from rapport.mail.checks.links import MAX_LINKS, check_links, find_links, images_without_alt, misleading_links
from rapport.mail.checks.reading import Reading, read_level
from rapport.mail.checks.words import BIASED, SOURCES, SPAM, Word
from rapport.mail.composing import Content, MessageTemplate, compile_message
from rapport.mail.merge_fields import NO_SNIPPETS, label_of, open_placeholders, quoted
from rapport.mail.template_fields import ALWAYS_KNOWN, FIELDS, MAX_TEXT, sample_values

SUBJECT_SEEN, SUBJECT_MOST = 40, 60  # characters that a phone and a desktop show
WORDS_WELL, WORDS_MOST = 150, 300
HARD = 50.0
MAX_FINDINGS = 40
_CAPITALS = re.compile(r"\b[^\W\d_a-z]{4,}(?:\s+[^\W\d_a-z]{2,})+\b")


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` groups findings; `tone` is stop, warn or note; `field` is subject or body; `source` names where it is known from."""

    kind: str
    tone: str
    field: str
    text: str
    hint: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """`reading` is None where the text cannot be read at all."""

    findings: tuple[Finding, ...]
    reading: Reading | None = None
    links: tuple[str, ...] = ()

    @property
    def has_stop(self) -> bool:
        return any(finding.tone == "stop" for finding in self.findings)


def check_message(
    *, subject: str, body: str, language_code: str = "en", snippets: Mapping[str, str] = NO_SNIPPETS
) -> Report:
    """Everything that can be said about a text, as the invented candidate of previews would read it."""
    if len(subject) + len(body) > MAX_TEXT:
        long = f"A text has {MAX_TEXT:,} characters at most; this one has {len(subject) + len(body):,}."
        return Report((Finding("length", "stop", "body", long),))
    try:
        template = compile_message(subject=subject, body=body, known=FIELDS, snippets=snippets)
    except InvalidInput as error:
        return Report(tuple(Finding("field", "stop", field, text) for field, text in error.fields.items()))
    content = template.draft(sample_values())
    reading = read_level(_spoken(content.text), language_code)
    found = [
        *_fields(template),
        *_subject(content.subject),
        *_length(reading),
        *_reading(reading),
        *_links(content.text),
        *_worded_links(template),
        *_images(template),
        *_words(content, language_code),
        *_loud(content),
    ]
    return Report(tuple(found[:MAX_FINDINGS]), reading, tuple(find_links(content.text)))


def _fields(template: MessageTemplate) -> Iterator[Finding]:
    subject = {field.name for field in template.subject.fields}
    for name in dict.fromkeys(template.missing({})):
        if name not in ALWAYS_KNOWN:
            where = "subject" if name in subject else "body"
            hint = f'Write {{{{ {name} | "…" }}}} with words for that case.'
            yield Finding("fallback", "warn", where, f"Who has no {name.replace('_', ' ')} cannot be written to.", hint)
    if asked := template.placeholders:
        labels = quoted([label_of(name) for name in asked])
        yield Finding("placeholder", "note", "body", f"Waits until somebody has written, for each person: {labels}.")


def _subject(subject: str) -> Iterator[Finding]:
    size = len(subject)
    if size > SUBJECT_MOST:
        yield Finding("subject", "warn", "subject", f"{size} characters; more than {SUBJECT_MOST} are cut off.")
    elif size > SUBJECT_SEEN:
        yield Finding("subject", "note", "subject", f"{size} characters; a phone shows about {SUBJECT_SEEN}.")
    if re.match(r"\s*(?:re|aw|fw|fwd|wg)\s*:", subject, re.IGNORECASE):
        yield Finding("subject", "warn", "subject", "It looks like an answer and is none.", "People feel tricked.")


def _length(reading: Reading) -> Iterator[Finding]:
    if reading.words > WORDS_MOST:
        yield Finding("length", "warn", "body", f"{reading.words} words; few people read more than {WORDS_MOST}.")
    elif reading.words > WORDS_WELL:
        yield Finding("length", "note", "body", f"{reading.words} words; up to {WORDS_WELL} are read at once.")


def _reading(reading: Reading) -> Iterator[Finding]:
    if reading.score is not None and reading.words >= 20 and reading.score < HARD:
        said = f"{reading.in_words.capitalize()} to read: {reading.score:g} of 100, {reading.words / reading.sentences:.0f} words a sentence."
        yield Finding("reading", "warn", "body", said, "Shorter sentences and words help.", reading.formula)


def _links(text: str) -> Iterator[Finding]:
    for problem in check_links(text):
        yield Finding("link", "warn", "body", f"{problem.url[:80]}: {problem.why}")
    if (count := len(find_links(text))) > MAX_LINKS:
        yield Finding(
            "link", "warn", "body", f"{count} links; filters score more than {MAX_LINKS}, and people choose none."
        )


def _worded_links(template: MessageTemplate) -> Iterator[Finding]:
    for words, url in misleading_links("".join(template.html.parts) if template.html else ""):
        text = f"“{words[:60]}” leads to {url[:80]}, another address than it shows."
        yield Finding("link", "warn", "body", text, "Filters take that for fraud; write words.")


def _images(template: MessageTemplate) -> Iterator[Finding]:
    html = "".join(template.html.parts) if template.html else ""
    for source in images_without_alt(html) if "<img" in html else ():
        yield Finding(
            "image", "warn", "body", f"The image {source[:80]} has no alt text.", "Say in words what it shows."
        )


def _words(content: Content, language_code: str) -> Iterator[Finding]:
    if language_code != "en":
        return  # the lists are English; in other languages they would be wrong as often as right
    for field, text in (("subject", content.subject), ("body", content.text)):
        low = _spoken(text).lower()
        for kind, words in (("spam", SPAM), ("biased", BIASED)):
            yield from _listed(low, field, kind, words)


def _listed(low: str, field: str, kind: str, words: Iterable[Word]) -> Iterator[Finding]:
    for word in words:
        if match := _compiled(word.pattern).search(low):
            hint = f"Rather: {word.instead}." if word.instead else ""
            yield Finding(kind, "warn", field, f"“{match.group()}”: {word.why}", hint, SOURCES.get(word.source, ""))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


def _loud(content: Content) -> Iterator[Finding]:
    for field, text in (("subject", content.subject), ("body", _spoken(content.text))):
        if text.count("!") > (0 if field == "subject" else 1):
            yield Finding(
                "spam", "warn", field, "Exclamation marks sell; filters count them.", "A full stop says the same."
            )
        if match := _CAPITALS.search(text):
            yield Finding("spam", "warn", field, f"“{match.group()[:60]}”: capitals shout, and filters count them.")


def _spoken(text: str) -> str:
    """The text without what is still to be filled in."""
    for label in open_placeholders(text):
        text = text.replace(f"[[{label}]]", " ")
    return text
