"""The query language of the search box, of segments, of the API and of automation. Pure: no index, no database.

    java "team lead" -php                 words, an exact phrase, a word that must not occur
    skill:Python AND (title:engineer OR title:developer)
    skill:(Rust OR Go) NOT tag:"do not hire"
    wor*                                  words that begin so
    "data engineer"~3                     the words in this order, up to three others between them
    location:Berlin location:"Berlin within 50 km"
    years:>=5 years:3..7 last_contact:>90d last_contact:never created:>=2026-01-31
    consent:valid has:email status:active

Words stand side by side for AND; OR binds weaker than AND; NOT and a leading minus bind strongest. Operators are
written in capitals, field names in any case. `parse` never raises: what it cannot read it tells as a `Problem` with
the place. Every node can be written back with `to_text`, and that text parses to an equal node.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from rapport.skills.titles import SENIORITIES

MAX_LENGTH = 4000
MAX_DEPTH = 24
MAX_TERMS = 250
MAX_SLOP = 20
MAX_KM = 5000
MAX_NUMBER = 9999
MAX_DAYS = 99_999
KM_PER_MILE = 1.609344

TEXT_FIELDS = {
    "skill": "skill",
    "title": "title",
    "seniority": "seniority",
    "company": "company",
    "location": "location",
    "tag": "tag",
    "pool": "pool",
    "stage": "stage",
    "job": "job",
    "source": "source",
    "name": "name",
    "email": "e-mail",
    "phone": "phone",
    "status": "status",
    "owner": "owner",
    "consent": "consent",
    "has": "has",
    "segment": "segment",
}
NUMBER_FIELDS = {"years": "years of experience"}
TIME_FIELDS = {"last_contact": "last contact", "last_activity": "last activity", "created": "added"}
SYNONYMS = {
    "skills": "skill",
    "titles": "title",
    "role": "title",
    "level": "seniority",
    "employer": "company",
    "companies": "company",
    "city": "location",
    "country": "location",
    "place": "location",
    "in": "location",
    "tags": "tag",
    "pools": "pool",
    "stages": "stage",
    "mail": "email",
    "tel": "phone",
    "experience": "years",
    "contact": "last_contact",
    "contacted": "last_contact",
    "activity": "last_activity",
    "added": "created",
    "is": "status",
}
CHOICES = {
    "seniority": SENIORITIES,
    "consent": ("valid", "expiring", "expired", "withdrawn", "none"),
    "has": ("email", "phone", "resume", "link", "note", "application", "photo"),
}
# A person has one of these at most, so two chosen values of such a field mean "one or the other".
SINGLE_VALUED = frozenset({"seniority", "location", "source", "owner", "status", "consent"})
FIELD_NAMES = (*TEXT_FIELDS, *NUMBER_FIELDS, *TIME_FIELDS)
UNIT_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any text, or in `field`; `is_prefix` for `wor*`."""

    text: str
    field: str = ""
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, up to `slop` others between them; in any text, or in `field`."""

    text: str
    field: str = ""
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Near:
    """Within `km` kilometres of a place."""

    place: str
    km: float


@dataclass(frozen=True, slots=True)
class Amount:
    """A number field between two inclusive bounds, None for open."""

    field: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Age:
    """A time field that lies between `least` and `most` whole days ago, both inclusive, None for open."""

    field: str
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Between:
    """A time field between two inclusive calendar days, None for open."""

    field: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """A time field without a value."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """What must not match."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """At least two conditions that must all match."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least two conditions of which one must match."""

    items: "tuple[Node, ...]"


Node = Everything | Word | Phrase | Near | Amount | Age | Between | Never | Not | And | Or


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be read: a sentence, the column of its first character counted from 1, and how many characters.

    `words` are those it is about when the place is not known yet (see `place`).
    """

    message: str
    column: int
    length: int
    words: str = ""

    def place(self, text: str) -> "Problem":
        """The same, pointing at its words in the query's text."""
        at = text.casefold().find(self.words.casefold()) if self.words else -1
        return Problem(self.message, at + 1, len(self.words)) if at >= 0 else self


