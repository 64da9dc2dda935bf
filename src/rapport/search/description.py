"""What a job advert asks for, read from its text: title, must and nice skills, place, years. Pure.

English, German, French and Spanish headings sort the lines; skills under "must" headings and in the title are must,
those under "nice to have" are nice, benefits and contact lines count for nothing. Skills outside any heading are must
when the advert sets none apart. What a list under such a heading names and no vocabulary knows is kept as it is
written: a phrase of up to three words, or a word with capitals or digits inside (BRF+, MaxDB).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rapport.search.fits import JobNeeds, SkillNeed
from rapport.search.wording import COMMON, PERSONAL, cut

MAX_SKILLS = 40
MAX_PHRASES = 20
PHRASE_WEIGHT = 0.5  # a phrase that no vocabulary knows, against a skill
_HEADINGS = (
    ("title", r"(?:projekt-?|job ?|stellen)?(?:titel|title|rolle|role|bezeichnung)|position"),
    ("place", r"einsatzort|arbeitsort|standort|location|ort|lieu|ubicación|place of work"),
    (
        "nice",
        r"nice[- ]?to[- ]?haves?|wünschenswert|optional|von vorteil|das wäre toll|preferred(?: qualifications?)?|bonus"
        r"|desirable|pluspunkte|idealerweise|un plus|atouts?|deseable|kann",
    ),
    (
        "must",
        r"must[- ]?haves?|muss|zwingend|erforderlich|requirements?|required|(?:fachliche |technische )?anforderung(?:en)?"
        r"|(?:ihre?|dein|your|votre|tu) (?:profil|profile|perfil|qualifikation(?:en)?)|profile?|perfil|qualifi[ck]ations?"
        r"|qualifikation(?:en)?|(?:fachliche |technische )?(?:kenntnisse|skills|voraussetzungen)|was (?:sie|du) mitbrings?t"
        r"|what you(?:'ll)? bring|who you are|compétences|requisitos|minimum qualifications",
    ),
    (
        "offer",
        r"(?:was )?wir (?:bieten|bieten ihnen|bieten außerdem)|unser angebot|benefits|(?:what )?we offer|perks|über uns"
        r"|about us|ihre vorteile|kontakt|contact|werden auch sie.*|nous offrons|ofrecemos|how to apply|equal opportunity",
    ),
    (
        "meta",
        r"beginn|start(?:termin)?|dauer|auslastung|stundensatz|laufzeit|referenz\S*|projekt-?id|branche|salary|gehalt",
    ),
    (
        "tasks",
        r"(?:ihre|deine|your|vos|tus) (?:aufgaben?|tasks|role|missions?)|aufgaben?|(?:projekt-?|stellen)?beschreibung"
        r"|responsibilities|tasks|tätigkeit(?:en)?|(?:job )?description|missions?|what you(?:'ll)? do|funciones|projekt",
    ),
)
_PATTERNS = [
    (kind, re.compile(rf"(?:{pattern})\b[\s:,.)]*(?P<rest>.*)$", re.IGNORECASE)) for kind, pattern in _HEADINGS
]
_MARKUP = re.compile(r"^[\s#*•·\-–>]+|[\s*#]+$")
_YEARS = re.compile(
    r"(?:mind(?:estens|\.)?|at least|minimum|min\.?|über|more than|au moins|al menos)?\s*(?P<count>\d{1,2})\s*\+?\s*"
    r"(?:-\s*\d{1,2}\s*)?(?:jahre|years?|yrs|ans|años)\b(?=.{0,60}(?:erfahrung|experience|expérience|experiencia))",
    re.IGNORECASE,
)
_REMOTE = re.compile(
    r"\b(?:100\s?%\s?remote|fully remote|remote möglich|remote-?job|full remote|télétravail complet)\b", re.IGNORECASE
)
_SKIPPED_FIRST = re.compile(
    r"(?:projekt|stellen|job)-?\s?(?:beschreibung|ausschreibung|description)s?\s*:?$", re.IGNORECASE
)


class FoundSkill(Protocol):
    """What skills.finder.Mention offers."""

    @property
    def skill(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def read_description(
    text: str,
    find_skills: Callable[[str], Sequence[FoundSkill]],
    find_place: Callable[[str], "PlaceFound | None"] | None = None,
    is_read: Callable[[str], bool] = lambda _: True,
) -> JobNeeds:
    """The needs of an advert; skills weigh by where they stand and how often. `find_place` as lib.places.find_place.

    `is_read` says of a skill whether résumés are read for it; others count where the text of the work has their words.
    """
    lines = list(split_lines(text))
    title = _title(lines)
    must, nice = _skills(lines, title, find_skills, is_read)
    phrases = list_phrases(lines, find_skills)
    must += tuple(need for kind, need in phrases if kind == "must")
    nice += tuple(need for kind, need in phrases if kind == "nice")
    place = next((line for kind, line in lines if kind == "place" and line), "")
    found = find_place(place) if place and find_place else None
    years = [int(match["count"]) for kind, line in lines if kind != "offer" for match in _YEARS.finditer(line)]
    return JobNeeds(
        title=title,
        must=must,
        nice=nice,
        description="\n".join(line for kind, line in lines if kind in ("title", "must", "nice", "tasks")),
        city=found.city if found else "",
        country_code=found.country_code if found else "",
        latitude=found.latitude if found else None,
        longitude=found.longitude if found else None,
        is_remote=bool(_REMOTE.search(text)),
        min_years=min(years) if years else None,
    )


class PlaceFound(Protocol):
    """What lib.places.Place offers."""

    @property
    def city(self) -> str: ...
    @property
    def country_code(self) -> str: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...


def split_lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line of text with the kind of the heading above it; headings themselves only with what follows the colon."""
    kind = "tasks"
    for raw in text.splitlines():
        line = _MARKUP.sub("", raw).strip()
        if not line:
            continue
        heading = _heading(line)
        if heading is None:
            yield kind, line
            if kind in ("title", "place", "meta"):
                kind = "tasks" if kind != "meta" else kind
            continue
        kind, rest = heading
        if rest:
            yield kind, rest


