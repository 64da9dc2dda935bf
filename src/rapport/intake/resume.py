"""A document's text read as a résumé: JSON Resume 1.0.0 with evidence and confidence for every field.

Rules live in modules of their own (names, contacts, periods, places, sections, entries, experiences, education, languages,
certificates, skill_spans); here they are put together. Nothing is guessed that no line of the text tells.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rapport.intake.certificates import find_certificates
from rapport.intake.contacts import Found, find_emails, find_links, find_phones, network_of
from rapport.intake.document import Document, build_document
from rapport.intake.education import Education, find_education
from rapport.intake.entries import Part
from rapport.intake.entry_rows import BULLET, is_bullet
from rapport.intake.experiences import Experience, find_experiences, find_loose_experiences
from rapport.intake.header_words import title_weight
from rapport.intake.languages import languages_of
from rapport.intake.limits import MAX_PAGES_READ
from rapport.intake.names import find_name
from rapport.intake.periods import count_months
from rapport.intake.places import country_of, find_place
from rapport.intake.section_content import name_sections
from rapport.intake.sections import Section, part_headings, split_sections
from rapport.intake.skill_spans import Skill, find_resume_skills

_LANGUAGE_COUNTRIES = {"de": "DE", "fr": "FR", "es": "ES"}
_LANGUAGE_SIGNS = {
    "de": re.compile(r"\b(?:und|der|die|mit|für|bei|von|Kenntnisse|Berufserfahrung|Ausbildung)\b"),
    "fr": re.compile(r"\b(?:et|des|les|pour|avec|dans|Expérience|Formation|Compétences)\b"),
    "es": re.compile(r"\b(?:y|los|las|para|con|en|Experiencia|Formación|Idiomas)\b"),
    "en": re.compile(r"\b(?:and|the|for|with|of|in|to|Experience|Education)\b"),
}
_LABELLED_PLACE = re.compile(
    r"^\W*(?:address|location|adresse|anschrift|wohnort|ort|lieu|domicilio|dirección|residence|based in)\s*[:\t]\s*(?P<rest>.+)$",
    re.I,
)


@dataclass(slots=True)
class Resume:
    """`data` is JSON Resume 1.0.0; `evidence` lists (field, start, end) into the text; `confidence` maps a field to 0..1."""

    text: str
    data: dict[str, Any]
    evidence: list[tuple[str, int, int]] = field(default_factory=list)
    confidence: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """`data` with `text`, `evidence` ({field, start, end, text}) and `confidence`."""
        evidence = [
            {"field": name, "start": start, "end": end, "text": self.text[start:end]}
            for name, start, end in self.evidence
        ]
        return {**self.data, "text": self.text, "evidence": evidence, "confidence": self.confidence}


def parse_resume(document: Document, today: date) -> Resume:
    """Read a document as a résumé; `today` closes current jobs when years are counted."""
    document = build_document(
        document.kind, part_headings(document.lines), document.page_count, document.links, document.picture_pages
    )
    sections = name_sections(document.lines, split_sections(document.lines))
    resume = Resume(
        document.text, {"basics": {}, "work": [], "education": [], "skills": [], "languages": [], "certificates": []}
    )
    _add_basics(resume, document, sections)
    jobs = _add_work(resume, document, sections, today)
    _add_education(resume, document, sections)
    _add_languages(resume, document, sections)
    _add_certificates(resume, document, sections)
    if document.kind == "pdf" and document.page_count > MAX_PAGES_READ:
        resume.data["meta"].update(pages=document.page_count, pagesRead=MAX_PAGES_READ)
    if document.picture_pages:
        resume.data["meta"]["picturePages"] = list(document.picture_pages)
    for index, skill in enumerate(find_resume_skills(document, sections, jobs, today)):
        entry: dict[str, Any] = {"name": skill.name}
        if skill.years is not None:
            entry["years"] = skill.years
        written = _other_spellings(document.text, skill)
        if written:
            entry["keywords"] = written
        resume.data["skills"].append(entry)
        resume.evidence.extend((f"skills[{index}].name", start, end) for start, end in skill.spans)
        resume.confidence[f"skills[{index}]"] = 0.9 if skill.is_known else 0.6
    return resume


def _other_spellings(text: str, skill: Skill) -> list[str]:
    """How the résumé writes a skill, where that is not its name ("Excel" for Microsoft Excel)."""
    written = dict.fromkeys(text[start:end] for start, end in skill.spans)
    return [words for words in written if words.casefold() != skill.name.casefold()][:3]


def language_of(text: str) -> str:
    """The language a résumé is written in ("en", "de", "fr" or "es"), by its commonest small words."""
    counts = {language: len(signs.findall(text[:6000])) for language, signs in _LANGUAGE_SIGNS.items()}
    return max(counts, key=lambda language: (counts[language], language == "en"))


# ---- basics -----------------------------------------------------------------------------------------------------------


def _add_basics(resume: Resume, document: Document, sections: Sequence[Section]) -> None:
    basics = resume.data["basics"]
    contact = [section for section in sections if section.kind == "contact"]
    emails = find_emails(document.text, document.links)
    name = find_name(document, sections[0], contact, [email.value for email in emails])
    if name:
        _put(resume, "name", name.text, (name.start, name.end), name.confidence)
    place = _find_location(document, sections)
    if place:
        text = document.text[place[0] : place[1]].strip()
        basics["location"] = _location(text)
        resume.evidence.append(("basics.location", *place))
        resume.confidence["basics.location"] = 0.8
    language = language_of(document.text)
    country = country_of(document.text[slice(*place)]) if place else ""
    phones = find_phones(document.text, country or _LANGUAGE_COUNTRIES.get(language, "US"), document.links)
    _put_found(resume, "email", emails)
    _put_found(resume, "phone", phones)
    _add_links(resume, document, sections)
    _add_label(resume, document, sections, name.end if name else -1)
    _add_summary(resume, document, sections)


def _put(resume: Resume, key: str, value: str, span: tuple[int, int] | None, confidence: float) -> None:
    resume.data["basics"][key] = value
    resume.confidence[f"basics.{key}"] = confidence
    if span:
        resume.evidence.append((f"basics.{key}", *span))


def _put_found(resume: Resume, key: str, found: Sequence[Found]) -> None:
    """The first contact point under its JSON Resume key, all of them under its plural."""
    if not found:
        return
    first = found[0]
    _put(resume, key, first.value, first.span, 0.97 if first.is_valid else 0.5)
    resume.data["basics"][key + "s"] = [item.value for item in found]
    resume.evidence.extend((f"basics.{key}s[{i}]", *item.span) for i, item in enumerate(found) if item.span)


def _add_links(resume: Resume, document: Document, sections: Sequence[Section]) -> None:
    basics = resume.data["basics"]
    profiles: list[dict[str, str]] = []
    for link in find_links(_contact_text(document, sections), document.links):
        network, username = network_of(link.value)
        if network and username and not any(profile["network"] == network for profile in profiles):
            if link.span:
                resume.evidence.append((f"basics.profiles[{len(profiles)}]", *link.span))
            profiles.append({"network": network, "username": username, "url": link.value})
        elif not network and link.span and "url" not in basics:
            _put(resume, "url", link.value, link.span, 0.8)
    if profiles:
        basics["profiles"] = profiles


def _contact_text(document: Document, sections: Sequence[Section]) -> str:
    """The text with all lines blanked but those whose links are the person's: contact lines, and lines of little else than links."""
    own = {n for s in sections if s.kind in ("head", "contact", "summary") for n in range(s.first, s.last)}
    return "\n".join(
        line.text if (n in own and len(line.text) < 160) or _is_mostly_links(line.text) else " " * len(line.text)
        for n, line in enumerate(document.lines)
    )