@dataclass(frozen=True, slots=True)
class Parsed:
    """A node, or None with at least one problem."""

    node: Node | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of a query as shown above the results: its words, and the query without it."""

    label: str
    text: str
    without: str


class _UnreadableError(Exception):
    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.problem = Problem(message, start + 1, max(1, end - start))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "(", ")", "and", "or", "not", "field", "phrase", "word", "end"
    text: str
    start: int
    end: int
    slop: int = 0


# -- Reading ---------------------------------------------------------------------------------------------------------


def parse(text: str) -> Parsed:
    """Read a query; what cannot be read comes back as problems, never as an exception."""
    if len(text) > MAX_LENGTH:
        message = f"The query is longer than {MAX_LENGTH:,} characters. Shorten it, or use a pool or tag instead."
        return Parsed(None, (Problem(message, MAX_LENGTH + 1, len(text) - MAX_LENGTH),))
    try:
        return Parsed(_Reader(tuple(_tokens(text))).read())
    except _UnreadableError as error:
        return Parsed(None, (error.problem,))


_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"([^\W\d]\w*):(?!//)")
_WORD = re.compile(r'[^\s()"“”„]+')
_SLOP = re.compile(r"~(\d{1,6})")
_OPERATORS = {"AND": "and", "OR": "or", "NOT": "not", "&&": "and", "||": "or"}
_QUOTED = {
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
    "“": re.compile(r"“((?:[^“”\\]|\\.)*)[“”]", re.DOTALL),
    "„": re.compile(r"„((?:[^“”\\]|\\.)*)[“”]", re.DOTALL),
}
_ESCAPED = re.compile(r'\\(["\\])')
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    after_field = False
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            at, after_field = space.end(), False
            continue
        token = _token(text, at, after_field)
        yield token
        at, after_field = token.end, token.kind == "field"
    yield _Token("end", "", len(text), len(text))


def _token(text: str, at: int, after_field: bool) -> _Token:
    character = text[at]
    if character in "()":
        return _Token(character, character, at, at + 1)
    if character in _QUOTED:
        return _phrase_token(text, at)
    if character == "”":
        raise _UnreadableError("This quotation mark closes nothing.", at, at + 1)
    if character == "-" and not after_field and at + 1 < len(text) and not text[at + 1].isspace():
        return _Token("not", "-", at, at + 1)
    name = None if after_field else _FIELD.match(text, at)
    if name:
        return _Token("field", name[1], at, name.end())
    word = _WORD.match(text, at)
    end = word.end() if word else at + 1
    return _Token(_OPERATORS.get(text[at:end], "word") if not after_field else "word", text[at:end], at, end)


def _phrase_token(text: str, at: int) -> _Token:
    quoted = _QUOTED[text[at]].match(text, at)
    if quoted is None:
        raise _UnreadableError("The quotation mark is not closed.", at, len(text))
    slop = _SLOP.match(text, quoted.end())
    if slop and int(slop[1]) > MAX_SLOP:
        raise _UnreadableError(f"Up to {MAX_SLOP} words may stand between those of a phrase.", *slop.span())
    end, between = (slop.end(), int(slop[1])) if slop else (quoted.end(), 0)
    return _Token("phrase", _ESCAPED.sub(r"\1", quoted[1]), at, end, between)


class _Reader:
    """Recursive descent over the tokens; depth and number of conditions are bounded."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0
        self.terms = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def read(self) -> Node:
        if self.token.kind == "end":
            return Everything()
        node = self.either(0, "")
        if self.token.kind == ")":
            raise _UnreadableError("This parenthesis closes nothing.", self.token.start, self.token.end)
        return node

    def either(self, depth: int, name: str) -> Node:
        if depth > MAX_DEPTH:
            raise _UnreadableError("Parentheses are nested too deeply.", self.token.start, self.token.end)
        items = [self.every(depth, name)]
        while self.token.kind == "or":
            self.take()
            items.append(self.every(depth, name))
        return any_of(items)

    def every(self, depth: int, name: str) -> Node:
        items = [self.one(depth, name)]
        while self.token.kind not in ("end", ")", "or"):
            if self.token.kind == "and":
                self.take()
            items.append(self.one(depth, name))
        return all_of(items)

    def one(self, depth: int, name: str) -> Node:
        negations = 0
        while self.token.kind == "not":
            self.take()
            negations += 1
        node = self.atom(depth, name)
        return negated(node) if negations % 2 else node

    def atom(self, depth: int, name: str) -> Node:
        token = self.take()
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise _UnreadableError(
                f"More than {MAX_TERMS} conditions; use a pool or tag instead.", token.start, token.end
            )
        if token.kind == "(":
            return self.group(token, depth, name)
        if token.kind == "field":
            return self.field(token, depth, name)
        if token.kind in ("word", "phrase"):
            return _value(name, token)
        self.at -= token.kind == "end"
        raise _UnreadableError(self.expected(token), token.start, token.end)

    def expected(self, token: _Token) -> str:
        shown = f"“{token.text}”" if token.text else "the end"
        return f"A word, phrase or condition is missing before {shown}."

    def group(self, opening: _Token, depth: int, name: str) -> Node:
        if self.token.kind == ")":
            raise _UnreadableError("Nothing stands between these parentheses.", opening.start, self.token.end)
        node = self.either(depth + 1, name)
        if self.token.kind != ")":
            raise _UnreadableError("This parenthesis is not closed.", opening.start, opening.end)
        self.take()
        return node

    def field(self, token: _Token, depth: int, outer: str) -> Node:
        name = _field_name(token)
        if outer and name != outer:
            raise _UnreadableError(f"“{token.text}:” cannot stand inside “{outer}:(…)”.", token.start, token.end)
        following = self.token
        if following.start != token.end or following.kind not in ("word", "phrase", "("):
            raise _UnreadableError(
                f"A value is missing after “{token.text}:”. {_example(name)}", token.start, token.end
            )
        return self.group(self.take(), depth, name) if following.kind == "(" else _value(name, self.take())