def _heading(line: str) -> tuple[str, str] | None:
    """A line that is a heading, or a label with its value behind a colon."""
    for kind, pattern in _PATTERNS:
        match = pattern.match(line)
        if match is None:
            continue
        label = line[: match.start("rest")]
        if (
            not match["rest"]
            or (":" in label and len(label) < 40)
            or (len(line) < 45 and len(match["rest"].split()) <= 2)
        ):
            return kind, match["rest"] if ":" in label else ""
    return None


def _title(lines: Sequence[tuple[str, str]]) -> str:
    titled = [line for kind, line in lines if kind == "title"]
    if titled:
        return " / ".join(dict.fromkeys(titled[:2]))
    return next((line for _, line in lines if not _SKIPPED_FIRST.match(line)), "")[:200]


_EMPHASIS = {"title": 3.0, "must": 2.0, "nice": 1.0, "tasks": 1.0, "place": 0.0, "meta": 0.0, "offer": 0.0}


def _skills(
    lines: Sequence[tuple[str, str]],
    title: str,
    find_skills: Callable[[str], Sequence[FoundSkill]],
    is_read: Callable[[str], bool],
) -> tuple[tuple[SkillNeed, ...], tuple[SkillNeed, ...]]:
    weights: dict[str, float] = {}
    kinds: dict[str, set[str]] = {}
    for kind, line in [("title", title), *lines]:
        if not _EMPHASIS[kind]:
            continue
        for mention in find_skills(line):
            weights[mention.skill] = max(weights.get(mention.skill, 0.0), _EMPHASIS[kind])
            kinds.setdefault(mention.skill, set()).add(kind)
    nice = {skill for skill, found in kinds.items() if found == {"nice"}}
    ordered = sorted(weights, key=lambda skill: -weights[skill])
    must_needs = tuple(SkillNeed(skill, weights[skill], is_read(skill)) for skill in ordered if skill not in nice)
    nice_needs = tuple(SkillNeed(skill, weights[skill], is_read(skill)) for skill in ordered if skill in nice)
    return must_needs[:MAX_SKILLS], nice_needs[:MAX_SKILLS]


