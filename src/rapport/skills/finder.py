"""Finding skills in text, and the vocabulary that knows them: pure, no database, quick to start.

A vocabulary maps names and aliases of skills, in their normal form (words.py), to one canonical name each. Text is cut
into words once; from each word the longest name wins. How a name is recognised is one of three ways:

| matching | for                        | accepted when                                                                  |
|----------|----------------------------|--------------------------------------------------------------------------------|
| any      | most names                 | the words are there, in any case and spelling                                  |
| case     | other meanings (REST)      | written as the alias or in capitals; or an item beside a skill in a list       |
| context  | most ambiguous (R, Excel)  | as case, and besides an item near other skills, touching one ("Java Spring"),  |
|          |                            | or at a cue ("R programming")                                                  |

Nothing inside an e-mail address or a web address counts. Same text, same vocabulary, same result.
"""

import gc
import itertools
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rapport.skills.words import TOKEN, fold, is_hyphen, may_join, normal, singular, squashed

ANY, CASE, CONTEXT = "any", "case", "context"
MARKS = {"=": CASE, "?": CONTEXT}
DEFAULT_WEIGHT = 0.5
NEAR = 48  # characters within which another skill supports an ambiguous name
BESIDE = 6  # characters between two items of a list: a comma, "and", a bullet
TOUCHING = 2  # "Java Spring", "Photoshop/Illustrator"
MEMORY = 200_000  # distinct words of texts remembered before starting afresh