def _field_name(token: _Token) -> str:
    name = token.text.lower()
    name = SYNONYMS.get(name, name)
    if name in FIELD_NAMES:
        return name
    close = difflib.get_close_matches(name[:40], [*FIELD_NAMES, *SYNONYMS], n=1, cutoff=0.6)
    hint = f"Did you mean “{close[0]}:”?" if close else f"There are {', '.join(FIELD_NAMES)}."
    shown = token.text if len(token.text) <= 30 else token.text[:30] + "…"
    raise _UnreadableError(f"There is no field “{shown}”. {hint}", token.start, token.end)


_EXAMPLES = {
    "location": 'Write location:Berlin or location:"Berlin within 50 km".',
    "years": "Write years:>=5 or years:3..7.",
    "last_contact": "Write last_contact:>90d, last_contact:<2w or last_contact:never.",
    "last_activity": "Write last_activity:<30d.",
    "created": "Write created:<7d or created:>=2026-01-31.",
}


def _example(name: str) -> str:
    if name in CHOICES:
        return f"Write {name}:{CHOICES[name][0]}; there are {', '.join(CHOICES[name])}."
    return _EXAMPLES.get(name, f'Write {name}:word or {name}:"two words".')


def _value(name: str, token: _Token) -> Node:
    if name in NUMBER_FIELDS:
        return _amount(name, token)
    if name in TIME_FIELDS:
        return _time(name, token)
    if name in CHOICES:
        return _choice(name, token)
    if name == "location" and (near := _near(token)):
        return near
    return _text(name, token)


_IN_WORDS = frozenset({"", "title", "company", "location", "name"})


def _text(name: str, token: _Token) -> Node:
    text = _clean(token.text)
    if not text or (token.kind == "word" and not text.strip("*")):
        raise _UnreadableError("Nothing to look for stands here.", token.start, token.end)
    if token.kind == "word" and text.endswith("*") and " " not in text:
        return Word(text.rstrip("*"), name, is_prefix=True)
    slop = token.slop if name in _IN_WORDS else 0  # what is compared as a whole has no words in between
    if _needs_quotes(text) or slop:
        return Phrase(text, name, slop)
    return Word(text, name)


