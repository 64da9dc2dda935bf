"""Demo candidates as lines for COPY: pure, and the same for the same seed and number.

A person's number decides everything: `make_people(world, first, count)` may run in any process in any order.
Times rise with the number, so that ids (UUIDv7) and the indexes over them grow at their end.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from rapport.candidates.normal_forms import organisation_columns, title_columns
from rapport.flows.demo import words
from rapport.flows.demo.roles import ROLES, Role

CHUNK = 2500  # people decided from one random sequence; also what one transaction stores
CITY_WEIGHTS = list(accumulate(weight for _, _, weight in words.CITIES))
ROLE_WEIGHTS = list(accumulate(role.weight for role in ROLES))
NULL = r"\N"

CANDIDATE, CONTACT, EXPERIENCE, EDUCATION, SKILL, TAG, CONSENT, ACTIVITY, SUBJECT, DOCUMENT = range(1, 11)


@dataclass(frozen=True, slots=True)
class World:
    """What all people share. `cities` are (name, country, latitude, longitude, zone); ids are text."""

    seed: int
    people: int
    start: datetime
    end: datetime
    skills: dict[str, str]
    sources: Sequence[str]
    tags: Sequence[str]
    owners: Sequence[str]
    cities: Sequence[tuple[str, str, float, float, str]]
    documents: int = 0

    def created_at(self, number: int) -> datetime:
        return self.start + (self.end - self.start) * ((number + 1) / (self.people + 1))


@dataclass(slots=True)
class Rows:
    """Lines of COPY text by table, and for those with a résumé its text by document id."""

    tables: dict[str, list[str]] = field(default_factory=dict)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)

    def add(self, table: str, *values: object) -> None:
        self.tables.setdefault(table, []).append("\t".join([NULL if value is None else str(value) for value in values]))


def make_id(moment: datetime, kind: int, number: int, part: int = 0) -> str:
    """A UUIDv7 from a time, what it is for and a number: the same at every run."""
    milliseconds = f"{int(moment.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7{kind:03x}-8{part:03x}-{number:012x}"


def candidate_id(world: World, number: int) -> UUID:
    return UUID(make_id(world.created_at(number), CANDIDATE, number))


def make_people(world: World, first: int, count: int) -> Rows:
    """Rows of the people numbered from `first` on; `first` is a multiple of CHUNK."""
    dice = Random(f"{world.seed}/{first}")
    rows = Rows()
    for number in range(first, first + count):
        _make_person(world, number, dice, rows)
    return rows


def make_phone(number: int) -> str | None:
    """A phone number reserved for fiction (Ofcom's drama numbers, 555-01xx), or None where they are used up."""
    if number < 1000:
        return f"+447700900{number:03d}"
    area, last = divmod(number - 1000, 100)
    if area >= 800 or area % 100 == 11:
        return None
    return f"+1{200 + area}55501{last:02d}"


def _make_person(world: World, number: int, dice: Random, rows: Rows) -> None:
    created = world.created_at(number)
    identifier = make_id(created, CANDIDATE, number)
    role = dice.choices(ROLES, cum_weights=ROLE_WEIGHTS)[0]
    given, family = dice.choice(words.GIVEN), dice.choice(words.FAMILY)
    if dice.random() < 0.06:
        family = f"{family}-{dice.choice(words.FAMILY)}"
    years = min(38, max(0, int(dice.gammavariate(2.2, 4.2))))
    city, country, latitude, longitude, zone = dice.choices(world.cities, cum_weights=CITY_WEIGHTS)[0]
    level = 0 if years < 2 else 1 if years < 6 else 2 if years < 14 or dice.random() < 0.7 else 3
    known = _known_skills(role, years, dice)
    jobs = _career(world, role, level, years, known, created, dice)
    title, employer = jobs[0][0], jobs[0][1]
    touched = created + (world.end - created) * (dice.random() ** 2)
    summary = f"{title} with {years} years in {role.name}, at home in {known[0]} and {known[-1]}."
    archived = dice.random() < 0.02
    rows.add(
        "candidates_candidate", identifier, f"{given} {family}", given, family, "", title, *_normal_title(title),
        employer, _normal_employer(employer), summary, city, city, country, latitude, longitude, zone, "en", "{" + ",".join(_languages(dice)) + "}", years,
        dice.choice(world.sources), dice.choice(world.owners) if dice.random() < 0.4 else None,
        touched if archived else None, "Asked to be left alone" if archived else "",
        touched if dice.random() < 0.6 else None, touched, created, created, 1,
    )  # fmt: skip
    _contacts(number, identifier, given, family, created, dice, rows)
    _careers_rows(number, identifier, jobs, created, dice, rows, role)
    document = _document(world, number, identifier, f"{given} {family}", summary, jobs, known, created, rows)
    _skill_rows(world, identifier, known, jobs, years, document, rows)
    for tag in dice.sample(world.tags, dice.choice((0, 0, 0, 1, 1, 2))):
        rows.add("candidates_candidatetag", identifier, tag)
    if dice.random() < 0.8:
        expires = created + timedelta(days=dice.choice((365, 730, 730, 1095)))
        purpose = "outreach" if dice.random() < 0.7 else "pool"
        consent = make_id(created, CONSENT, number)
        rows.add(
            "candidates_consent",
            consent,
            identifier,
            purpose,
            "consent",
            created,
            expires,
            None,
            "Form on the careers site",
        )
    activity = make_id(created, ACTIVITY, number)
    subjects = f'{{"candidate": "{identifier}"}}'
    rows.add(
        "activity_activity", activity, created, "candidate.created", "system", None, subjects, '{"origin": "import"}'
    )
    rows.add("activity_subject", identifier, activity, "candidate")


def _known_skills(role: Role, years: int, dice: Random) -> list[str]:
    """Skills of a person, the surest first: most of the core, and the more the longer they work."""
    core = [skill for skill in role.core if dice.random() < 0.88] or [role.core[0]]
    more = dice.sample(role.more, min(len(role.more), 1 + int(dice.random() * (2 + years / 5))))
    known = core + more
    if dice.random() < 0.15:
        other = dice.choice(ROLES).core[0]
        if other not in known:
            known.append(other)
    return known


def _career(
    world: World, role: Role, level: int, years: int, known: list[str], created: datetime, dice: Random
) -> list[tuple[str, str, date, date | None, str]]:
    """Jobs, the latest first: title, employer, first day, last day (None is today), a sentence or two of evidence."""
    jobs: list[tuple[str, str, date, date | None, str]] = []
    month = created.year * 12 + created.month - 1
    left = max(4, years * 12 + int(dice.random() * 11))
    end: date | None = None
    while left > 0 and len(jobs) < 5:
        length = min(left, 8 + int(dice.random() * 60))
        month -= length
        left -= length
        title = role.titles[max(0, level - (len(jobs) + 1) // 2)]
        employer = dice.choice(words.EMPLOYERS) + dice.choice(words.EMPLOYER_FORMS)
        first = known[len(jobs) * 2 % len(known)]
        second = known[(len(jobs) * 2 + 1) % len(known)]
        sentences = dice.sample(role.work, 2)
        text = f"{sentences[0].format(a=first, b=second)} {sentences[1].format(a=second, b=first)}"
        start = date(month // 12, month % 12 + 1, 1)
        jobs.append((title, employer, start, end, text))
        end = start
    return jobs


def _languages(dice: Random) -> list[str]:
    return dice.sample(words.LANGUAGES, dice.choice((1, 2, 2, 3)))


def _contacts(number: int, owner: str, given: str, family: str, created: datetime, dice: Random, rows: Rows) -> None:
    name = slug(f"{given}.{family}")
    address = f"{name}{number}@example.{('org', 'com', 'net')[number % 3]}"
    bounced = dice.random() < 0.02
    status, note = ("bounced", "550 5.1.1 no such user") if bounced else ("in_use", "")
    _contact(rows, number, 0, owner, "email", address, status, note, created, True)
    phone = make_phone(number) if dice.random() < 0.7 else None
    if phone:
        _contact(rows, number, 1, owner, "phone", phone, "unverified", "", created, True)
    if dice.random() < 0.55:
        link = f"https://profiles.example.org/in/{name.replace('.', '-')}-{number}"
        _contact(rows, number, 2, owner, "link", link, "unverified", "", created, True)


def _contact(
    rows: Rows,
    number: int,
    part: int,
    owner: str,
    kind: str,
    value: str,
    status: str,
    note: str,
    at: datetime,
    first: bool,
) -> None:
    normal = value.removeprefix("https://") if kind == "link" else value
    rows.add(
        "candidates_contactpoint", make_id(at, CONTACT, number, part), owner, kind, value, normal, "", status, note,
        None, "t" if first else "f", "f", at,
    )  # fmt: skip


def _careers_rows(number: int, owner: str, jobs: list, created: datetime, dice: Random, rows: Rows, role: Role) -> None:
    for part, (title, employer, start, end, text) in enumerate(jobs):
        rows.add(
            "candidates_experience", make_id(created, EXPERIENCE, number, part), owner, title, *_normal_title(title),
            employer, _normal_employer(employer), "", start, end, "month", "f" if end else "t", text,
        )  # fmt: skip
    begin = jobs[-1][2].year - dice.choice((3, 3, 4, 5))
    rows.add(
        "candidates_education", make_id(created, EDUCATION, number), owner, dice.choice(words.SCHOOLS),
        dice.choice(words.DEGREES), role.field, f"{begin}-10-01", f"{jobs[-1][2].year}-{jobs[-1][2].month:02d}-01",
    )  # fmt: skip


def _normal_title(title: str) -> tuple[str, str]:
    columns = title_columns(title)
    return columns["title_normal"], columns["seniority"]


def _normal_employer(employer: str) -> str:
    return organisation_columns(employer)["organisation_normal"]


def _document(
    world: World,
    number: int,
    owner: str,
    name: str,
    summary: str,
    jobs: list,
    known: list[str],
    created: datetime,
    rows: Rows,
) -> tuple[str, str] | None:
    """A résumé as text for the first people: (document id, text); None for the others."""
    if number >= world.documents:
        return None
    import hashlib

    lines = [name, "", "Summary", summary, "", "Experience"]
    for title, employer, start, end, text in jobs:
        lines += ["", f"{title}, {employer}", f"{start:%b %Y} - {f'{end:%b %Y}' if end else 'present'}", text]
    text = "\n".join([*lines, "", "Skills", ", ".join(known), ""])
    content = text.encode()
    identifier = make_id(created, DOCUMENT, number)
    storage_name = f"documents/{identifier[-2:]}/{identifier}.txt"
    rows.add(
        "candidates_document", identifier, owner, "resume", f"{slug(name).replace('.', '-')}.txt", "text/plain",
        len(content), hashlib.sha256(content).hexdigest(), storage_name, text.replace("\n", r"\n"), 1, None, None, created,
    )  # fmt: skip
    rows.files.append((identifier, storage_name, content))
    return identifier, text


def _skill_rows(
    world: World, owner: str, known: list[str], jobs: list, years: int, document: tuple[str, str] | None, rows: Rows
) -> None:
    stored = set()
    for place, skill in enumerate(known):
        identifier = world.skills[skill]
        if identifier in stored:
            continue
        stored.add(identifier)
        evidence, start, end = _evidence(skill, jobs, document)
        used = round(max(0.5, years * (1 - place / (len(known) + 2))), 1)
        rows.add(
            "candidates_candidateskill",
            owner,
            identifier,
            used,
            document[0] if document else None,
            evidence,
            start,
            end,
            "f",
        )


def _evidence(skill: str, jobs: list, document: tuple[str, str] | None) -> tuple[str, int | None, int | None]:
    """The sentence in which a skill is named, and where the name stands in the document's text."""
    for job in jobs:
        if skill in job[4]:
            evidence = next(part for part in job[4].split(". ") if skill in part)
            break
    else:
        evidence = ""
    if document is None:
        return evidence, None, None
    start = document[1].find(skill, max(0, document[1].find(evidence)) if evidence else 0)
    return (evidence, start, start + len(skill)) if start >= 0 else (evidence, None, None)


def slug(text: str) -> str:
    """A name as it stands in addresses: plain letters, dots for spaces."""
    folded = text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("ı", "i").replace(" ", ".")
    return unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()


def default_period(today: date) -> tuple[datetime, datetime]:
    """Two years up to last midnight."""
    end = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return end - timedelta(days=730), end
