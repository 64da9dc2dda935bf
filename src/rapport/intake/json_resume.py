"""JSON Resume files (https://jsonresume.org/schema, 1.0.0), and the text that shows structured data as a document."""

import json
import re
from datetime import date
from typing import Any

from rapport.intake.contacts import find_phones
from rapport.intake.document import Document, Line, Refusal, build_document
from rapport.intake.limits import MAX_CHARACTERS
from rapport.intake.periods import count_months
from rapport.intake.resume import Resume
from rapport.intake.skill_spans import find_resume_skills

_LISTS = (
    "work",
    "education",
    "skills",
    "languages",
    "certificates",
    "volunteer",
    "projects",
    "awards",
    "publications",
    "interests",
)
_SHOWN = {
    "work": ("position", "name", "location", "startDate", "endDate"),
    "volunteer": ("position", "organization", "startDate", "endDate"),
    "education": ("studyType", "area", "institution", "startDate", "endDate", "score"),
    "skills": ("name", "level"),
    "languages": ("language", "fluency"),
    "certificates": ("name", "issuer", "date"),
    "projects": ("name", "startDate", "endDate"),
    "awards": ("title", "awarder", "date"),
    "publications": ("name", "publisher", "releaseDate"),
    "interests": ("name",),
}
_ISO_DATE = re.compile(r"[12]\d{3}(?:-[01]\d(?:-[0-3]\d)?)?")


def read_json(data: bytes) -> dict[str, Any]:
    """A JSON Resume or a Europass file as JSON. Raises Refusal: corrupt, or unknown_type when the JSON is no résumé."""
    try:
        loaded = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise Refusal("corrupt", "This JSON file is damaged and cannot be read. Ask for a new copy.") from error
    if isinstance(loaded, dict) and "SkillsPassport" in loaded:
        from rapport.intake.europass import from_europass

        return from_europass(loaded["SkillsPassport"])
    if not isinstance(loaded, dict) or not isinstance(loaded.get("basics", loaded.get("work")), dict | list):
        raise Refusal("unknown_type", "This JSON file is no résumé (JSON Resume and Europass are read).")
    return show_structured(clean(loaded), date.today()).as_json()  # noqa: DTZ011  # only counts years of current jobs


def clean(loaded: dict[str, Any]) -> dict[str, Any]:
    """Only what JSON Resume knows, with the types it asks for; everything else is left out."""
    basics: dict[str, Any] = {
        key: value for key, value in _dict(loaded.get("basics")).items() if isinstance(value, str) and value.strip()
    }
    location = {
        k: v for k, v in _dict(_dict(loaded.get("basics")).get("location")).items() if isinstance(v, str) and v.strip()
    }
    profiles = [_strings(item) for item in _list(_dict(loaded.get("basics")).get("profiles"))]
    data: dict[str, Any] = {"basics": basics}
    if location:
        basics["location"] = location
    if any(profiles):
        basics["profiles"] = [profile for profile in profiles if profile]
    for key in ("email", "phone"):
        if key in basics:
            basics[key + "s"] = [basics[key]]
    _normalise_phone(basics)
    for name in _LISTS:
        entries = [_entry(item) for item in _list(loaded.get(name))]
        if entries or name in ("work", "education", "skills", "languages", "certificates"):
            data[name] = [entry for entry in entries if entry]
    return data


def _normalise_phone(basics: dict[str, Any]) -> None:
    """E.164 in `phones` and `phone`, where the country is told or the number is whole."""
    country = str(basics.get("location", {}).get("countryCode", ""))
    found = find_phones(f"tel: {basics['phone']}", country) if "phone" in basics else []
    if found and found[0].is_valid:
        basics["phones"] = [found[0].value]
        basics["phone"] = found[0].value


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value[:500] if isinstance(value, list) else []


def _strings(item: object) -> dict[str, str]:
    return {str(k): v.strip() for k, v in _dict(item).items() if isinstance(v, str) and v.strip()}


