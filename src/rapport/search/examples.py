"""The query language by examples, for the help page: each can be tried on the demo data."""

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Example:
    query: str
    meaning: str

    @property
    def url(self) -> str:
        return f"/candidates/?{urlencode({'q': self.query})}"


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: str
    examples: tuple[Example, ...]


def sections() -> list[Section]:
    """The sections of the help page in their order."""
    return [
        Section(
            "Words",
            "Words may stand anywhere: name, title, employer, skills, résumé, notes. All of them must be there. "
            "Capitals, accents and the order do not matter; what stands in a title or skill counts more.",
            (
                Example("engineer forecast", "both words, anywhere"),
                Example('"data engineer"', "these words side by side"),
                Example('"moved warehouse"~2', "in this order, with up to two words between them"),
                Example("ware*", "words that begin so"),
                Example("C++ OR .NET", "signs are part of a name"),
            ),
        ),
        Section(
            "And, or, not",
            "Words side by side mean “and”. OR binds weaker, NOT and a leading minus bind strongest; parentheses group. "
            "AND, OR and NOT are written in capitals.",
            (
                Example("python OR java", "one of them at least"),
                Example("engineer -senior", "without a word"),
                Example("skill:(Python OR SQL) NOT location:Berlin", "a group inside a field"),
            ),
        ),
        Section(
            "Fields",
            "A field looks in one place. Skills are found by all their names; tags, pools, stages and sources as a whole.",
            (
                Example("skill:python", "a skill, under any of its names"),
                Example("title:developer company:solwerk", "title and employer, present or former"),
                Example("seniority:senior", "the level that the present title tells, from intern to executive"),
                Example('source:"Careers site"', "where we know them from"),
                Example('stage:"Phone call"', "people in a stage of any job you may see"),
                Example("owner:me has:resume", "your own people with a résumé"),
                Example("name:tran", "a name; a slip of the pen is forgiven"),
                Example(
                    "phone:0151", "any part of a number; email: takes an address, its beginning with a *, or a domain"
                ),
                Example("status:archived", "people who were put away; nothing else finds them"),
            ),
        ),
        Section(
            "Places",
            "City or country, or a circle around a city.",
            (
                Example("location:Berlin", "city, region or country"),
                Example('location:"Hamburg within 100 km"', "around a place; miles too: “within 50 mi”"),
            ),
        ),
        Section(
            "Numbers and times",
            "Days, weeks, months and years are d, w, m and y.",
            (
                Example("years:>=5", "years of experience; also 3..7, <2, 10+"),
                Example("last_contact:>90d", "nobody was in touch for three months"),
                Example("last_contact:never", "nobody ever was"),
                Example("created:<30d", "added within the last 30 days"),
                Example("last_activity:2026-01-01..2026-06-30", "between two days"),
            ),
        ),
        Section(
            "Consent and saved searches",
            "Consent is looked up at the moment you search.",
            (
                Example("consent:valid skill:sql", "people who agreed, and still do"),
                Example("consent:expiring", "ends within 30 days; also expired, withdrawn, none"),
                Example('segment:"My people" years:>3', "a saved search as a part of another"),
            ),
        ),
    ]