def _clean(text: str) -> str:
    """Control characters and runs of spaces become one space."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _choice(name: str, token: _Token) -> Node:
    value = token.text.strip().lower()
    if value not in CHOICES[name]:
        raise _UnreadableError(f"“{name}:” knows {', '.join(CHOICES[name])}.", token.start, token.end)
    return Word(value, name)


_NEAR = re.compile(
    r"(?P<place>\S.*?) within (?P<far>\d{1,5}(?:\.\d{1,3})?) ?(?P<unit>km|mi|miles?)$", re.IGNORECASE | re.ASCII
)


def _near(token: _Token) -> Near | None:
    match = _NEAR.match(_clean(token.text)) if token.kind == "phrase" else None
    if match is None:
        return None
    km = round(float(match["far"]) * (1 if match["unit"].lower() == "km" else KM_PER_MILE), 1)
    if not 0 < km <= MAX_KM:
        raise _UnreadableError(f"A distance is between 0.1 and {MAX_KM:,} km.", token.start, token.end)
    return Near(match["place"], km)


_AMOUNT = re.compile(r"(?P<op>>=|<=|>|<|=)?(?P<a>\d{1,4})(?:(?P<plus>\+)|\.\.(?P<b>\d{1,4}))?$")


def _amount(name: str, token: _Token) -> Node:
    match = _AMOUNT.match(token.text.replace(" ", ""))
    if match is None or (match["op"] and (match["plus"] or match["b"])):
        raise _UnreadableError(
            f"“{token.text[:30]}” is not a number of {name}. {_example(name)}", token.start, token.end
        )
    low, high = int(match["a"]), int(match["b"] or match["a"])
    if match["b"]:
        return Amount(name, min(low, high), max(low, high))
    match match["op"] or match["plus"]:
        case ">=" | "+":
            return Amount(name, low, None)
        case ">":
            return Amount(name, min(low + 1, MAX_NUMBER), None)
        case "<=":
            return Amount(name, None, low)
        case "<" if low == 0:
            raise _UnreadableError(f"No number of {name} is below 0.", token.start, token.end)
        case "<":
            return Amount(name, None, low - 1)
    return Amount(name, low, low)


_AGE = re.compile(r"(?P<op>>=|<=|>|<|=)?(?P<count>\d{1,5})(?P<unit>[dwmy])(?:ays?|eeks?|onths?|ears?)?$", re.IGNORECASE)
_DAY = re.compile(r"(?P<op>>=|<=|>|<|=)?(?P<day>\d{4}-\d\d-\d\d)(?:\.\.(?P<last>\d{4}-\d\d-\d\d))?$")


def _time(name: str, token: _Token) -> Node:
    text = token.text.replace(" ", "")
    if text.lower() == "never":
        return Never(name)
    if age := _AGE.match(text):
        days = int(age["count"]) * UNIT_DAYS[age["unit"].lower()]
        return _age(name, age["op"] or "<=", min(days, MAX_DAYS))
    day = _DAY.match(text)
    if day is None or (day["op"] and day["last"]):
        raise _UnreadableError(f"“{token.text[:30]}” is not a time. {_example(name)}", token.start, token.end)
    try:
        return _between(name, day["op"] or "=", date.fromisoformat(day["day"]), day["last"])
    except ValueError:
        raise _UnreadableError(f"“{token.text[:30]}” is not a day of the calendar.", token.start, token.end) from None


def _age(name: str, operator: str, days: int) -> Node:
    """`>90d` is longer ago than 90 days, `<90d` more recent; a bare `90d` is within the last 90 days."""
    match operator:
        case ">":
            return Age(name, min(days + 1, MAX_DAYS), None)
        case ">=":
            return Age(name, days, None)
        case "<":
            return Age(name, None, max(0, days - 1))
        case "<=":
            return Age(name, None, days)
    return Age(name, days, days)


def _between(name: str, operator: str, day: date, last: str | None) -> Node:
    if last:
        other = date.fromisoformat(last)
        return Between(name, min(day, other), max(day, other))
    match operator:
        case ">=":
            return Between(name, day, None)
        case ">":
            return Between(name, date.fromordinal(day.toordinal() + 1), None)
        case "<=":
            return Between(name, None, day)
        case "<":
            return Between(name, None, date.fromordinal(day.toordinal() - 1))
    return Between(name, day, day)


# -- Building --------------------------------------------------------------------------------------------------------


def all_of(items: list[Node]) -> Node:
    """All of these must match: nested ANDs are taken apart, the empty query is left out."""
    flat = [part for item in items for part in (item.items if isinstance(item, And) else (item,))]
    flat = [item for item in flat if not isinstance(item, Everything)]
    if not flat:
        return Everything()
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(items: list[Node]) -> Node:
    """One of these must match: nested ORs are taken apart."""
    flat = [part for item in items for part in (item.items if isinstance(item, Or) else (item,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negated(node: Node) -> Node:
    """What must not match; of the opposite itself."""
    return node.item if isinstance(node, Not) else Not(node)


def conditions(node: Node) -> tuple[Node, ...]:
    """The conditions that must all match, at the top of a query."""
    if isinstance(node, Everything):
        return ()
    return node.items if isinstance(node, And) else (node,)


def condition(name: str, value: str) -> Node:
    """The condition that a field has this value, as a facet's row means it."""
    value = _clean(value)
    return Phrase(value, name) if _needs_quotes(value) else Word(value, name)