def _entry(item: object) -> dict[str, Any]:
    """Strings and lists of strings; dates that are none are left out; a job without an end is current."""
    entry: dict[str, Any] = dict(_strings(item))
    for key in ("startDate", "endDate", "date", "releaseDate"):
        match = _ISO_DATE.match(entry.get(key, ""))
        if key in entry:
            entry.pop(key)
            if match:
                entry[key] = match.group()
    if "company" in entry:
        entry.setdefault("name", entry.pop("company"))
    for key, value in _dict(item).items():
        texts = [text.strip() for text in _list(value) if isinstance(text, str) and text.strip()]
        if texts:
            entry[str(key)] = texts
    if "position" in entry and "startDate" in entry and "endDate" not in entry:
        entry["isCurrent"] = True
    return entry


class _Writer:
    """Writes values as lines and remembers where each stands."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.evidence: list[tuple[str, int, int]] = []
        self.length = 0

    def line(self, fields: list[tuple[str, str]], prefix: str = "") -> None:
        text = prefix
        for name, value in fields:
            value = " ".join(value.split())
            text += "\t" if len(text) > len(prefix) else ""
            if name:
                self.evidence.append((name, self.length + len(text), self.length + len(text) + len(value)))
            text += value
        if self.length + len(text) < MAX_CHARACTERS:
            self.lines.append(text)
            self.length += len(text) + 1

    def blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")
            self.length += 1


def show_structured(data: dict[str, Any], today: date) -> Resume:
    """Data in the shape of JSON Resume as a résumé with text, evidence for what was given, and the skills its words name."""
    writer = _Writer()
    _write_basics(writer, data["basics"])
    jobs = []
    for section in _LISTS:
        entries = data.get(section) or []
        if entries:
            writer.blank()
            writer.line([("", section.capitalize())])
        for index, entry in enumerate(entries):
            start = writer.length
            _write_entry(writer, section, f"{section}[{index}]", entry)
            if section == "work":
                jobs.append(
                    (
                        start,
                        writer.length,
                        entry.get("startDate", ""),
                        entry.get("endDate", ""),
                        bool(entry.get("isCurrent")),
                    )
                )
    document = build_document("data", [Line(line) for line in writer.lines])
    resume = Resume(document.text, data, [e for e in writer.evidence if e[2] <= len(document.text)])
    resume.confidence = {name: 1.0 for name, _, _ in resume.evidence}
    data["meta"] = {"experienceYears": round(count_months([job[2:] for job in jobs], today) / 12, 1)}
    _add_found_skills(resume, document, jobs, today)
    return resume


def _write_basics(writer: _Writer, basics: dict[str, Any]) -> None:
    for key in ("name", "label"):
        if key in basics:
            writer.line([(f"basics.{key}", basics[key])])
    contact = [(f"basics.{key}", basics[key]) for key in ("email", "phone", "url") if key in basics]
    if contact:
        writer.line(contact)
    if basics.get("location"):
        writer.line([("basics.location", ", ".join(basics["location"].values()))])
    for index, profile in enumerate(basics.get("profiles", [])):
        writer.line([(f"basics.profiles[{index}]", profile.get("url") or " ".join(profile.values()))])
    if "summary" in basics:
        writer.blank()
        writer.line([("basics.summary", basics["summary"])])


def _write_entry(writer: _Writer, section: str, prefix: str, entry: dict[str, Any]) -> None:
    shown = [(f"{prefix}.{key}", entry[key]) for key in _SHOWN[section] if isinstance(entry.get(key), str)]
    if shown:
        writer.line(shown)
    for key in ("summary", "description"):
        if isinstance(entry.get(key), str):
            for line in entry[key].splitlines():
                writer.line([(f"{prefix}.{key}", line)] if line.strip() else [("", "")])
    for key in ("highlights", "keywords", "courses"):
        if isinstance(entry.get(key), list):
            for index, text in enumerate(entry[key]):
                writer.line([(f"{prefix}.{key}[{index}]", text)], prefix="• ")


def _add_found_skills(
    resume: Resume, document: Document, jobs: list[tuple[int, int, str, str, bool]], today: date
) -> None:
    """Skills that the words name, besides those that are listed."""
    listed = {str(skill.get("name", "")).lower() for skill in resume.data["skills"]}
    for skill in find_resume_skills(document, [], jobs, today):
        if skill.name.lower() in listed:
            continue
        index = len(resume.data["skills"])
        resume.data["skills"].append(
            {"name": skill.name, **({"years": skill.years} if skill.years is not None else {})}
        )
        resume.evidence.extend((f"skills[{index}].name", start, end) for start, end in skill.spans)
        resume.confidence[f"skills[{index}]"] = 0.9
