"""A parsed résumé (JSON Resume with text, evidence and confidence) as a candidate's draft. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePath
from typing import Any
from uuid import UUID

from rapport.candidates.drafts import (
    CandidateDraft,
    ContactPointDraft,
    DocumentDraft,
    EducationDraft,
    ExperienceDraft,
    SkillDraft,
)
from rapport.candidates.language_rules import with_level

# How far from the first address another one may stand to be the person's own, and not a referee's.
OWN_CONTACT_CHARACTERS = 400
SURE = 0.7
LONGEST_EVIDENCE = 200
SCANNED = "A scan: pictures of pages without text. Open it and enter what you see, or ask for the original file."
_CEFR = re.compile(r"(?<!\w)[ABC][12](?!\w)")
_DATE = re.compile(r"^(\d{4})(?:-(\d{2}))?")


def build_draft(
    resume: Mapping[str, Any], *, file_name: str, content: bytes, options: Mapping[str, Any]
) -> CandidateDraft:
    """The draft of a résumé with the file itself as its document; a résumé without a name gets one that says so."""
    basics = resume.get("basics") or {}
    text = resume.get("text") or ""
    jobs = tuple(_experience(job) for job in resume.get("work") or ())
    owner_id = options.get("owner_id")
    return CandidateDraft(
        full_name=basics.get("name") or stand_in_name(basics, file_name),
        title=_present(jobs).title or basics.get("label") or "",
        organisation=_present(jobs).organisation if _present(jobs).is_current else "",
        place=(basics.get("location") or {}).get("address") or _place(basics.get("location") or {}),
        country_code=(basics.get("location") or {}).get("countryCode") or "",
        summary=basics.get("summary") or "",
        languages=tuple(_language(row) for row in resume.get("languages") or () if row.get("language")),
        years_experience=(resume.get("meta") or {}).get("experienceYears") or None,
        source=options.get("source", ""),
        owner_id=UUID(owner_id) if owner_id else None,
        contact_points=tuple(contact_points(resume)),
        experiences=jobs,
        educations=tuple(_educations(resume)),
        skills=tuple(_skills(resume, text)),
        tags=tuple(options.get("tags", ())),
        documents=(DocumentDraft(file_name, content, text=text, parsed=without_text(resume)),),
    )


def without_text(resume: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept beside the document's text: everything but the text, and evidence without its words."""
    evidence = [{key: row[key] for key in ("field", "start", "end")} for row in resume.get("evidence") or ()]
    return {**{key: value for key, value in resume.items() if key != "text"}, "evidence": evidence}


def stand_in_name(basics: Mapping[str, Any], file_name: str) -> str:
    """What a person is called whose résumé gives no name: the headline or "Unnamed", and the file."""
    headline = str(basics.get("label") or "").capitalize() or "Unnamed"
    return f"{headline} ({PurePath(file_name.replace(chr(92), '/')).name})"[:300]


def doubts(resume: Mapping[str, Any]) -> list[str]:
    """Sentences about what a person should look at; empty when the résumé was read with confidence."""
    basics = resume.get("basics") or {}
    sure = resume.get("confidence") or {}
    found = []
    if not basics.get("name"):
        found.append("No name was found.")
    elif sure.get("basics.name", 1) < SURE:
        found.append("The name may be wrong.")
    if not contact_points(resume):
        found.append("No way to reach this person was found.")
    if any(sure.get(f"work[{place}].position", 1) < 0.5 for place, _ in enumerate(resume.get("work") or ())):
        found.append("Titles or employers may be wrong.")
    pictures = (resume.get("meta") or {}).get("picturePages") or []
    if pictures:
        pages = f"Page {pictures[0]} is a scan" if len(pictures) == 1 else f"{len(pictures)} pages are scans"
        found.append(f"{pages} without text: nothing was read from there.")
    return found


def scan() -> dict[str, Any]:
    """What is known of a PDF that is a scan: nothing, but that."""
    return {"basics": {}, "meta": {"isScan": True}, "text": "", "evidence": [], "confidence": {}}


def is_scan(resume: Mapping[str, Any]) -> bool:
    return bool((resume.get("meta") or {}).get("isScan"))


def has_content(resume: Mapping[str, Any]) -> bool:
    """Whether there is a person to be seen at all: a contact point, a job, a school or some skills."""
    return bool(
        contact_points(resume)
        or resume.get("work")
        or resume.get("education")
        or len(resume.get("skills") or ()) >= 3
        or (resume.get("basics") or {}).get("name")
    )


