"""From the nodes of the query language to a Tantivy query. Pure: time, names and places are given.

What the query alone cannot know comes in a `Lookup`: what a skill is called, where a place lies, whom "me" means, and
which confidential jobs the asking person works on.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from tantivy import FieldType, Occur, Query

from rapport.search import analyzers, language, profiles
from rapport.search.fits import distance_km
from rapport.search.language import Age, Amount, And, Between, Everything, Near, Never, Node, Not, Or, Phrase, Word
from rapport.search.pairs import pairs_among

# How much a word counts by where it stands; titles three to four times the text (measured on labelled sets).
# The body, which has the words of all fields, counts once.
WEIGHTS = {"title": 4.0, "skill_words": 3.0, "name": 3.0, "company": 1.5, "place": 1.5}
SKILL_WEIGHT = 3.0
EXPIRING_DAYS = 30
_DAYS = {"last_contact": "contact_day", "last_activity": "activity_day", "created": "created_day"}
_WORD_FIELDS = {"title": "title", "company": "company", "location": "place", "name": "name"}
_NO_LIMIT = 10_000_000
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")  # "+49 (0) 30": dialled at home only


def _unchanged(name: str) -> str | None:
    return None


def _nowhere(name: str) -> tuple[float, float] | None:
    return None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the query is read against: `today` in UTC, `canonical_skill`, `canonical_tag` and `locate` (None for unknown),
    the name that `owner:me` means. Stages and titles of jobs are found for all jobs that are not confidential, unless
    `sees_open_jobs` is false, and for those of `job_ids`."""

    today: date
    canonical_skill: Callable[[str], str | None] = _unchanged
    canonical_tag: Callable[[str], str | None] = _unchanged
    locate: Callable[[str], tuple[float, float] | None] = _nowhere
    me: str = ""
    job_ids: tuple[str, ...] = ()
    sees_open_jobs: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """What an index tells of its terms: the coordinates that occur, for distances, and what a skill scores in it."""

    spots: Callable[[], Sequence[str]]
    skill_score: Callable[[str], float]


@dataclass
class Compiled:
    """A query with what could not be answered (an unknown place)."""

    query: Query
    names_status: bool
    problems: list[language.Problem] = field(default_factory=list)


def compile_query(
    node: Node,
    lookup: Lookup,
    terms: Terms,
    *,
    is_ranked: bool = False,
    within: Query | None = None,
) -> Compiled:
    """The Tantivy query of a node, for the index that `terms` tell of.

    Scores are those of relevance when `is_ranked`; otherwise they mean nothing, and finding is cheaper.
    `within` narrows it to few people: every union by itself, because Tantivy reads one whole before it is intersected.
    """
    compiler = _Compiler(lookup, terms, is_ranked, within)
    query = compiler.compile(node) or Query.all_query()
    if within is not None:
        query = all_query([within, query])
    return Compiled(query, _names(node, "status"), compiler.problems)


def tells_apart(node: Node) -> bool:
    """Whether scores of relevance differ between those a query finds."""
    match node:
        case And(items):
            return any(map(tells_apart, items))
        case Or():
            return True
        case Word(_, name) | Phrase(_, name):
            return name in ("", "title", "company", "name")
    return False


def _names(node: Node, name: str) -> bool:
    match node:
        case And(items) | Or(items):
            return any(_names(item, name) for item in items)
        case Not(item):
            return _names(item, name)
    return getattr(node, "field", "") == name


def term(name: str, value: str) -> Query:
    """One exact term of a field whose positions are not kept."""
    return Query.term_query(profiles.schema(), name, value, "basic")


def flat(query: Query, score: float = 0.0) -> Query:
    """The same matches, each with this score."""
    return Query.const_score_query(query, score)


def any_query(queries: Sequence[Query]) -> Query:
    """One of these must match; nothing for none."""
    if not queries:
        return Query.empty_query()
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def all_query(queries: Sequence[Query], without: Sequence[Query] = ()) -> Query:
    """All of these must match and none of those."""
    if len(queries) == 1 and not without:
        return queries[0]
    if not queries:
        queries = [flat(Query.all_query())]
    clauses = [(Occur.Must, query) for query in queries] + [(Occur.MustNot, query) for query in without]
    return Query.boolean_query(clauses)


