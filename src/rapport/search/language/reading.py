"""From the text of a query to its node. Pure, and never an exception."""

import difflib
import re
from datetime import date

from rapport.search.language.building import all_of, any_of, negated
from rapport.search.language.nodes import (
    CHOICES,
    FIELD_NAMES,
    KM_PER_MILE,
    MAX_DAYS,
    MAX_DEPTH,
    MAX_KM,
    MAX_LENGTH,
    MAX_NUMBER,
    MAX_TERMS,
    NUMBER_FIELDS,
    SYNONYMS,
    TIME_FIELDS,
    UNIT_DAYS,
    Age,
    Amount,
    Between,
    Everything,
    Near,
    Never,
    Node,
    Parsed,
    Phrase,
    Problem,
    Word,
)
from rapport.search.language.tokens import Token, UnreadableError, clean, needs_quotes, tokens


def parse(text: str) -> Parsed:
    """Read a query; what cannot be read comes back as problems, never as an exception."""
    if len(text) > MAX_LENGTH:
        message = f"The query is longer than {MAX_LENGTH:,} characters. Shorten it, or use a pool or tag instead."
        return Parsed(None, (Problem(message, MAX_LENGTH + 1, len(text) - MAX_LENGTH),))
    try:
        return Parsed(_Reader(tuple(tokens(text))).read())
    except UnreadableError as error:
        return Parsed(None, (error.problem,))


class _Reader:
    """Recursive descent over the tokens; depth and number of conditions are bounded."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0
        self.terms = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def read(self) -> Node:
        if self.token.kind == "end":
            return Everything()
        node = self.either(0, "")
        if self.token.kind == ")":
            raise UnreadableError("This parenthesis closes nothing.", self.token.start, self.token.end)
        return node

    def either(self, depth: int, name: str) -> Node:
        if depth > MAX_DEPTH:
            raise UnreadableError("Parentheses are nested too deeply.", self.token.start, self.token.end)
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
            raise UnreadableError(
                f"More than {MAX_TERMS} conditions; use a pool or tag instead.", token.start, token.end
            )
        if token.kind == "(":
            return self.group(token, depth, name)
        if token.kind == "field":
            return self.field(token, depth, name)
        if token.kind in ("word", "phrase"):
            return _value(name, token)
        self.at -= token.kind == "end"
        raise UnreadableError(self.expected(token), token.start, token.end)

    def expected(self, token: Token) -> str:
        shown = f"“{token.text}”" if token.text else "the end"
        return f"A word, phrase or condition is missing before {shown}."

    def group(self, opening: Token, depth: int, name: str) -> Node:
        if self.token.kind == ")":
            raise UnreadableError("Nothing stands between these parentheses.", opening.start, self.token.end)
        node = self.either(depth + 1, name)
        if self.token.kind != ")":
            raise UnreadableError("This parenthesis is not closed.", opening.start, opening.end)
        self.take()
        return node

    def field(self, token: Token, depth: int, outer: str) -> Node:
        name = _field_name(token)
        if outer and name != outer:
            raise UnreadableError(f"“{token.text}:” cannot stand inside “{outer}:(…)”.", token.start, token.end)
        following = self.token
        if following.start != token.end or following.kind not in ("word", "phrase", "("):
            raise UnreadableError(f"A value is missing after “{token.text}:”. {_example(name)}", token.start, token.end)
        return self.group(self.take(), depth, name) if following.kind == "(" else _value(name, self.take())


def _field_name(token: Token) -> str:
    name = token.text.lower()
    name = SYNONYMS.get(name, name)
    if name in FIELD_NAMES:
        return name
    close = difflib.get_close_matches(name[:40], [*FIELD_NAMES, *SYNONYMS], n=1, cutoff=0.6)
    hint = f"Did you mean “{close[0]}:”?" if close else f"There are {', '.join(FIELD_NAMES)}."
    shown = token.text if len(token.text) <= 30 else token.text[:30] + "…"
    raise UnreadableError(f"There is no field “{shown}”. {hint}", token.start, token.end)


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


def _value(name: str, token: Token) -> Node:
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


def _text(name: str, token: Token) -> Node:
    text = clean(token.text)
    if not text or (token.kind == "word" and not text.strip("*")):
        raise UnreadableError("Nothing to look for stands here.", token.start, token.end)
    if token.kind == "word" and text.endswith("*") and " " not in text:
        return Word(text.rstrip("*"), name, is_prefix=True)
    slop = token.slop if name in _IN_WORDS else 0  # what is compared as a whole has no words in between
    if needs_quotes(text) or slop:
        return Phrase(text, name, slop)
    return Word(text, name)


def _choice(name: str, token: Token) -> Node:
    value = token.text.strip().lower()
    if value not in CHOICES[name]:
        raise UnreadableError(f"“{name}:” knows {', '.join(CHOICES[name])}.", token.start, token.end)
    return Word(value, name)


_NEAR = re.compile(
    r"(?P<place>\S.*?) within (?P<far>\d{1,5}(?:\.\d{1,3})?) ?(?P<unit>km|mi|miles?)$", re.IGNORECASE | re.ASCII
)


def _near(token: Token) -> Near | None:
    match = _NEAR.match(clean(token.text)) if token.kind == "phrase" else None
    if match is None:
        return None
    km = round(float(match["far"]) * (1 if match["unit"].lower() == "km" else KM_PER_MILE), 1)
    if not 0 < km <= MAX_KM:
        raise UnreadableError(f"A distance is between 0.1 and {MAX_KM:,} km.", token.start, token.end)
    return Near(match["place"], km)


_AMOUNT = re.compile(r"(?P<op>>=|<=|>|<|=)?(?P<a>\d{1,4})(?:(?P<plus>\+)|\.\.(?P<b>\d{1,4}))?$")


def _amount(name: str, token: Token) -> Node:
    match = _AMOUNT.match(token.text.replace(" ", ""))
    if match is None or (match["op"] and (match["plus"] or match["b"])):
        raise UnreadableError(
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
            raise UnreadableError(f"No number of {name} is below 0.", token.start, token.end)
        case "<":
            return Amount(name, None, low - 1)
    return Amount(name, low, low)


_AGE = re.compile(r"(?P<op>>=|<=|>|<|=)?(?P<count>\d{1,5})(?P<unit>[dwmy])(?:ays?|eeks?|onths?|ears?)?$", re.IGNORECASE)
_DAY = re.compile(r"(?P<op>>=|<=|>|<|=)?(?P<day>\d{4}-\d\d-\d\d)(?:\.\.(?P<last>\d{4}-\d\d-\d\d))?$")


def _time(name: str, token: Token) -> Node:
    text = token.text.replace(" ", "")
    if text.lower() == "never":
        return Never(name)
    if age := _AGE.match(text):
        days = int(age["count"]) * UNIT_DAYS[age["unit"].lower()]
        return _age(name, age["op"] or "<=", min(days, MAX_DAYS))
    day = _DAY.match(text)
    if day is None or (day["op"] and day["last"]):
        raise UnreadableError(f"“{token.text[:30]}” is not a time. {_example(name)}", token.start, token.end)
    try:
        return _between(name, day["op"] or "=", date.fromisoformat(day["day"]), day["last"])
    except ValueError:
        raise UnreadableError(f"“{token.text[:30]}” is not a day of the calendar.", token.start, token.end) from None


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