def has_choice(node: Node, name: str, value: str) -> bool:
    """Whether a facet's value is chosen in the query."""
    wanted = condition(name, value)
    return any(wanted == item or (isinstance(item, Or) and wanted in item.items) for item in conditions(node))


def toggle_choice(node: Node, name: str, value: str) -> Node:
    """The query with a facet's value added, or without it when it was chosen.

    A second value of a field that a person has only one of (a source, a city) widens the choice to "or".
    """
    wanted = condition(name, value)
    if has_choice(node, name, value):
        return all_of([item for item in (_without(item, wanted) for item in conditions(node)) if item is not None])
    items = list(conditions(node))
    for index, item in enumerate(items):
        if name in SINGLE_VALUED and _is_choice(item, name):
            items[index] = any_of([item, wanted])
            return all_of(items)
    return all_of([*items, wanted])


def _without(item: Node, wanted: Node) -> Node | None:
    if item == wanted:
        return None
    if isinstance(item, Or) and wanted in item.items:
        return any_of([part for part in item.items if part != wanted])
    return item


def _is_choice(item: Node, name: str) -> bool:
    if isinstance(item, Or):
        return all(_is_choice(part, name) for part in item.items)
    return isinstance(item, Word | Phrase) and item.field == name


def without_condition(node: Node, index: int) -> Node:
    """The query without its condition of this index in `conditions`."""
    return all_of([item for i, item in enumerate(conditions(node)) if i != index])


def chips(node: Node) -> list[Chip]:
    """Each top condition with the words to show for it and the query without it."""
    return [
        Chip(describe(item), to_text(item), to_text(without_condition(node, i)))
        for i, item in enumerate(conditions(node))
    ]


# -- Writing ---------------------------------------------------------------------------------------------------------


def to_text(node: Node) -> str:
    """The query as text in its usual form; `parse(to_text(node)).node == node`."""
    return _write(node, 0)


def _write(node: Node, strength: int) -> str:
    match node:
        case Everything():
            return ""
        case And(items):
            text = " ".join(_write(item, 2) for item in items)
            return f"({text})" if strength >= 2 else text
        case Or(items):
            text = " OR ".join(_write(item, 1) for item in items)
            return f"({text})" if strength >= 1 else text
        case Not(item):
            return f"NOT {_write(item, 3)}"
    return _write_condition(node)


