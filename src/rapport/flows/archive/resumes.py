"""A candidate as a JSON Resume (https://jsonresume.org/schema, 1.0.0)."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from rapport.candidates import language_rules
from rapport.candidates.models import Candidate, ContactPoint, Education, Experience

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
BATCH = 500
RELATED = ("contact_points", "experiences", "educations", "skill_rows__skill")
Kind = ContactPoint.Kind


def all_resumes() -> Iterator[tuple[UUID, bytes]]:
    """(candidate's id, file) of everybody in the order of ids, five statements for each five hundred."""
    last = UUID(int=0)
    while people := list(Candidate.objects.filter(id__gt=last).order_by("id")[:BATCH]):
        prefetch_related_objects(people, *RELATED)
        for person in people:
            yield person.id, json.dumps(as_json_resume(person), ensure_ascii=False, indent=1).encode() + b"\n"
        last = people[-1].id


def as_json_resume(person: Candidate) -> dict[str, Any]:
    """What JSON Resume has a place for; empty parts are left out."""
    points = sorted(person.contact_points.all(), key=lambda point: (not point.is_primary, point.id))
    return _filled(
        {
            "$schema": SCHEMA,
            "basics": _basics(person, points),
            "work": [_work(row) for row in person.experiences.all()],
            "education": [_education(row) for row in person.educations.all()],
            "skills": [{"name": name} for name in sorted(row.skill.name for row in person.skill_rows.all())],
            "languages": [_language(entry) for entry in person.languages],
            "meta": {"lastModified": person.updated_at.isoformat()},
        }
    )


def _basics(person: Candidate, points: list[ContactPoint]) -> dict[str, Any]:
    place = _filled({"address": person.place, "city": person.city, "countryCode": person.country_code})
    links = [point.value for point in points if point.kind == Kind.LINK]
    return _filled(
        {
            "name": person.full_name,
            "label": person.title,
            "email": next((point.value for point in points if point.kind == Kind.EMAIL), ""),
            "phone": next((point.value for point in points if point.kind == Kind.PHONE), ""),
            "summary": person.summary,
            "location": place,
            "profiles": [{"url": link} for link in links],
        }
    )


def _language(entry: str) -> dict[str, Any]:
    language, level = language_rules.split(entry)
    return _filled({"language": language, "fluency": level})


def _work(row: Experience) -> dict[str, Any]:
    return _filled(
        {
            "name": row.organisation,
            "position": row.title,
            "location": row.place,
            "startDate": _day(row.start_on, row.date_precision),
            "endDate": _day(row.end_on, row.date_precision),
            "summary": row.text,
        }
    )


def _education(row: Education) -> dict[str, Any]:
    return _filled(
        {
            "institution": row.school,
            "studyType": row.degree,
            "area": row.field,
            "startDate": _day(row.start_on, "year"),
            "endDate": _day(row.end_on, "year"),
        }
    )


def _day(day: date | None, precision: str) -> str:
    if day is None:
        return ""
    return day.isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in value.items() if part not in ("", None, [], {})}
