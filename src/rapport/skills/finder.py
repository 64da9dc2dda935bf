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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from rapport.skills.judging import addresses_in, is_inside, judge
from rapport.skills.names import Alias, Hit, Mention, default_matching
from rapport.skills.starter_files import read_starter
from rapport.skills.words import TOKEN, fold, is_hyphen, may_join, normal, singular, squashed

MEMORY = 200_000  # distinct words of texts remembered before starting afresh

_STARTER = Path(__file__).parent / "starter"


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
        addresses = addresses_in(text)
        if addresses:
            kept = [k for k, span in enumerate(spans) if not is_inside(span, addresses)]
            hits, spans = [hits[k] for k in kept], [spans[k] for k in kept]
        kept_hits = judge(text, tokens, gaps, hits, spans)
        return [Mention(hits[k].alias.skill, *spans[k], text[slice(*spans[k])]) for k in kept_hits]

    def _hits(self, tokens: list[str], gaps: list[str], language: str | None) -> list[Hit]:
        """The longest name from each word on, left to right, before any judgement of case and context."""
        words = list(map(self._words.__getitem__, tokens))
        joined = self._joined(tokens, gaps)
        aliases, beginnings = self._aliases, self._beginnings
        hits: list[Hit] = []
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

    def _single(self, position: int, forms: tuple[str, ...], language: str | None) -> Hit | None:
        for form in forms:
            alias = self._aliases.get(form)
            if alias and (alias := self._speaking(form, alias, language)):
                return Hit(position, position, alias)
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
    ) -> Hit | None:
        best: Hit | None = None
        # A stack: what is pushed last is tried first, and of two names of one length the first found stays.
        paths = [(form, first + 2) for form in joined.get(first, ())]
        paths += [(form, first + 1) for form in reversed(words[first])]
        while paths:
            key, end = paths.pop()
            alias = self._aliases.get(key)
            if alias and (best is None or end - 1 > best.last):
                alias = self._speaking(key, alias, language)
                if alias and _slashes_agree(alias, gaps[first + 1 : end]):
                    best = Hit(first, end - 1, alias)
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