def _write_condition(node: Node) -> str:
    match node:
        case Word(text, name, is_prefix):
            return _named(name) + (text + "*" if is_prefix else text)
        case Phrase(text, name, slop):
            return f'{_named(name)}"{_escape(text)}"' + (f"~{slop}" if slop else "")
        case Near(place, km):
            return f'location:"{_escape(place)} within {km:g} km"'
        case Never(name):
            return f"{name}:never"
        case Amount(name, low, high):
            return f"{name}:{_bounds(low, high)}"
        case Age(name, least, most):
            return _write_age(name, least, most)
        case Between(name, first, last):
            return f"{name}:{_bounds(first, last)}"
    raise TypeError(f"not a condition: {node!r}")


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _named(name: str) -> str:
    return f"{name}:" if name else ""


def _bounds(low: object, high: object) -> str:
    if high is None:
        return f">={low}"
    if low is None:
        return f"<={high}"
    return str(low) if low == high else f"{low}..{high}"


def _write_age(name: str, least: int | None, most: int | None) -> str:
    if most is None:
        return f"{name}:>={least}d"
    return f"{name}:<={most}d" if least is None else f"{name}:={least}d"


def _needs_quotes(text: str) -> bool:
    """Whether a word would be read as something else without quotation marks."""
    return (
        not text
        or text in _OPERATORS
        or text[0] == "-"
        or text[-1] == "*"
        or _FIELD.match(text) is not None
        or any(c.isspace() or c in '()"“”„' for c in text)
    )


def describe(node: Node) -> str:
    """The query in plain words, for chips, saved searches and empty results."""
    match node:
        case Everything():
            return "everybody"
        case And(items):
            return " and ".join(_grouped(item, Or) for item in items)
        case Or(items):
            return " or ".join(_grouped(item, And) for item in items)
        case Not(item):
            return f"not {_grouped(item, And | Or)}"
    return _describe_condition(node)


def _grouped(node: Node, kinds: object) -> str:
    text = describe(node)
    return f"({text})" if isinstance(node, kinds) else text  # type: ignore[arg-type]  # a union of classes


def _describe_condition(node: Node) -> str:
    match node:
        case Word(text, name, is_prefix):
            return _labelled(name, f"{text}…" if is_prefix else text)
        case Phrase(text, name, slop):
            quoted = text if name else f"“{text}”"
            return _labelled(name, quoted + (f" (up to {slop} words between)" if slop else ""))
        case Near(place, km):
            return f"within {km:g} km of {place}"
        case Never(name):
            return f"{TIME_FIELDS[name]}: never"
        case Amount(name, low, high):
            return _describe_range(low, high, NUMBER_FIELDS[name])
        case Age(name, least, most):
            return f"{TIME_FIELDS[name]} {_describe_age(least, most)}"
        case Between(name, first, last):
            return f"{TIME_FIELDS[name]} {_describe_days(first, last)}"
    raise TypeError(f"not a condition: {node!r}")


def _labelled(name: str, text: str) -> str:
    return f"{TEXT_FIELDS[name]}: {text}" if name else text


def _describe_range(low: int | None, high: int | None, noun: str) -> str:
    if high is None:
        return f"at least {low} {noun}"
    if low is None:
        return f"at most {high} {noun}"
    return f"{low} {noun}" if low == high else f"{low} to {high} {noun}"


def _describe_age(least: int | None, most: int | None) -> str:
    if most is None:
        return f"{least} or more days ago"
    return f"within the last {most} days" if least is None else f"{least} days ago"


def _describe_days(first: date | None, last: date | None) -> str:
    if last is None:
        return f"since {first}"
    if first is None:
        return f"until {last}"
    return f"on {first}" if first == last else f"from {first} to {last}"


@dataclass(frozen=True, slots=True)
class FieldHelp:
    """A field for the builder and the help panel: its name, its words, an example, and its fixed values."""

    name: str
    label: str
    example: str
    choices: tuple[str, ...] = field(default=())


def list_fields() -> list[FieldHelp]:
    """Every field of the language, in the order of the help panel."""
    labels = {**TEXT_FIELDS, **NUMBER_FIELDS, **TIME_FIELDS}
    return [FieldHelp(name, label, _example(name), CHOICES.get(name, ())) for name, label in labels.items()]
