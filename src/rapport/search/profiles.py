"""What the index knows of a candidate, and how it is laid out in Tantivy. Pure: no Django, no clock.

| field                         | holds                                                       | answers              |
|-------------------------------|-------------------------------------------------------------|----------------------|
| id, id_high, id_low           | the candidate's id; as two numbers for reading without text | replacing, results   |
| title, name, company, place,  | words without accents                                       | words and phrases    |
| skill_words                   |                                                             |                      |
| body                          | words of all these and of the text                          | who is found by one  |
| pairs                         | pairs of words known from titles and skills (pairs.py)      | phrases              |
| work                          | words of work only: no name, no personal words              | fits                 |
| spot                          | coordinates to a hundredth of a degree                      | within N km          |
| skill, tag, pool, stage ...   | whole values, compared without case, counted as written     | field:value, facets  |
| skill_key                     | whole skills once more; scores know no length of the field  | how many of several  |
| standing                      | stage and title of every job, behind the job's id           | teams, secret jobs   |
| job_id                        | every job the person is considered for                      | permission           |
| years, *_day                  | numbers and days since 1970                                 | ranges               |
| by_contact, by_activity, ...  | seconds since 1970 and the end of the id: unique            | sorting and paging   |
| sample                        | 16, 64 ... for those in a sample of one person in so many   | estimating facets    |
| facts                         | what fits are scored from, stored                           | fits                 |
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

import tantivy

from rapport.search.analyzers import MAX_VALUE, WHOLE, WORDS, WORK, clip, parts_of, spell_symbols, whole, words_in_turn
from rapport.search.fits import Person
from rapport.search.pairs import pairs_among
from rapport.search.wording import without_name

SCHEMA_VERSION = 7
MAX_TEXT = 60_000
SAMPLES = (16, 64, 256, 1024)  # one person in so many
EVERYBODY_KEY = b"\xff"  # among the skill keys of everybody; no skill has it, for it is no text
QUICK_LETTERS = 16  # of a part of a name, every beginning up to so many is a term

FACETS = ("skill", "city", "country", "tag", "pool", "stage", "source", "owner", "status")
_WHOLE_FIELDS = (
    "skill",
    "city",
    "country",
    "tag",
    "pool",
    "stage",
    "job",
    "source",
    "owner",
    "status",
    "consent",
    "seniority",
)
_TEXT_FIELDS = ("name", "title", "company", "place", "skill_words", "body")
_DAY_FIELDS = ("years", "consent_until", "contact_day", "activity_day", "created_day")
SORT_FIELDS = {"last_contact": "by_contact", "last_activity": "by_activity", "created": "by_created"}

_ID_BITS = 30
_ID_MASK = (1 << _ID_BITS) - 1


@dataclass(frozen=True, slots=True)
class Standing:
    """A job the person is considered for; `is_active` unless the application has ended."""

    job_id: UUID
    job_title: str
    stage: str
    is_active: bool = True
    is_confidential: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A candidate as the index reads one. Times are aware; `consent_until` None with state "valid" means without end.

    `phones` are E.164; `country` is the name in words; `has` names what there is: email, phone, resume, link, note.
    `text` is all there is to read; `work` the parts of it that tell of work (no school, no address). `person` is what
    fits are scored from.
    """

    candidate_id: UUID
    name: str
    created_at: datetime
    person: Person
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    seniority: str = ""
    companies: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    country: str = ""
    country_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    text: str = ""
    work: str = ""
    tags: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = ()
    source: str = ""
    owner: str = ""
    consent: str = "none"
    consent_until: date | None = None
    years: float | None = None
    last_contact_at: datetime | None = None
    last_activity_at: datetime | None = None
    status: str = "active"
    has: tuple[str, ...] = ()


