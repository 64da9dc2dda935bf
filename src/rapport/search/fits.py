"""How well a person fits a job: points with their reasons. Pure and deterministic.

A `Person` holds only what may count. Name, gender, age, photo, address and school are not in it, so they cannot enter
a score; the text comes without personal words (wording.py).

| part     | usual points | how                                                                             |
|----------|--------------|---------------------------------------------------------------------------------|
| must     | 35           | each skill by its weight: full when found, in part by the closest related skill |
| nice     | 10           | likewise                                                                        |
| title    | 12           | words of the best title, rare ones count more, then seniority                   |
| recency  | 10           | the last contact, and how far they came with us before                          |
| place    | 7            | distance, or remote                                                             |
| years    | 6            | years of experience against those asked for                                     |
| likeness | 20           | BM25 of the description against the person's work, as a share of the best       |

A part the job says nothing about is left out and its points go to the others in proportion, so that the parts always
add up to 100. Points are whole tenths: the lines of a part sum to the part, and the parts to the score, exactly.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple

from rapport.search.wording import SENIORITY_NAMES, cut, likeness_of_words, seniority_of, title_words, work_words

MUST, NICE, TITLE, RECENCY, PLACE, YEARS, LIKENESS = "must", "nice", "title", "recency", "place", "years", "likeness"
PART_NAMES = {
    MUST: "Must-have skills",
    NICE: "Nice-to-have skills",
    TITLE: "Title and seniority",
    RECENCY: "Recency and relation",
    PLACE: "Place",
    YEARS: "Years",
    LIKENESS: "Likeness of the text",
}
DEFAULT_WEIGHTS: Mapping[str, int] = {MUST: 35, NICE: 10, TITLE: 12, RECENCY: 10, PLACE: 7, YEARS: 6, LIKENESS: 20}

RELATED_SHARE = 0.5  # a related skill counts this share of its relation's weight
WORDS_ONLY = 0.6  # a skill whose words stand in the text, somewhere
ONCE = 0.8  # a skill named once without years, against one named often or with years
PAST_TITLE = 0.85
SENIORITY_SHARE = 0.2
# (kilometres, share of the points)
DISTANCES = ((25.0, 1.0), (60.0, 0.85), (120.0, 0.6), (300.0, 0.3))
SAME_COUNTRY = 0.15
# (days since the last contact, share)
RECENCIES = ((90, 1.0), (365, 0.8), (1095, 0.5))
LONG_AGO, NEVER = 0.3, 0.2
# How far someone came with us before lifts the share to at least this.
RELATIONS = {"hired": 1.0, "finalist": 1.0, "interviewed": 0.8, "answered": 0.6, "applied": 0.5}


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """A skill a job asks for, by its canonical name; `weight` is relative to the others.

    `is_known` is false for a phrase that no vocabulary has.
    """

    skill: str
    weight: float = 5.0
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class JobNeeds:
    """What a job asks for. `seniority` as in wording.seniority_of, None for what the title says.

    `title_rarity` says what the words of the title (wording.title_words) weigh in being alike; without it all weigh one.
    """

    title: str = ""
    must: tuple[SkillNeed, ...] = ()
    nice: tuple[SkillNeed, ...] = ()
    description: str = ""
    seniority: int | None = None
    city: str = ""
    country_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    is_remote: bool = False
    min_years: float | None = None
    counts_relation: bool = True
    title_rarity: Mapping[str, float] | None = None

    def telling_words(self, limit: int = 40) -> list[str]:
        """The words of the description most worth looking for in the index, unstemmed, the frequent ones first."""
        counts: dict[str, int] = {}
        for word in cut(self.description):
            if work_words(word):
                counts[word] = counts.get(word, 0) + 1
        return sorted(counts, key=lambda word: (-counts[word], -len(word), word))[:limit]


class Title(NamedTuple):
    """A title somebody holds or held."""

    text: str
    is_current: bool = False


class SkillFact(NamedTuple):
    """A skill a person has: where it was found first, how often, and for how many years, None for unknown.

    `mention_count` 0 means that the words of a skill no vocabulary knew are in the text of the work.
    """

    skill: str
    text: str = ""
    start: int | None = None
    end: int | None = None
    source: str = ""
    years: float | None = None
    mention_count: int = 1


@dataclass(frozen=True, slots=True)
class Person:
    """All of a candidate that may count. `key` is the candidate's id or a file's path.

    `contact_day` is the day of the last two-way contact since 1970; `relation` a key of RELATIONS or "";
    `likeness` the share of the best text score, None where no text was compared.
    """

    key: str
    titles: tuple[Title, ...] = ()
    skills: tuple[SkillFact, ...] = ()
    years: float | None = None
    city: str = ""
    country_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    contact_day: int | None = None
    relation: str = ""
    likeness: float | None = None

    def pack(self) -> bytes:
        """As stored in the index, without likeness."""
        titles = [[title.text, int(title.is_current)] for title in self.titles]
        skills = [[s.skill, s.text, s.start, s.end, s.source, s.years, s.mention_count] for s in self.skills]
        place = [self.city, self.country_code, self.latitude, self.longitude]
        row = [self.key, titles, skills, self.years, place, self.contact_day, self.relation]
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def unpack(cls, raw: bytes, likeness: float | None = None) -> "Person":
        return cls(*(*_unpacked(raw), likeness))


@lru_cache(maxsize=1024)
def _unpacked(raw: bytes) -> tuple[Any, ...]:
    """Whoever moves a weight sees the same people again in another order."""
    key, titles, skills, years, place, contact_day, relation = json.loads(raw)
    held = tuple(Title(text, bool(current)) for text, current in titles)
    return key, held, tuple(map(SkillFact._make, skills)), years, *place, contact_day, relation


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line of a part: what was asked, the words that show it with their span in `source`, and a note in words.

    `skill` is the one that covers what was asked: itself or a related one; "" for what was not found.
    """

    label: str
    points: float
    of: float
    text: str = ""
    start: int | None = None
    end: int | None = None
    source: str = ""
    note: str = ""
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a score; its evidence sums to its points."""

    name: str
    points: float
    of: float
    evidence: tuple[Evidence, ...] = ()

    @property
    def label(self) -> str:
        return PART_NAMES[self.name]


@dataclass(frozen=True, eq=False)
class Fit:
    """A person's score, 0 to 100; the points of the parts sum to it.

    The parts are worked out when they are first asked for: a list ranks fifty people and explains one.
    """

    key: str
    score: float
    explain: Callable[[], tuple[Part, ...]] = field(repr=False)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return self.explain()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fit) and (self.key, self.score, self.parts) == (other.key, other.score, other.parts)


def rank(
    needs: JobNeeds,
    people: Iterable[Person],
    related: Callable[[str], Mapping[str, float]],
    *,
    today: int,
    weights: Mapping[str, int] = DEFAULT_WEIGHTS,
    limit: int | None = None,
) -> list[Fit]:
    """The best `limit` people (all for None), best first, ties by key.

    `related` is Vocabulary.related; `today` is in days since 1970.
    """
    scorer = Scorer(needs, related, today=today, weights=weights)
    order = sorted(((-scorer.total_tenths(person), person.key, person) for person in people), key=lambda row: row[:2])
    return [Fit(key, -tenths / 10, partial(scorer.explain, person)) for tenths, key, person in order[:limit]]


Share = tuple[float, str, str]  # of a part's points, the words that show it, and a note


class Scorer:
    """Scores many people for one job."""

    def __init__(
        self,
        needs: JobNeeds,
        related: Callable[[str], Mapping[str, float]],
        *,
        today: int,
        weights: Mapping[str, int] = DEFAULT_WEIGHTS,
    ) -> None:
        self.needs = needs
        self.today = today
        self.tenths = _share_out(1000, {part: weights.get(part, 0) for part in PART_NAMES if _is_asked(part, needs)})
        self.close = {need.skill: related(need.skill) for need in (*needs.must, *needs.nice)}
        self.title_words = title_words(needs.title)
        self.level = seniority_of(needs.title) if needs.seniority is None else needs.seniority
        self.shares = {
            part: _share_out(self.tenths.get(part, 0), {need.skill: need.weight for need in group})
            for part, group in ((MUST, needs.must), (NICE, needs.nice))
        }
        self.asked = [pair for part in (MUST, NICE) if part in self.tenths for pair in self.shares[part].items()]
        self.beyond = [pair for pair in self.tenths.items() if pair[0] not in (MUST, NICE)]
        self._titles: dict[str, float] = {}
        self._places: dict[tuple[object, ...], Share] = {}
        self._recencies: dict[tuple[object, ...], Share] = {}

    def total_tenths(self, person: Person) -> int:
        """Ten times the score."""
        known = {fact.skill: fact for fact in person.skills}
        total = sum(_portion(of, self._skill_share(skill, known)[1]) for skill, of in self.asked)
        return total + sum(_portion(tenths, self._share(name, person)[0]) for name, tenths in self.beyond)

    def explain(self, person: Person) -> tuple[Part, ...]:
        """The person's points, part by part, with the reasons; they sum to the score."""
        known = {fact.skill: fact for fact in person.skills}
        parts = []
        for name, tenths in self.tenths.items():
            lines = self._lines(name, tenths, person, known)
            points = sum(line[0] for line in lines)
            parts.append(Part(name, points / 10, tenths / 10, tuple(line[1] for line in lines)))
        return tuple(parts)

    def _lines(
        self, name: str, tenths: int, person: Person, known: Mapping[str, SkillFact]
    ) -> list[tuple[int, Evidence]]:
        if name in (MUST, NICE):
            return [self._skill(skill, share, known) for skill, share in self.shares[name].items()]
        share, text, note = self._share(name, person)
        points = _portion(tenths, share)
        return [(points, Evidence(PART_NAMES[name], points / 10, tenths / 10, text, note=note))]

    def _share(self, name: str, person: Person) -> Share:
        """What a person has of a part; places and days that many share are judged once."""
        match name:
            case "title":
                return self._title(person)
            case "recency":
                when = person.contact_day, person.relation
                if when not in self._recencies:
                    self._recencies[when] = _recency(person, self.today)
                return self._recencies[when]
            case "place":
                where = person.latitude, person.longitude, person.city, person.country_code
                if where not in self._places:
                    self._places[where] = _place(self.needs, person)
                return self._places[where]
            case "years":
                return _years(self.needs, person)
        return person.likeness or 0.0, "", "words of the description in what the person has done"

    def _skill_share(self, skill: str, known: Mapping[str, SkillFact]) -> tuple[SkillFact | None, float]:
        """The fact that covers a skill, itself or the closest related one, and the share it covers."""
        fact = known.get(skill)
        if fact is not None:
            return fact, _strength(fact)
        near = [(weight, other) for other, weight in self.close[skill].items() if other in known]
        if not near:
            return None, 0.0
        weight, other = max(near)
        return known[other], weight * RELATED_SHARE

    def _skill(self, skill: str, tenths: int, known: Mapping[str, SkillFact]) -> tuple[int, Evidence]:
        fact, share = self._skill_share(skill, known)
        points = _portion(tenths, share)
        if fact is None:
            return points, Evidence(skill, 0.0, tenths / 10, note="not found")
        note = _skill_note(fact) if fact.skill == skill else f"related skill {fact.skill}, counts {share:.2f}"
        text = fact.text or fact.skill
        return points, Evidence(
            skill, points / 10, tenths / 10, text, fact.start, fact.end, fact.source, note, fact.skill
        )

    def _title(self, person: Person) -> Share:
        best, text, note = 0.0, "", "no title like it"
        for title in person.titles:
            likeness = self._title_likeness(title.text) * (1.0 if title.is_current else PAST_TITLE)
            if likeness > best:
                best, text, note = likeness, title.text, "present title" if title.is_current else "former title"
        levels = [seniority_of(title.text) for title in person.titles if title.is_current] or [
            seniority_of(title.text) for title in person.titles[:1]
        ]
        if not levels:
            return best * (1 - SENIORITY_SHARE), text, note
        level = max(levels)
        close = max(0.0, 1 - abs(level - self.level) / 3)
        return best * ((1 - SENIORITY_SHARE) + SENIORITY_SHARE * close), text, f"{note}, {SENIORITY_NAMES[level]}"

    def _title_likeness(self, text: str) -> float:
        known = self._titles.get(text)
        if known is None:
            words = _words_of_title(text)
            known = self._titles[text] = likeness_of_words(self.title_words, words, self.needs.title_rarity)
        return known