_STARTER = Path(__file__).parent / "starter"
_WEIGHT = re.compile(r"\s+(0?\.\d+|1\.0)$")
_LANGUAGE = re.compile(r"([a-z]{2}):(?=\S)")
_ADDRESS = re.compile(r"@|://|www\.|\.(?:com|org|net|io|eu|edu|gov|de|fr|es|co\.uk)/|linkedin\.com")
_LISTING = re.compile(r"[,;|/•·▪●■◦\u2022\uf0b7*()\[\]\n\t:!?]|\.(?:\s|$)|^$|\s[-–—]\s")
_AND = frozenset({"and", "or", "oder", "ou", "y", "e", "&", "und", "et", "plus"})
_CUES = frozenset(
    {
        *("programming", "programmer", "language", "languages", "developer", "developers", "development", "engineer"),
        *("code", "coding", "scripting", "script", "scripts", "compiler", "framework", "library", "studio", "package"),
        *("spreadsheet", "spreadsheets", "pivot", "macros", "software", "server", "database", "databases"),
        *("certified", "certification", "certificate", "kenntnisse", "entwickler"),
    }
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A skill found in a text: its canonical name, the span text[start:end] in characters, and what stands there."""

    skill: str
    start: int
    end: int
    text: str


class Alias(NamedTuple):
    """A way of writing a skill; `language` is empty for English and for what is written alike everywhere."""

    skill: str
    text: str
    language: str = ""
    matching: str = ANY
    normal: str = ""  # where it is known already: in the database


class _Hit(NamedTuple):
    first: int
    last: int
    alias: Alias


def default_matching(text: str) -> str:
    """How a name is recognised when nobody said: one letter by context, two letters by case, all else in any case."""
    if not text.isalpha():
        return ANY
    return {1: CONTEXT, 2: CASE}.get(len(text), ANY)


class _Words(dict[str, tuple[str, ...]]):
    """Words of texts with the words of the vocabulary they may stand for; fills itself."""

    def __init__(self, known: set[str]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, token: str) -> tuple[str, ...]:
        if len(self) > MEMORY:
            self.clear()
        word = fold(token)
        forms = (word,) if (one := singular(word)) == word else (word, one)
        self[token] = found = tuple(form for form in forms if form in self._known)
        return found


class _Joints(dict[str, bool]):
    """Whether two words with this between them may belong to one name; fills itself."""

    def __missing__(self, separator: str) -> bool:
        if len(self) > MEMORY:
            self.clear()
        self[separator] = allowed = len(separator) < 12 and may_join(separator)
        return allowed


class Vocabulary:
    """Canonical skills with categories, aliases and relations; finds them in text."""

    def __init__(self) -> None:
        self.categories: dict[str, str] = {}
        self._aliases: dict[str, Alias] = {}
        self._foreign: dict[str, list[Alias]] = {}
        self._beginnings: set[str] = set()
        self._related: dict[str, dict[str, float]] = {}
        self._known: set[str] = set()
        self._words = _Words(self._known)
        self._joints = _Joints()

    @classmethod
    def starter(cls) -> "Vocabulary":
        """The vocabulary that ships with the product; read once per process."""
        return _starter()

    @classmethod
    def from_rows(
        cls,
        skills: Iterable[tuple[str, str]],
        aliases: Iterable[Sequence[str]] = (),
        relations: Iterable[tuple[str, str, float]] = (),
    ) -> "Vocabulary":
        """Build from (name, category), (skill, text, language, matching, normal form if known) and (skill, related, weight).

        An alias that repeats its skill's name states how the name is recognised. A name or alias that is already
        taken is left with its first owner.
        """
        vocabulary = cls()
        given = list(itertools.starmap(Alias, aliases))
        matching = {alias.skill: alias for alias in given if alias.text == alias.skill}
        skills = list(skills)
        names = [matching.get(name) or Alias(name, name, "", default_matching(name)) for name, _ in skills]
        vocabulary._fill(skills, names + given, relations)
        return vocabulary

    def __len__(self) -> int:
        return len(self.categories)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.categories))

    def aliases(self) -> Iterator[Alias]:
        """Every way of writing every skill, canonical names included."""
        yield from list(self._aliases.values())  # lists, because another thread may add a skill meanwhile
        for others in list(self._foreign.values()):
            yield from others

    def add(
        self,
        name: str,
        aliases: Iterable[Alias | str] = (),
        *,
        category: str = "",
        related: Mapping[str, float] | None = None,
        matching: str | None = None,
    ) -> None:
        """Add a skill; plain strings among the aliases are recognised by `default_matching`."""
        named = [Alias(name, name, "", matching or default_matching(name))]
        for alias in aliases:
            named.append(alias if isinstance(alias, Alias) else Alias(name, alias, "", default_matching(alias)))
        relations = [(name, other, weight) for other, weight in (related or {}).items()]
        self._fill([(name, category)], named, relations)

    def canonical(self, name: str) -> str | None:
        """The canonical name for a name or alias in any spelling, None when unknown."""
        key = normal(name)
        for form in (key, singular(key), key.replace(" ", "")):
            if found := self._aliases.get(form):
                return found.skill
        return None

    def related(self, skill: str) -> dict[str, float]:
        """Skills close to a canonical skill with the weight of the relation (0 to 1), in both directions."""
        return dict(self._related.get(skill, {}))

    def find(self, text: str, language: str | None = None) -> list[Mention]:
        """All mentions, in order, not overlapping; `language` leaves out aliases of other languages but English."""
        parts = TOKEN.split(text)
        tokens, gaps = parts[1::2], parts[0::2]
        hits = self._hits(tokens, gaps, language)
        if not hits:
            return []
        ends = list(itertools.accumulate(map(len, parts)))
        spans = [(ends[2 * hit.first], ends[2 * hit.last + 1]) for hit in hits]
        addresses = _addresses(text)
        if addresses:
            kept = [k for k, span in enumerate(spans) if not _inside(span, addresses)]
            hits, spans = [hits[k] for k in kept], [spans[k] for k in kept]
        kept_hits = _judge(text, tokens, gaps, hits, spans)
        return [Mention(hits[k].alias.skill, *spans[k], text[slice(*spans[k])]) for k in kept_hits]

    def _hits(self, tokens: list[str], gaps: list[str], language: str | None) -> list[_Hit]:
        """The longest name from each word on, left to right, before any judgement of case and context."""
        words = list(map(self._words.__getitem__, tokens))
        joined = self._joined(tokens, gaps)
        aliases, beginnings = self._aliases, self._beginnings
        hits: list[_Hit] = []
        free = 0
        for position, forms in enumerate(words):
            if position < free or not (forms or position in joined):
                continue
            hit = None
            if position in joined or not beginnings.isdisjoint(forms):
                hit = self._longest(position, words, gaps, joined, language)
            elif not aliases.keys().isdisjoint(forms):
                hit = self._single(position, forms, language)
            if hit:
                hits.append(hit)
                free = hit.last + 1
        return hits

    def _single(self, position: int, forms: tuple[str, ...], language: str | None) -> _Hit | None:
        for form in forms:
            alias = self._aliases.get(form)
            if alias and (alias := self._speaking(form, alias, language)):
                return _Hit(position, position, alias)
        return None

    def _joined(self, tokens: list[str], gaps: list[str]) -> dict[int, tuple[str, ...]]:
        """Hyphenated pairs that the vocabulary writes as one word, by the position of the first."""
        joined = {}
        for position, gap in enumerate(gaps[1:-1]):
            if gap and gap[0] in "-\u00ad\u2010\u2011" and is_hyphen(gap):
                forms = self._words[tokens[position] + tokens[position + 1]]
                if forms:
                    joined[position] = forms
        return joined

    def _longest(
        self,
        first: int,
        words: list[tuple[str, ...]],
        gaps: list[str],
        joined: dict[int, tuple[str, ...]],
        language: str | None,
    ) -> _Hit | None:
        best: _Hit | None = None
        # A stack: what is pushed last is tried first, and of two names of one length the first found stays.
        paths = [(form, first + 2) for form in joined.get(first, ())]
        paths += [(form, first + 1) for form in reversed(words[first])]
        while paths:
            key, end = paths.pop()
            alias = self._aliases.get(key)
            if alias and (best is None or end - 1 > best.last):
                alias = self._speaking(key, alias, language)
                if alias and _slashes_agree(alias, gaps[first + 1 : end]):
                    best = _Hit(first, end - 1, alias)
            if key in self._beginnings and end < len(words) and self._joints[gaps[end]]:
                paths += [(f"{key} {form}", end + 1) for form in reversed(words[end])]
                paths += [(f"{key} {form}", end + 2) for form in joined.get(end, ())]
        return best

    def _speaking(self, key: str, alias: Alias, language: str | None) -> Alias | None:
        if language is None or _is_of(alias, language):
            return alias
        return next((other for other in self._foreign.get(key, ()) if _is_of(other, language)), None)

    def _fill(
        self,
        skills: Iterable[tuple[str, str]],
        aliases: Iterable[Alias],
        relations: Iterable[tuple[str, str, float]],
    ) -> None:
        for name, category in skills:
            self.categories.setdefault(name, category)
        self._learn([key for alias in aliases for key in self._name(alias)])
        for skill, other, weight in relations:
            for one, two in ((skill, other), (other, skill)):
                weights = self._related.setdefault(one, {})
                weights[two] = max(weight, weights.get(two, 0.0))

    def _name(self, alias: Alias) -> Iterator[str]:
        """Put an alias in its places and yield those that are new."""
        key = alias.normal or normal(alias.text)
        if self._place(key, alias):
            yield key
        if "-" in alias.text and (one_word := squashed(alias.text)) and self._place(one_word, alias):
            yield one_word

    def _place(self, key: str, alias: Alias) -> bool:
        owner = self._aliases.setdefault(key, alias)
        if owner is alias:
            return True
        if owner.skill != alias.skill:
            self._foreign.setdefault(key, []).append(alias)
        return False

    def _learn(self, keys: list[str]) -> None:
        """Note the words of new names, and every beginning of those with several words."""
        self._known.update(" ".join(keys).split(" "))
        for key in keys:
            end = key.find(" ")
            while end > 0:
                self._beginnings.add(key[:end])
                end = key.find(" ", end + 1)
        self._words.clear()


def find_skills(text: str, language: str | None = None) -> list[Mention]:
    """Mentions of the starter vocabulary's skills in a text, in order."""
    return Vocabulary.starter().find(text, language)


def read_starter(text: str) -> Iterator[tuple[str, str, list[Alias], list[tuple[str, str, float]]]]:
    """Read a starter file: (name, category, aliases, relations) for each skill.

    A line is `name | alias, de:alias | related, related 0.8`; `## Heading` sets the category of what follows, a line
    that starts with `#` and a space is a comment. A name or alias starting with `=` is recognised by case, with `?`
    by context. Relations without a weight have 0.5.
    """
    category = ""
    for line in text.splitlines():
        if not line or line[0] == "#":
            if line.startswith("## "):
                category = line[3:].strip()
            continue
        columns = [column.strip() for column in line.split("|")]
        named = _read_alias("", columns[0])
        name = named.text
        aliases = [named._replace(skill=name)]
        if len(columns) > 1 and columns[1]:
            aliases += [_read_alias(name, item) for item in columns[1].split(", ")]
        relations = []
        if len(columns) > 2 and columns[2]:
            relations = [_read_relation(name, item) for item in columns[2].split(", ")]
        yield name, category, aliases, relations


def _read_alias(skill: str, item: str) -> Alias:
    language = ""
    if item[2:3] == ":" and _LANGUAGE.match(item):
        language, item = item[:2], item[3:]
    if item[0] in MARKS:
        return Alias(skill, item[1:], language, MARKS[item[0]])
    return Alias(skill, item, language, ANY if len(item) > 2 else default_matching(item))


def _read_relation(skill: str, item: str) -> tuple[str, str, float]:
    item = item.strip()
    if weighted := _WEIGHT.search(item):
        return skill, item[: weighted.start()], float(weighted[1])
    return skill, item, DEFAULT_WEIGHT


@cache
def _starter() -> Vocabulary:
    vocabulary = Vocabulary()
    collecting = gc.isenabled()
    gc.disable()  # thousands of small tuples that all stay: collecting among them doubles the time
    try:
        for path in sorted(_STARTER.glob("*.txt")):
            rows = list(read_starter(path.read_text(encoding="utf-8")))
            vocabulary._fill(
                [row[:2] for row in rows],
                (alias for row in rows for alias in row[2]),
                (relation for row in rows for relation in row[3]),
            )
    finally:
        if collecting:
            gc.enable()
    return vocabulary


def _is_of(alias: Alias, language: str) -> bool:
    """Whether a name counts in a text of a language: one English word means something else in another one."""
    return alias.language in ("", language) or (alias.language == "en" and " " in alias.text)


def _slashes_agree(alias: Alias, gaps: list[str]) -> bool:
    """A slash joins CI/CD, but Marketing/Operations are two things."""
    return "/" in alias.text or not any("/" in gap for gap in gaps)


def _addresses(text: str) -> list[tuple[int, int]]:
    """Spans of e-mail and web addresses, from blank to blank."""
    spans: list[tuple[int, int]] = []
    for found in _ADDRESS.finditer(text):
        start, end = found.span()
        if spans and start < spans[-1][1]:
            continue
        while start and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        spans.append((start, end))
    return spans


def _inside(span: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    place = bisect_left(spans, (span[0] + 1,)) - 1
    return place >= 0 and span[0] < spans[place][1]


def _judge(text: str, tokens: list[str], gaps: list[str], hits: list[_Hit], spans: list[tuple[int, int]]) -> list[int]:
    """The hits that case and context accept, as indexes: sure ones first, then those that sure ones support."""
    sure: list[int] = []
    cased: list[int] = []
    loose: list[int] = []
    for k, hit in enumerate(hits):
        matching = hit.alias.matching
        if hit.first == hit.last and gaps[hit.first] == "-" and tokens[hit.first].islower():
            continue  # "sole-trading partner", "cross-training"; capitals are left for German compounds
        if matching == ANY:
            sure.append(k)
        elif not _written_alike(hit.alias.text, text[slice(*spans[k])]):
            if len(hit.alias.text) > 2 or hit.alias.text == hit.alias.skill:  # "r, sql", but not "ad, sales"
                loose.append(k)
        elif matching == CASE and not _shouting(tokens, hit):
            sure.append(k)
        else:
            cased.append(k)
    if not cased and not loose:
        return sure
    accepted = set(sure)
    candidates = [k for k in cased if _item_follows(tokens, gaps, hits[k])]
    chain = sorted({*sure, *candidates})
    accepted.update(k for k in candidates if _near(k, sure, spans, NEAR) or _near(k, chain, spans, BESIDE))
    accepted.update(k for k in cased if _cued(tokens, hits[k]) or _near(k, sure, spans, TOUCHING))
    settled = sorted(accepted)
    accepted.update(k for k in loose if _is_item(tokens, gaps, hits[k]) and _near(k, settled, spans, BESIDE))
    return sorted(accepted)


def _written_alike(alias: str, text: str) -> bool:
    """The capitals of the alias, or capitals throughout; a plural s may follow."""
    if " " in alias or "-" in alias:
        return not text.islower()
    return text in (alias, alias.upper(), alias + "s")


def _shouting(tokens: list[str], hit: _Hit) -> bool:
    """Whether the words around are in capitals too, so that capitals say nothing."""
    around = tokens[max(0, hit.first - 2) : hit.first] + tokens[hit.last + 1 : hit.last + 3]
    around = [token for token in around if len(token) > 1]
    return bool(around) and all(token.isupper() for token in around) and tokens[hit.first].isupper()


def _item_follows(tokens: list[str], gaps: list[str], hit: _Hit) -> bool:
    """Whether the name ends an item: a comma, a line end, a bullet or "and" comes next."""
    after = hit.last + 1
    gap = gaps[after]
    if gap == ". " and len(hit.alias.text) == 1:
        return False  # the initial in "John R. Miller"
    return _LISTING.search(gap) is not None or (after < len(tokens) and tokens[after].lower() in _AND)


def _is_item(tokens: list[str], gaps: list[str], hit: _Hit) -> bool:
    before = hit.first == 0 or _LISTING.search(gaps[hit.first]) is not None or tokens[hit.first - 1].lower() in _AND
    return before and _item_follows(tokens, gaps, hit)


def _cued(tokens: list[str], hit: _Hit) -> bool:
    return any(token.lower() in _CUES for token in tokens[hit.last + 1 : hit.last + 2])


def _near(k: int, others: Sequence[int], spans: list[tuple[int, int]], distance: int) -> bool:
    """Whether the closest of the others, in the order of the text, before or after is within the distance."""
    place = bisect_left(others, k)
    if place and spans[k][0] - spans[others[place - 1]][1] <= distance:
        return True
    place += place < len(others) and others[place] == k
    return place < len(others) and spans[others[place]][0] - spans[k][1] <= distance