class _Compiler:
    """None stands for a condition that says nothing, such as a lone dash."""

    def __init__(self, lookup: Lookup, terms: Terms, is_ranked: bool, within: Query | None) -> None:
        self.lookup = lookup
        self.terms = terms
        self.is_ranked = is_ranked
        self.within = within
        self.problems: list[language.Problem] = []

    def compile(self, node: Node) -> Query | None:
        match node:
            case Everything():
                return None
            case And(items):
                return self.every(items)
            case Or(items):
                queries = [query for query in map(self.compile, items) if query is not None]
                return self.either(queries) if queries else None
            case Not():
                return self.every((node,))
            case Word() | Phrase():
                return self.text(node)
            case Near(place, km):
                return self.near(place, km)
        return self.quantity(node)

    def every(self, items: Iterable[Node]) -> Query | None:
        musts: list[Query] = []
        nots: list[Query] = []
        for item in items:
            query = self.unranked(item.item) if isinstance(item, Not) else self.compile(item)
            if query is not None:
                (nots if isinstance(item, Not) else musts).append(query)
        return all_query(musts, nots) if musts or nots else None

    def unranked(self, node: Node) -> Query | None:
        was, self.is_ranked = self.is_ranked, False
        query = self.compile(node)
        self.is_ranked = was
        return query

    def either(self, queries: Sequence[Query]) -> Query:
        if self.within is not None:
            queries = [all_query([self.within, query]) for query in queries]
        return any_query(queries)

    def text(self, node: Word | Phrase) -> Query | None:
        name = node.field
        if not name:
            return self.anywhere(node)
        if name in _WORD_FIELDS:
            return self.words(node, _WORD_FIELDS[name])
        special = getattr(self, f"_{name}", None)
        return special(node) if special else self.value(node, name)

    def anywhere(self, node: Word | Phrase) -> Query | None:
        """Words in any field; an address or a number also as what it is.

        The body has the words of all fields and decides alone who is found; the others weigh where they have the words,
        in whatever order, for positions cost as much as all the rest.
        """
        words = analyzers.words_of(node.text)
        if not words:
            return None
        found = self.either([_in_body(words, node), *self.other_forms(node, words)])
        if not self.is_ranked:
            return found
        weights = [Query.boost_query(_somewhere_in(name, words, node), weight) for name, weight in WEIGHTS.items()]
        return Query.boolean_query([(Occur.Must, found), *((Occur.Should, query) for query in weights)])

    def other_forms(self, node: Word | Phrase, words: list[str]) -> list[Query]:
        queries = []
        skill = self.lookup.canonical_skill(node.text)
        if skill:
            queries.append(flat(term("skill", analyzers.whole(skill)), SKILL_WEIGHT))
        if "@" in node.text:
            queries.append(self._email(node))
        if sum(c.isdigit() for c in node.text) >= 5:
            queries.append(self._phone(node))
        return queries

    def words(self, node: Word | Phrase, name: str) -> Query | None:
        words = analyzers.words_of(node.text)
        if not words:
            return None
        exact = _in_field(name, words, node)
        if name != "name" or _is_prefix(node):
            return exact
        return self.either([Query.boost_query(exact, 3.0), all_query([nearly(word) for word in words])])

    def value(self, node: Word | Phrase, name: str) -> Query:
        """A whole value of a field, compared without case and accents."""
        wanted = analyzers.whole(node.text)
        return flat(beginning(name, wanted) if _is_prefix(node) else term(name, wanted))

    def _skill(self, node: Word | Phrase) -> Query:
        if _is_prefix(node):
            return self.value(node, "skill")
        name = self.lookup.canonical_skill(node.text) or node.text
        if not self.is_ranked:
            return flat(term("skill", analyzers.whole(name)))
        # Tantivy adds up scores of terms much faster than those of constants, so each skill's is made alike, about one.
        alike = Query.term_query(profiles.schema(), "skill_key", profiles.skill_key(name), "basic")
        return Query.boost_query(alike, 1 / self.terms.skill_score(name))

    def _tag(self, node: Word | Phrase) -> Query:
        """A name that was merged into another tag finds that one, in saved segments too."""
        if _is_prefix(node):
            return self.value(node, "tag")
        name = self.lookup.canonical_tag(node.text) or node.text
        return flat(term("tag", analyzers.whole(name)))

    def _stage(self, node: Word | Phrase) -> Query:
        return self.standing(node, "stage")

    def _job(self, node: Word | Phrase) -> Query:
        return self.standing(node, "job")

    def standing(self, node: Word | Phrase, name: str) -> Query:
        found = [self.value(node, name)] if self.lookup.sees_open_jobs else []
        for job in self.lookup.job_ids:
            wanted = profiles.standing_term(job, name, node.text)
            found.append(flat(beginning("standing", wanted) if _is_prefix(node) else term("standing", wanted)))
        return any_query(found)

    def _owner(self, node: Word | Phrase) -> Query:
        is_me = node.text.lower() == "me" and self.lookup.me
        return self.value(Word(self.lookup.me, "owner") if is_me else node, "owner")

    def _segment(self, node: Word | Phrase) -> Query:
        self.problems.append(language.Problem(f"There is no segment called “{node.text}”.", 1, 1, node.text))
        return Query.empty_query()

    def _has(self, node: Word | Phrase) -> Query:
        return flat(term("has", node.text))

    def _email(self, node: Word | Phrase) -> Query:
        text = node.text.lower().lstrip("@")
        return flat(beginning("email", text) if _is_prefix(node) else term("email", text), 10.0)

    def _phone(self, node: Word | Phrase) -> Query:
        return phone_query(node.text)

    def _consent(self, node: Word | Phrase) -> Query:
        today = profiles.day_of(self.lookup.today)
        match node.text:
            case "valid":
                return _range("consent_until", today, _NO_LIMIT)
            case "expiring":
                return _range("consent_until", today, today + EXPIRING_DAYS)
            case "expired":
                return _range("consent_until", -_NO_LIMIT, today - 1)
        return self.value(node, "consent")

    def near(self, place: str, km: float) -> Query:
        centre = self.lookup.locate(place)
        if centre is None:
            message = f"No place called “{place}” is known. Write a city, with its country where there are several."
            self.problems.append(language.Problem(message, 1, 1, place))
            return Query.empty_query()
        close = [spot for spot in self.terms.spots() if distance_km(centre, _coordinates(spot)) <= km]
        if not close:
            return Query.empty_query()
        return flat(Query.term_set_query(profiles.schema(), "spot", close))

    def quantity(self, node: Node) -> Query:
        today = profiles.day_of(self.lookup.today)
        match node:
            case Amount(name, low, high):
                return _range(name, -_NO_LIMIT if low is None else low, _NO_LIMIT if high is None else high)
            case Age(name, least, most):
                first = -_NO_LIMIT if most is None else today - most
                return _range(_DAYS[name], first, _NO_LIMIT if least is None else today - least)
            case Between(name, first_day, last_day):
                first = profiles.day_of(first_day) if first_day else -_NO_LIMIT
                return _range(_DAYS[name], first, profiles.day_of(last_day) if last_day else _NO_LIMIT)
            case Never(name):
                return all_query([], [Query.exists_query(_DAYS[name])])
        raise TypeError(f"not a node of the language: {node!r}")