def _is_mostly_links(text: str) -> bool:
    links = sum(len(link.entered) for link in find_links(text)) if "." in text else 0
    return links >= 0.6 * len(text.strip()) > 0


def _find_location(document: Document, sections: Sequence[Section]) -> tuple[int, int] | None:
    head = sections[0]
    numbers = list(range(head.first, min(head.last, 20)))
    for section in sections:
        if section.kind == "contact":
            numbers.extend(range(section.first, min(section.last, section.first + 15)))
    for wants_label in (True, False):
        for number in numbers:
            text = document.lines[number].text
            label = _LABELLED_PLACE.match(text)
            if wants_label and not label:
                continue
            begin = label.start("rest") if label else 0
            span = find_place(text[begin:])
            if span is None and label and len(label.group("rest")) < 80:
                span = (0, len(text[begin:].rstrip()))
            if span:
                offset = document.starts[number] + begin
                return offset + span[0], offset + span[1]
    return None


def _location(text: str) -> dict[str, str]:
    """JSON Resume's location: city, region, country code, as far as the text tells."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    location = {"address": text}
    if parts and not any(c.isdigit() for c in parts[0]) and len(parts) <= 3:
        location["city"] = parts[0]
    if len(parts) >= 2:
        location["region"] = parts[1] if len(parts[1]) <= 30 else ""
    country = country_of(text)
    if country:
        location["countryCode"] = country
    return {key: value for key, value in location.items() if value}


def _add_label(resume: Resume, document: Document, sections: Sequence[Section], name_end: int) -> None:
    """The headline under the name ("Consultant and Software Developer"): the first title-like short line of the head."""
    head = sections[0]
    for number in range(head.first, min(head.last, head.first + 12)):
        text = document.lines[number].text
        start = document.starts[number]
        for cell in re.finditer(r"[^\t|·•]+", text):
            piece = cell.group().strip()
            begin = start + cell.start() + cell.group().index(piece) if piece else 0
            if (
                piece
                and begin + len(piece) != name_end
                and len(piece) <= 70
                and title_weight(piece) >= 2
                and not piece.endswith(".")
            ):
                _put(resume, "label", piece, (begin, begin + len(piece)), 0.7)
                return


def _add_summary(resume: Resume, document: Document, sections: Sequence[Section]) -> None:
    section = next((s for s in sections if s.kind == "summary" and _has_text(document, s)), None)
    if section is None:
        return
    start, end = _section_span(document, section)
    text = " ".join(document.text[start:end].split())
    _put(resume, "summary", text, (start, end), 0.85)


def _has_text(document: Document, section: Section) -> bool:
    return any(document.lines[n].text.strip() for n in range(section.first, section.last))


def _section_span(document: Document, section: Section) -> tuple[int, int]:
    return _lines_span(document, [n for n in range(section.first, section.last) if document.lines[n].text.strip()])


def _lines_span(document: Document, numbers: Sequence[int]) -> tuple[int, int]:
    first, last = numbers[0], numbers[-1]
    return document.starts[first], document.starts[last] + len(document.lines[last].text)


# ---- work, education --------------------------------------------------------------------------------------------------


def _add_work(
    resume: Resume, document: Document, sections: Sequence[Section], today: date
) -> list[tuple[int, int, str, str, bool]]:
    """Add jobs; returns their text spans and dates for the years of skills."""
    jobs = []
    found = [job for section in sections if section.kind == "work" for job in find_experiences(document, section)]
    for experience in found or find_loose_experiences(document, sections):
        index = len(resume.data["work"])
        resume.data["work"].append(_work_entry(resume, document, experience, f"work[{index}]"))
        start, end = _experience_span(document, experience)
        jobs.append((start, end, experience.start, experience.end, experience.is_current))
    months = count_months([job[2:] for job in jobs], today)
    resume.data["meta"] = {"experienceYears": round(months / 12, 1)}
    return jobs


def _experience_span(document: Document, experience: Experience) -> tuple[int, int]:
    spans = [(p.start, p.end) for p in (experience.title, experience.place) if p]
    if experience.period_span:
        spans.append(experience.period_span)
    body = [n for n in experience.body if document.lines[n].text.strip()]
    if body:
        spans.append(_lines_span(document, body))
    return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else (0, 0)


def _work_entry(resume: Resume, document: Document, experience: Experience, prefix: str) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for key, part in (
        ("name", experience.organisation),
        ("position", experience.title),
        ("location", experience.place),
    ):
        _put_part(resume, entry, prefix, key, part, experience.confidence)
    _put_dates(resume, entry, prefix, experience)
    body = [n for n in experience.body if document.lines[n].text.strip()]
    if body:
        start, end = _lines_span(document, body)
        resume.evidence.append((f"{prefix}.summary", start, end))
        _put_body(entry, [document.lines[n].text.strip() for n in body])
    return entry


def _put_part(
    resume: Resume, entry: dict[str, Any], prefix: str, key: str, part: Part | None, confidence: float
) -> None:
    if part is not None:
        entry[key] = part.text
        resume.evidence.append((f"{prefix}.{key}", part.start, part.end))
        resume.confidence[f"{prefix}.{key}"] = confidence


def _put_dates(resume: Resume, entry: dict[str, Any], prefix: str, item: Experience | Education) -> None:
    if item.start:
        entry["startDate"] = item.start
    if item.end:
        entry["endDate"] = item.end
    if item.is_current:
        entry["isCurrent"] = True
    if item.period_span:
        for key, value in (("startDate", item.start), ("endDate", item.end or item.is_current)):
            if value:
                resume.evidence.append((f"{prefix}.{key}", *item.period_span))
                resume.confidence[f"{prefix}.{key}"] = 0.95 if len(item.start) > 4 else 0.85


def _put_body(entry: dict[str, Any], lines: Sequence[str]) -> None:
    """Bullets become highlights (their further lines joined), everything else the summary."""
    highlights: list[str] = []
    prose: list[str] = []
    for line in lines:
        if is_bullet(line):
            highlights.append(BULLET.sub("", line, count=1))
        elif highlights:
            highlights[-1] += " " + line
        else:
            prose.append(line)
    if prose:
        entry["summary"] = " ".join(prose)
    if highlights:
        entry["highlights"] = highlights


def _add_education(resume: Resume, document: Document, sections: Sequence[Section]) -> None:
    for section in sections:
        if section.kind != "education":
            continue
        for education in find_education(document, section):
            prefix = f"education[{len(resume.data['education'])}]"
            entry: dict[str, Any] = {}
            parts = (
                ("institution", education.school),
                ("studyType", education.degree),
                ("area", education.area),
                ("location", education.place),
            )
            for key, part in parts:
                _put_part(resume, entry, prefix, key, part, education.confidence)
            _put_dates(resume, entry, prefix, education)
            if education.score:
                entry["score"] = education.score
            resume.data["education"].append(entry)


# ---- languages, certificates ------------------------------------------------------------------------------------------


def _add_languages(resume: Resume, document: Document, sections: Sequence[Section]) -> None:
    seen: set[str] = set()
    for language in languages_of(document, sections):
        if language.name in seen:
            continue
        seen.add(language.name)
        index = len(resume.data["languages"])
        entry = {"language": language.name}
        fluency = " ".join(filter(None, (language.level, f"({language.cefr})" if language.cefr else "")))
        if fluency:
            entry["fluency"] = fluency
        resume.data["languages"].append(entry)
        resume.evidence.append((f"languages[{index}].language", language.start, language.end))
        if language.level_span:
            resume.evidence.append((f"languages[{index}].fluency", *language.level_span))
        resume.confidence[f"languages[{index}]"] = 0.9


def _add_certificates(resume: Resume, document: Document, sections: Sequence[Section]) -> None:
    for index, (entry, spans) in enumerate(find_certificates(document, sections)):
        resume.data["certificates"].append(entry)
        resume.evidence.extend((f"certificates[{index}].{key}", *span) for key, span in spans.items())