_ITEM_END = re.compile(
    r"[,;|•▪●■◾·()\[\]/:]|\s[-–—]\s|\.(?:\s|$)|\b(?:und|and|oder|or|sowie|bzw|et|ou|y|o|mit|with|wie|such as)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?<!\w)(?=[\w+#.]*[A-ZÄÖÜ0-9+#])[A-Za-zÄÖÜäöüß][\w+#.]*[A-ZÄÖÜ0-9+#](?!\w)|(?<!\w)[A-ZÄÖÜ]?[a-zäöüß]+[A-Z]\w+"
)
# Words that praise or qualify a skill; they are cut off its ends.
_QUALIFYING_WORDS = """
    gute guter gutes guten sehr sichere sicherer sicheren fundierte fundierten tiefe breite ausgeprägte
    ausgeprägtes mehrjährige langjährige praktische entsprechende entsprechenden relevante idealerweise zwingend
    wünschenswert vorteil folgendes weitere erste umfassende hohe hoher solide umgang verständnis wissen praxis
    einsatz bereich familiarity proficiency proficient expertise understanding solid deep hands on proven basic
    advanced plus welcome similar equivalent comparable relevant required preferred desirable bonne bonnes
    connaissance connaissances maîtrise buen buena conocimiento conocimientos nivel level
"""
_QUALIFYING = frozenset(_QUALIFYING_WORDS.split())
_AMOUNT = re.compile(r"[\d+%-]+$|.*\b\d+\+?\s*(?:-?\s*\d+\s*)?(?:jahre?n?|years?|yrs|ans|años|%)", re.IGNORECASE)
# What every advert asks for and no skill list is needed for: schooling, languages, ways of behaving.
_EVERYWHERE_WORDS = """
    studium ausbildung abschluss abgeschlossen abgeschlossene abgeschlossenes qualifikation fach fachrichtung
    hochschule deutsch deutsche englisch deutschkenntnisse englischkenntnisse sprachkenntnisse sprachen sprache
    wort schrift fließend verhandlungssicher kommunikation kommunikationsfähigkeit kommunikationsfähigkeiten
    teamfähigkeit teamgeist einsatzbereitschaft arbeitsweise arbeiten eigenverantwortliches qualitätsbewusstsein
    begeisterung motivation kundenorientierung reisebereitschaft bereitschaft lösungen systeme bibliotheken
    technologien zertifizierungen wirtschafts organisationsfähigkeiten degree bachelor master diploma university
    college school english german french spanish fluent written spoken verbal communication teamwork motivated
    attitude passion team player willingness mitbringen unbedingt wäre freude menschen bspw vorgehen
    auffassungsgabe berufserfahrung qualifikationen denken travel driving system systems tools technologies
    environment anglais allemand diplôme formation inglés alemán título
"""
_EVERYWHERE = frozenset(_EVERYWHERE_WORDS.split())


def list_phrases(
    lines: Sequence[tuple[str, str]], find_skills: Callable[[str], Sequence[FoundSkill]]
) -> list[tuple[str, SkillNeed]]:
    """What lists of must and nice name beyond the vocabulary, with the kind, in the order of the advert."""
    found: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for kind, line in lines:
        taken.update(line[mention.start : mention.end].casefold() for mention in find_skills(line))
        if kind not in ("must", "nice"):
            continue
        items = [_trim(item) for item in _ITEM_END.split(line)]
        for phrase in [*filter(_is_phrase, items), *(match[0] for match in _NAME.finditer(line))]:
            if len(phrase) > 1 and phrase != "z.B" and phrase.casefold() not in found and not find_skills(phrase):
                found[phrase.casefold()] = kind, phrase
    kept = [pair for key, pair in found.items() if key not in taken][:MAX_PHRASES]
    return [(kind, SkillNeed(phrase, PHRASE_WEIGHT * _EMPHASIS[kind], is_known=False)) for kind, phrase in kept]


def _trim(item: str) -> str:
    """An item without qualifying and common words at its ends."""
    words = item.strip(" *-–—\"'„“.!?").split()
    while words and _says_nothing(words[0]):
        words.pop(0)
    while words and _says_nothing(words[-1]):
        words.pop()
    return " ".join(words)


def _says_nothing(word: str) -> bool:
    plain = word.casefold().strip(".!?\"'")
    return plain in _QUALIFYING or plain in COMMON or plain in PERSONAL


def _is_phrase(item: str) -> bool:
    words = cut(item)
    return 1 <= len(words) <= 3 and len(item.split()) <= 3 and _EVERYWHERE.isdisjoint(words) and not _AMOUNT.match(item)