def _is_prefix(node: Word | Phrase) -> bool:
    return isinstance(node, Word) and node.is_prefix


def beginning(name: str, text: str) -> Query:
    """Terms of a field that begin so."""
    return Query.fuzzy_term_query(profiles.schema(), name, text, distance=0, prefix=True)


def _in_body(words: list[str], node: Word | Phrase) -> Query:
    """Two words that are known as a pair are looked up; of more than two, known pairs leave few to compare."""
    in_turn = _in_field("body", words, node)
    if len(words) < 2 or _is_prefix(node) or (isinstance(node, Phrase) and node.slop):
        return in_turn
    known = [Query.term_query(profiles.schema(), "pairs", pair) for pair in pairs_among(words)]
    if len(words) == 2:
        return known[0] if known else in_turn
    return all_query([in_turn, *map(flat, known)])


def _in_field(name: str, words: list[str], node: Word | Phrase) -> Query:
    schema = profiles.schema()
    is_prefix = _is_prefix(node)
    if len(words) > 1:
        if is_prefix:
            return Query.phrase_prefix_query(schema, name, list(words))
        return Query.phrase_query(schema, name, list(words), node.slop if isinstance(node, Phrase) else 0)
    if is_prefix:
        return beginning(name, words[0])
    return Query.term_query(schema, name, words[0])


def _somewhere_in(name: str, words: list[str], node: Word | Phrase) -> Query:
    *before, last = words
    queries = [Query.term_query(profiles.schema(), name, word) for word in before]
    return all_query([*queries, _in_field(name, [last], node)])


def nearly(word: str) -> Query:
    """A name's word with one slip of the pen from four letters on, two from eight."""
    slips = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    return Query.fuzzy_term_query(profiles.schema(), "name", word, distance=slips)


def phone_query(text: str) -> Query:
    """Numbers in which these digits stand together; nothing for fewer than three."""
    digits = "".join(c for c in _TRUNK_ZERO.sub("", text) if c.isdigit())[:20]
    if len(digits) < 3:
        return Query.empty_query()
    # "0151..." is "+49151..." in the international form.
    national = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    return flat(beginning("phone", national or digits), 10.0)


def _range(name: str, low: int, high: int) -> Query:
    return flat(Query.range_query(profiles.schema(), name, FieldType.Integer, low, high))


def _coordinates(spot: str) -> tuple[float, float]:
    latitude, _, longitude = spot.partition(",")
    return float(latitude), float(longitude)
