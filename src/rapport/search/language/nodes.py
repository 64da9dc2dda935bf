"""What a query is made of, and the fields it may name."""

from dataclasses import dataclass
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