@cache
def schema() -> tantivy.Schema:
    """The layout of the index; a change of it raises SCHEMA_VERSION."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("id_high", fast=True)
    builder.add_unsigned_field("id_low", fast=True)
    for name in _TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=WORDS, index_option="position")
    builder.add_text_field("work", tokenizer_name=WORK, index_option="freq")
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
    for name in _WHOLE_FIELDS:
        builder.add_text_field(name, tokenizer_name=WHOLE, index_option="basic", fast=True)
    for name in ("email", "phone", "quick", "has", "job_id"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in ("spot", "standing"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in _DAY_FIELDS:
        builder.add_integer_field(name, fast=True)
    for name in SORT_FIELDS.values():
        builder.add_integer_field(name, fast=True)
    builder.add_text_field("by_name", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("sample", indexed=True)
    builder.add_bytes_field("skill_key", indexed=True)
    builder.add_bytes_field("facts", stored=True)
    return builder.build()


def standing_term(job_id: UUID | str, field: str, value: str) -> str:
    """The term of a stage ("stage") or title ("job") of one job."""
    return f"{job_id} {field} {whole(value)}"


def skill_key(skill: str) -> bytes:
    """The term of a skill in a field of bytes, for which Tantivy keeps no lengths: its score is alike for everybody."""
    return whole(skill).encode()


def day_of(moment: datetime | date) -> int:
    """Days since 1970-01-01, in UTC."""
    day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
    return day.toordinal() - 719_163


def sort_key(moment: datetime | None, candidate_id: UUID) -> int:
    """A number that sorts by time, then by the end of the id; nobody else has the same."""
    seconds = max(0, calendar.timegm(moment.utctimetuple())) if moment else 0
    return (seconds << _ID_BITS) | (candidate_id.int & _ID_MASK)


def spot(latitude: float, longitude: float) -> str:
    """Coordinates to about a kilometre, as a term."""
    return f"{latitude:.2f},{longitude:.2f}"


def build_document(profile: Profile) -> tantivy.Document:
    """The profile as a document of the index."""
    document = tantivy.Document()
    _add_identity(document, profile)
    _add_words(document, profile)
    _add_values(document, profile)
    _add_times(document, profile)
    document.add_bytes("facts", profile.person.pack())
    return document


def _add_identity(document: tantivy.Document, profile: Profile) -> None:
    identifier = profile.candidate_id
    document.add_text("id", str(identifier))
    document.add_unsigned("id_high", identifier.int >> 64)
    document.add_unsigned("id_low", identifier.int & 0xFFFF_FFFF_FFFF_FFFF)
    for share in SAMPLES:
        if identifier.int % share == 0:
            document.add_integer("sample", share)
    name_words = parts_of(profile.name)
    document.add_text("by_name", f"{' '.join(name_words[-1:] + name_words[:-1])[:120]} {identifier}")
    document.add_text("quick", " ".join(sorted(quick_terms(name_words, profile.emails))))
    document.add_text("email", " ".join(term for email in profile.emails for term in email_terms(email)))
    document.add_text("phone", " ".join(term for phone in profile.phones for term in phone_terms(phone)))


def quick_terms(name_words: Iterable[str], emails: Iterable[str]) -> set[str]:
    """Every beginning of every part of a name and of the part of an address before the @, up to 16 letters."""
    parts = set(name_words)
    for email in emails:
        parts.update(parts_of(email.partition("@")[0]))
        parts.add(email.lower())
    return {part[:size] for part in parts for size in range(1, min(len(part), QUICK_LETTERS) + 1)} | parts


def email_terms(email: str) -> tuple[str, str]:
    """The address and its domain, in lower case."""
    address = email.lower()[:MAX_VALUE]
    return address, address.rpartition("@")[2]


def phone_terms(phone: str) -> list[str]:
    """Every ending of at least three digits, so that any part of a number is the beginning of a term."""
    digits = "".join(c for c in phone if c.isdigit())[:20]
    return [digits[start:] for start in range(max(1, len(digits) - 2))] if digits else []


def _add_words(document: tantivy.Document, profile: Profile) -> None:
    place = (profile.city, profile.region, profile.country, profile.country_code)
    fields = {
        "name": (profile.name,),
        "title": map(spell_symbols, profile.titles),
        "company": profile.companies,
        "skill_words": map(spell_symbols, profile.skills),
        "place": (", ".join(filter(None, place)),),
    }
    text = spell_symbols(profile.text[:MAX_TEXT])
    lines = set(text.split("\n"))
    body = [text]
    for name, values in fields.items():
        for value in values:
            document.add_text(name, value)
            if value not in lines:  # once is enough for finding
                body.append(value)
    for value in body:
        document.add_text("body", value)
    found = [pair for value in body for pair in pairs_among(words_in_turn(value))]
    document.add_text("pairs", " ".join(found))
    document.add_text("work", spell_symbols(without_name(profile.work[:MAX_TEXT], profile.name)))


def _add_values(document: tantivy.Document, profile: Profile) -> None:
    open_to_all = [one for one in profile.standings if not one.is_confidential]
    values = {
        "skill": profile.skills,
        "city": (profile.city,),
        "country": (profile.country,),
        "tag": profile.tags,
        "pool": profile.pools,
        "stage": {one.stage for one in open_to_all if one.is_active},
        "job": {one.job_title for one in open_to_all},
        "source": (profile.source,),
        "owner": (profile.owner,),
        "status": (profile.status,),
        "consent": (profile.consent,),
        "seniority": (profile.seniority,),
    }
    for name, found in values.items():
        for value in sorted(set(map(clip, found)) - {""}):
            document.add_text(name, value)
    for key in {EVERYBODY_KEY, *map(skill_key, profile.skills)}:
        document.add_bytes("skill_key", key)
    document.add_text("has", " ".join(sorted(set(profile.has))))
    _add_standings(document, profile.standings)
    if profile.latitude is not None and profile.longitude is not None:
        document.add_text("spot", spot(profile.latitude, profile.longitude))


def _add_standings(document: tantivy.Document, standings: Iterable[Standing]) -> None:
    document.add_text("job_id", " ".join(sorted({str(one.job_id) for one in standings})))
    for one in standings:
        document.add_text("standing", standing_term(one.job_id, "job", one.job_title))
        if one.is_active:
            document.add_text("standing", standing_term(one.job_id, "stage", one.stage))


def _add_times(document: tantivy.Document, profile: Profile) -> None:
    if profile.years is not None:
        document.add_integer("years", int(profile.years))
    if profile.consent == "valid":
        document.add_integer("consent_until", day_of(profile.consent_until or date.max))
    for name, moment in (
        ("contact_day", profile.last_contact_at),
        ("activity_day", profile.last_activity_at),
        ("created_day", profile.created_at),
    ):
        if moment is not None:
            document.add_integer(name, day_of(moment))
    document.add_integer("by_contact", sort_key(profile.last_contact_at, profile.candidate_id))
    document.add_integer("by_activity", sort_key(profile.last_activity_at or profile.created_at, profile.candidate_id))
    document.add_integer("by_created", sort_key(profile.created_at, profile.candidate_id))
