"""Two people side by side: field by field, then what each of them has. For the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapport.candidates.profile import Profile
from rapport.hygiene.survivorship import CHOICES, OTHER, SURVIVOR

NOUNS = {
    "candidates.contactpoint": "contact points", "candidates.document": "documents", "candidates.experience": "experiences",
    "candidates.education": "schools", "candidates.candidateskill": "skills", "candidates.candidatetag": "tags",
    "candidates.poolmember": "pools", "candidates.note": "notes", "candidates.task": "tasks", "candidates.consent": "consents",
    "applications.application": "applications", "applications.promise": "promises", "outreach.enrollment": "enrollments",
    "outreach.delivery": "mails that wait", "notifications.follow": "followers",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both. `kept` is survivor or other; a line without a choice (`name` is "") is only shown."""

    name: str
    label: str
    mine: str
    theirs: str
    kept: str = ""

    @property
    def differs(self) -> bool:
        return self.mine != self.theirs

    @property
    def can_choose(self) -> bool:
        return bool(self.name) and self.differs

    @property
    def keeps_theirs(self) -> bool:
        return self.kept == OTHER


def compare_fields(survivor: Profile, other: Profile, kept: Mapping[str, str]) -> list[Line]:
    """The fields that either of them has."""
    lines = []
    for name, (label, _) in CHOICES.items():
        mine, theirs = _shown(survivor.candidate, name), _shown(other.candidate, name)
        if mine or theirs:
            lines.append(Line(name, label, mine, theirs, kept.get(name, SURVIVOR)))
    return lines


def compare_belongings(survivor: Profile, other: Profile) -> list[Line]:
    """What each of them has of the rest, in words."""
    rows = [
        ("Contact", *(", ".join(point.value for point in one.contact_points) for one in (survivor, other))),
        ("Experience", *("; ".join(map(_job, one.experiences)) for one in (survivor, other))),
        ("Education", *("; ".join(map(str, one.educations)) for one in (survivor, other))),
        ("Skills", *(", ".join(row.skill.name for row in one.skills[:20]) for one in (survivor, other))),
        ("Tags", *(", ".join(tag.name for tag in one.tags) for one in (survivor, other))),
        ("Pools", *(", ".join(row.pool.name for row in one.pools) for one in (survivor, other))),
        ("Documents", *(", ".join(row.file_name for row in one.documents) for one in (survivor, other))),
    ]
    return [Line("", label, mine, theirs) for label, mine, theirs in rows if mine or theirs]


def in_words(moved: Mapping[str, int]) -> str:
    """ "2 contact points, 1 documents" as people say it."""
    parts = []
    for model, count in moved.items():
        noun = NOUNS.get(model, model)
        parts.append(f"{count} {noun if count != 1 else noun.removesuffix('s')}")
    return ", ".join(parts)


def _shown(candidate: Any, name: str) -> str:
    value = getattr(candidate, name)
    if name == "years_experience" and value is not None:
        return f"{value:g}"
    return str(value or "")


def _job(row: Any) -> str:
    start = f" (from {row.start_on:%m/%Y})" if row.start_on else ""
    return f"{row}{start}"
