"""Making drafts fit to be stored: normal forms, lengths, and a sentence for everything that cannot be taken over. Pure."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from rapport.candidates import contact_rules
from rapport.candidates.contact_rules import Contact, NotAContact
from rapport.candidates.drafts import CandidateDraft, EducationDraft, ExperienceDraft, SkillDraft
from rapport.candidates.experience_rules import years_worked
from rapport.candidates.name_rules import PersonName, read_name
from rapport.candidates.normal_forms import work_columns
from rapport.candidates.text_rules import many_lines, one_line, without_nul
from rapport.lib.places import Place, find_place

LONGEST_EVIDENCE = 400
LONGEST_NOTE = 20_000
_PLACES = {contact_rules.EMAIL: 0, contact_rules.LINK: 1, contact_rules.PHONE: 2}


def _by_kind(identity: tuple[str, str]) -> int:
    return _PLACES[identity[0]]


@dataclass(slots=True)
class Prepared:
    """A draft with its texts cleaned, its name, place and contact points read, and what was wrong with it.

    `work` are the normal forms beside the present title and organisation, `jobs` those of the experiences in their order;
    `cells` are the text of its columns, where a reading process has made them already (draft_columns.py).
    """

    draft: CandidateDraft
    name: PersonName
    place: Place | None
    contacts: list[Contact]
    labels: dict[Contact, str]
    work: dict[str, str]
    jobs: list[dict[str, str]]
    problems: list[str] = field(default_factory=list)
    cells: str = ""

    @property
    def is_refused(self) -> bool:
        return not self.name.full

    def tell(self, problem: str) -> None:
        """Add what could not be taken over, once."""
        if problem not in self.problems:
            self.problems.append(problem)

    def identities(self) -> list[tuple[str, str]]:
        """(kind, normal) of its contact points, the most telling kind first: e-mail, link, phone."""
        return sorted([(contact.kind, contact.normal) for contact in self.contacts], key=_by_kind)


def prepare(draft: CandidateDraft, today: date) -> Prepared:
    """Read one draft; never raises: what makes no sense is left out and told in `problems`."""
    problems: list[str] = []
    name = read_name(one_line(draft.full_name, 300))
    if not name.full:
        problems.append("The name is missing.")
    place = find_place(draft.place) if draft.place.strip() else None
    country = draft.country_code or (place.country_code if place else "")
    contacts, labels = _contacts(draft, country, problems)
    cleaned = _clean(draft, country, today)
    work = work_columns(cleaned.title, cleaned.organisation)
    jobs = [work_columns(row.title, row.organisation) for row in cleaned.experiences]
    return Prepared(cleaned, name, place, contacts, labels, work, jobs, problems)


def _contacts(
    draft: CandidateDraft, country_code: str, problems: list[str]
) -> tuple[list[Contact], dict[Contact, str]]:
    seen: dict[tuple[str, str], Contact] = {}
    labels: dict[Contact, str] = {}
    for point in draft.contact_points:
        if not point.value.strip():
            continue
        try:
            contact = contact_rules.read_contact(point.kind, one_line(point.value, 600), country_code)
        except NotAContact as problem:
            problems.append(str(problem))
            continue
        if (contact.kind, contact.normal) not in seen:
            seen[contact.kind, contact.normal] = contact
            if point.label:
                labels[contact] = one_line(point.label, 40)
    return list(seen.values()), labels


def _clean(draft: CandidateDraft, country_code: str, today: date) -> CandidateDraft:
    experiences = tuple(clean_experience(row) for row in draft.experiences if row.title or row.organisation or row.text)
    years = draft.years_experience
    return replace(
        draft,
        pronouns=one_line(draft.pronouns, 40),
        title=one_line(draft.title, 200),
        organisation=one_line(draft.organisation, 200),
        place=one_line(draft.place, 200),
        country_code=country_code.upper()[:2],
        summary=many_lines(draft.summary),
        languages=tuple(dict.fromkeys(filter(None, (one_line(word, 60) for word in draft.languages)))),
        language_code=draft.language_code[:8],
        years_experience=min(max(years, 0), 99.9) if years is not None else years_worked(experiences, today),
        source=one_line(draft.source, 120),
        experiences=experiences,
        educations=tuple(clean_education(row) for row in draft.educations if row.school or row.degree or row.field),
        skills=tuple(
            (_clean_skill if row.evidence else _clean_bare_skill)(row) for row in draft.skills if row.name.strip()
        ),
        tags=tuple(dict.fromkeys(filter(None, (one_line(name, 60) for name in draft.tags)))),
        notes=tuple(filter(None, (many_lines(text)[:LONGEST_NOTE] for text in draft.notes))),
    )


def clean_experience(row: ExperienceDraft) -> ExperienceDraft:
    """A job with its texts cut to what is stored; an end before its start is left out."""
    backwards = row.start_on and row.end_on and row.end_on < row.start_on
    return replace(
        row,
        title=one_line(row.title, 200),
        organisation=one_line(row.organisation, 200),
        place=one_line(row.place, 200),
        end_on=None if backwards or row.is_current else row.end_on,
        text=many_lines(row.text),
    )


def clean_education(row: EducationDraft) -> EducationDraft:
    backwards = row.start_on and row.end_on and row.end_on < row.start_on
    return replace(
        row,
        school=one_line(row.school, 200),
        degree=one_line(row.degree, 200),
        field=one_line(row.field, 200),
        end_on=None if backwards else row.end_on,
    )


def _clean_skill(row: SkillDraft) -> SkillDraft:
    has_span = row.start is not None and row.end is not None and row.end > row.start >= 0
    return replace(
        row,
        name=one_line(row.name, 200),
        years=None if row.years is None else min(max(row.years, 0), 99.9),
        evidence=without_nul(row.evidence)[:LONGEST_EVIDENCE],
        start=row.start if has_span else None,
        end=row.end if has_span else None,
    )


# The rows of a table name the same skills again and again.
_clean_bare_skill = lru_cache(maxsize=4096)(_clean_skill)