def contact_points(resume: Mapping[str, Any]) -> list[ContactPointDraft]:
    """The person's own: the first e-mail address and number and those near them, profile links and the page."""
    basics = resume.get("basics") or {}
    starts = {row["field"]: row["start"] for row in reversed(resume.get("evidence") or ())}
    points = [ContactPointDraft("email", value) for value in _own(basics, "email", starts)]
    points += [ContactPointDraft("phone", value) for value in _own(basics, "phone", starts)]
    links = [profile.get("url") for profile in basics.get("profiles") or ()] + [basics.get("url")]
    return points + [ContactPointDraft("link", link) for link in dict.fromkeys(filter(None, links))]


def _own(basics: Mapping[str, Any], key: str, starts: Mapping[str, int]) -> list[str]:
    values: Sequence[str] = basics.get(f"{key}s") or ([basics[key]] if basics.get(key) else [])
    first = starts.get(f"basics.{key}s[0]", 0)
    return [
        value
        for place, value in enumerate(values)
        if abs(starts.get(f"basics.{key}s[{place}]", first) - first) <= OWN_CONTACT_CHARACTERS
    ][:4]


def _language(row: Mapping[str, Any]) -> str:
    """ "German (C1)": the level by its letter and figure where the résumé has them ("Fluent (C1)"), else in a word."""
    level = str(row.get("fluency") or "").removesuffix(" speaker")
    cefr = _CEFR.search(level)
    return with_level(str(row["language"]), cefr.group() if cefr else level[:1].lower() + level[1:])


def _place(location: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (location.get("city"), location.get("region"), location.get("countryCode"))))


def _present(jobs: Sequence[ExperienceDraft]) -> ExperienceDraft:
    """The present job, else the latest, else none."""
    current = [job for job in jobs if job.is_current]
    dated = sorted((job for job in jobs if job.end_on), key=lambda job: job.end_on or date.min)
    return (current or dated[::-1] or list(jobs) or [ExperienceDraft()])[0]


def read_date(text: str | None) -> date | None:
    """The first day of "2019" or "2019-03"; None for anything else."""
    found = _DATE.match(text or "")
    if not found or not 1900 <= int(found[1]) <= 2100:
        return None
    return date(int(found[1]), min(max(int(found[2] or 1), 1), 12), 1)


def _experience(job: Mapping[str, Any]) -> ExperienceDraft:
    dates = [value for value in (job.get("startDate"), job.get("endDate")) if value]
    lines = [job.get("summary") or "", *(f"• {line}" for line in job.get("highlights") or ())]
    return ExperienceDraft(
        title=job.get("position") or "",
        organisation=job.get("name") or "",
        place=job.get("location") or "",
        start_on=read_date(job.get("startDate")),
        end_on=read_date(job.get("endDate")),
        date_precision="year" if dates and all(len(value) == 4 for value in dates) else "month",
        is_current=bool(job.get("isCurrent")),
        text="\n".join(filter(None, lines)),
    )


def _educations(resume: Mapping[str, Any]) -> list[EducationDraft]:
    """Schools, and certificates as what they are: a degree of whoever issued them."""
    schools = [
        EducationDraft(
            school=row.get("institution") or "",
            degree=row.get("studyType") or "",
            field=row.get("area") or "",
            start_on=read_date(row.get("startDate")),
            end_on=read_date(row.get("endDate")),
        )
        for row in resume.get("education") or ()
    ]
    certificates = [
        EducationDraft(school=row.get("issuer") or "", degree=row.get("name") or "", end_on=read_date(row.get("date")))
        for row in resume.get("certificates") or ()
    ]
    return schools + certificates


def _skills(resume: Mapping[str, Any], text: str) -> list[SkillDraft]:
    spans: dict[str, tuple[int, int]] = {}
    for row in resume.get("evidence") or ():
        if row["field"].startswith("skills["):
            spans.setdefault(row["field"].partition(".")[0], (row["start"], row["end"]))
    found = []
    for place, skill in enumerate(resume.get("skills") or ()):
        start, end = spans.get(f"skills[{place}]", (None, None))
        words = _line_around(text, start, end) if start is not None and end is not None else ""
        found.append(SkillDraft(skill.get("name") or "", skill.get("years"), words, start, end, 0))
    return found


def _line_around(text: str, start: int, end: int) -> str:
    """The words that show a skill: its line, cut around it where the line is long."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    if last - first > LONGEST_EVIDENCE:
        first, last = max(first, start - LONGEST_EVIDENCE // 2), min(last, end + LONGEST_EVIDENCE // 2)
    return " ".join(text[first:last].split())