@lru_cache(maxsize=8192)
def _words_of_title(text: str) -> tuple[str, ...]:
    return tuple(title_words(text))


def _is_asked(part: str, needs: JobNeeds) -> bool:
    match part:
        case "must":
            return bool(needs.must)
        case "nice":
            return bool(needs.nice)
        case "title":
            return bool(title_words(needs.title))
        case "recency":
            return needs.counts_relation
        case "place":
            return needs.is_remote or bool(needs.city or needs.country_code) or needs.latitude is not None
        case "years":
            return bool(needs.min_years)
    return bool(needs.description.strip())


def _share_out(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers in proportion to the weights that sum to the total (largest remainder; ties by order)."""
    whole = sum(weights.values())
    if whole <= 0 or total <= 0:
        return dict.fromkeys(weights, 0)
    exact = {name: total * weight / whole for name, weight in weights.items()}
    shares = {name: math.floor(value) for name, value in exact.items()}
    left = total - sum(shares.values())
    by_remainder = sorted(exact, key=lambda name: -(exact[name] - shares[name]))
    for name in by_remainder[:left]:
        shares[name] += 1
    return shares


def _portion(tenths: int, share: float) -> int:
    return min(tenths, max(0, math.floor(tenths * share + 0.5)))


def _strength(fact: SkillFact) -> float:
    """A skill with years, or named again and again, counts in full; named once a little less."""
    if not fact.mention_count:
        return WORDS_ONLY
    if fact.years is not None and fact.years >= 1:
        return 1.0
    return 1.0 if fact.mention_count > 2 else ONCE + (1 - ONCE) * (fact.mention_count - 1) / 2


def _skill_note(fact: SkillFact) -> str:
    notes = []
    if not fact.mention_count:
        notes.append("its words are in what they have done")
    if fact.years:
        notes.append("1 year" if fact.years == 1 else f"{fact.years:g} years")
    if fact.text and fact.text.casefold() != fact.skill.casefold():
        notes.append(f"by its alias {fact.text}")
    if fact.mention_count > 1:
        notes.append(f"named {fact.mention_count} times")
    return ", ".join(notes)


def _recency(person: Person, today: int) -> Share:
    share, note = NEVER, "no contact yet"
    if person.contact_day is not None:
        days = max(0, today - person.contact_day)
        share = next((share for limit, share in RECENCIES if days <= limit), LONG_AGO)
        note = "last contact today" if days == 0 else f"last contact {days} days ago"
    lifted = RELATIONS.get(person.relation, 0.0)
    if person.relation:
        note = f"{person.relation}; {note}"
    return max(share, lifted), "", note


def _place(needs: JobNeeds, person: Person) -> Share:
    same_country = bool(needs.country_code) and needs.country_code == person.country_code
    if needs.is_remote and (same_country or not needs.country_code):
        return 1.0, person.city, "remote"
    if None not in (needs.latitude, needs.longitude, person.latitude, person.longitude):
        km = distance_km(
            (float(needs.latitude or 0), float(needs.longitude or 0)),
            (float(person.latitude or 0), float(person.longitude or 0)),
        )
        share = next((share for limit, share in DISTANCES if km <= limit), SAME_COUNTRY if same_country else 0.0)
        return share, person.city, f"{km:.0f} km away"
    if needs.city and needs.city.casefold() == person.city.casefold():
        return 1.0, person.city, "same city"
    if same_country:
        return (SAME_COUNTRY if needs.city else 1.0), person.city, "same country"
    return 0.0, person.city, "elsewhere" if person.city or person.country_code else "place unknown"


def _years(needs: JobNeeds, person: Person) -> Share:
    asked = float(needs.min_years or 0)
    if person.years is None:
        return 0.0, "", "years unknown"
    share = min(1.0, float(person.years) / asked) if asked > 0 else 1.0
    return share, "", f"{float(person.years):g} years, {asked:g} asked for"


EARTH_KM = 6371.0


def distance_km(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Great-circle distance between two (latitude, longitude) pairs in degrees (haversine)."""
    (a, b), (c, d) = (tuple(map(math.radians, pair)) for pair in (one, two))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
