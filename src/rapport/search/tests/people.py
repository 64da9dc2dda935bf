"""Invented people for the tests of the index."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from rapport.search.compiling import Lookup
from rapport.search.fits import Person, SkillFact, Title
from rapport.search.profiles import Profile, Standing

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BERLIN, POTSDAM, HAMBURG = (52.52, 13.405), (52.396, 13.058), (53.551, 9.994)
OPEN_JOB, SECRET_JOB = UUID(int=101), UUID(int=102)
PLACES = {"Berlin": BERLIN, "Hamburg": HAMBURG}
SKILLS = {"python": "Python", "golang": "Go", "c++": "C++", ".net": ".NET"}

LOOKUP = Lookup(TODAY, canonical_skill=lambda name: SKILLS.get(name.lower()), locate=PLACES.get, me="Rita Reuter")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def profile(number: int, name: str, **more: object) -> Profile:
    """A profile with the id `number`; whatever is not given is empty."""
    skills = more.get("skills", ())
    person = more.pop("person", None) or Person(
        str(UUID(int=number)),
        tuple(Title(title, index == 0) for index, title in enumerate(more.get("titles", ()))),
        tuple(SkillFact(skill, skill, 0, len(skill), "resume.pdf") for skill in skills),
    )
    return Profile(UUID(int=number), name, more.pop("created_at", ago(number)), person, **more)


ADA = profile(
    1,
    "Ada Lindqvist",
    emails=("ada.lindqvist@example.org",),
    phones=("+4915112345678",),
    titles=("Senior Software Engineer", "Developer"),
    seniority="senior",
    companies=("Nordlicht GmbH",),
    skills=("Python", "C++", "Machine learning"),
    city="Berlin",
    country="Germany",
    country_code="DE",
    latitude=BERLIN[0],
    longitude=BERLIN[1],
    text="Built data pipelines in Python and C++. Led the platform group for five years.",
    tags=("Do not hire",),
    pools=("Spring 2027",),
    standings=(Standing(OPEN_JOB, "Platform engineer", "Interview"),),
    source="Referral",
    owner="Rita Reuter",
    consent="valid",
    consent_until=date(2026, 12, 1),
    years=9.5,
    last_contact_at=ago(10),
    last_activity_at=ago(0.5),
    has=("email", "phone"),
)
BEN = profile(
    2,
    "Ben Müller",
    emails=("ben@firma.example",),
    titles=("Data Engineer",),
    companies=("Seewind AG",),
    skills=("Go", ".NET"),
    city="Potsdam",
    country="Germany",
    country_code="DE",
    latitude=POTSDAM[0],
    longitude=POTSDAM[1],
    text="Streaming platform, .NET services. Worked with an engineer of data pipelines.",
    standings=(Standing(SECRET_JOB, "Chief executive", "Offer", is_confidential=True),),
    source="Careers site",
    consent="valid",
    consent_until=date(2026, 11, 1),
    years=3,
    last_contact_at=ago(200),
    has=("email",),
)
CLEO = profile(
    3,
    "Cleo O'Brien",
    titles=("Nurse",),
    skills=("Nursing",),
    city="Hamburg",
    country="Germany",
    country_code="DE",
    latitude=HAMBURG[0],
    longitude=HAMBURG[1],
    text="Ward management and engineering of schedules.",
    source="Referral",
    years=12,
    status="archived",
)
DEV = profile(4, "Dev", text="Nothing but a word.", source="Referral")
EVERYBODY = (ADA, BEN, CLEO, DEV)
