"""What a job asks for, as the scoring needs it, and the weights somebody tries out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from rapport.jobs.models import Job, JobSkill
from rapport.lib.requests import find_id
from rapport.search.fits import DEFAULT_WEIGHTS, MUST, NICE, PART_NAMES, JobNeeds, SkillNeed
from rapport.skills.finder import Vocabulary

MOST_POINTS = 40  # of a part, as the sliders have it
MOST_WEIGHT = 10  # of a skill, as jobs keep it
# The words of a job that wording.seniority_of reads from titles.
SENIORITY = {"intern": 0, "junior": 1, "mid": 2, "senior": 3, "lead": 4, "head": 5}


@dataclass(frozen=True, slots=True)
class Weights:
    """Parts by their name with usual points, and skills by their id with 0 to 10; what is not named stays as it is.

    `required` are skills that somebody wants to see people leave the list for; nobody is left out otherwise.
    """

    parts: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[UUID, int] = field(default_factory=dict)
    required: frozenset[UUID] = frozenset()

    @classmethod
    def from_query(cls, values: Mapping[str, str]) -> "Weights":
        """Read `part.title=10`, `skill.<id>=7` and `required.<id>=1`; what is no whole number in range is passed over."""
        parts, skills, required = {}, {}, set()
        for name, value in values.items():
            kind, _, key = name.partition(".")
            if not value.isascii() or not value.isdigit():
                continue
            number = int(value[:3])
            if kind == "part" and key in PART_NAMES:
                parts[key] = min(number, MOST_POINTS)
            elif kind == "skill" and (skill_id := find_id(key)):
                skills[skill_id] = min(number, MOST_WEIGHT)
            elif kind == "required" and number and (skill_id := find_id(key)):
                required.add(skill_id)
        return cls(parts, skills, frozenset(required))

    def of_part(self, name: str) -> int:
        return self.parts.get(name, DEFAULT_WEIGHTS[name])

    def of_skill(self, row: JobSkill) -> int:
        return self.skills.get(row.skill_id, row.weight)


def needs_of(job: Job, skills: Sequence[JobSkill], weights: Weights) -> JobNeeds:
    """A job with its skills (each with its skill) as JobNeeds; skills of weight 0 are not asked for."""
    by_need: dict[str, list[SkillNeed]] = {MUST: [], NICE: []}
    for row in skills:
        weight = weights.of_skill(row)
        if weight:
            by_need[row.need].append(SkillNeed(row.skill.name, float(weight), is_read_for(row.skill.name)))
    return JobNeeds(
        title=job.title,
        must=tuple(by_need[MUST]),
        nice=tuple(by_need[NICE]),
        description=job.description,
        seniority=SENIORITY.get(job.seniority),
        city=job.city,
        country_code=job.country_code,
        latitude=job.latitude,
        longitude=job.longitude,
        is_remote=job.workplace == Job.Workplace.REMOTE,
        min_years=job.min_years,
    )


def is_read_for(skill: str) -> bool:
    """Whether résumés are read for a skill: they know the starter alone, not what people added or lists brought in."""
    return Vocabulary.starter().canonical(skill) is not None


def part_weights(weights: Weights) -> dict[str, int]:
    """The points of all parts before they are shared out to those that the job speaks of."""
    return {name: weights.of_part(name) for name in PART_NAMES}
