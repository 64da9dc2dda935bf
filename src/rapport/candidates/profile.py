"""Everything this app knows of one person, read in a single statement for the profile page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, JSONField, Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from rapport.accounts.models import User
from rapport.activity.hiding import hidden_from
from rapport.candidates import contact_rules
from rapport.candidates.models import (
    Candidate,
    CandidateSkill,
    Consent,
    ContactPoint,
    Document,
    Education,
    Experience,
    Pool,
    PoolMember,
    Tag,
    Task,
)
from rapport.candidates.permissions import visible_to
from rapport.candidates.queries import missing, visible_tasks
from rapport.lib.actors import Actor
from rapport.skills.models import Skill

Row = TypeVar("Row", bound=Model)
ROWS = ArrayField(JSONField())
LARGE = {"text", "parsed"}  # of documents: read on their own page only


@dataclass(frozen=True, slots=True)
class Profile:
    """One person with all that belongs to them.

    Documents come without their text; skills the longest known first, pools with `pool`, tasks with `assignee`.
    """

    candidate: Candidate
    contact_points: list[ContactPoint]
    consents: list[Consent]
    tags: list[Tag]
    pools: list[PoolMember]
    documents: list[Document]
    skills: list[CandidateSkill]
    experiences: list[Experience]
    educations: list[Education]
    open_tasks: list[Task]

    @property
    def email(self) -> str:
        """The address to write to: the primary one, else the first that is not known to be dead; "" without any."""
        dead = (ContactPoint.Status.BOUNCED, ContactPoint.Status.OUTDATED)
        points = (point for point in self.contact_points if point.kind == "email" and point.status not in dead)
        return next((point.value for point in points), "")


def get_profile(actor: Actor, candidate_id: UUID) -> Profile:
    """One person with everything, in one statement; NotFound outside what the actor may see."""
    rows = Candidate.objects.filter(visible_to(actor), id=candidate_id).select_related("source", "owner")
    statements = _gathering()
    if hidden_from(actor) is not None:
        statements = statements | _compiled({"tasks": _open_tasks(visible_tasks(actor))})
    gathered = {name: _for_one(compiled, candidate_id) for name, compiled in statements.items()}
    candidate = rows.annotate(**gathered).first()
    if candidate is None:
        raise missing(actor, candidate_id)
    found: Mapping[str, list[dict[str, Any]]] = {name: getattr(candidate, f"{name}_rows_") for name in _ORDER}
    return Profile(
        candidate,
        contact_points=sorted(
            _instances(ContactPoint, found["contact_points"]), key=lambda point: contact_rules.KINDS.index(point.kind)
        ),
        consents=_instances(Consent, found["consents"]),
        tags=_instances(Tag, found["tags"]),
        pools=_related(_instances(PoolMember, found["pools"]), "pool", Pool, "name", found["pools"]),
        documents=_instances(Document, found["documents"]),
        skills=_related(_instances(CandidateSkill, found["skills"]), "skill", Skill, "name", found["skills"]),
        experiences=_instances(Experience, found["experiences"]),
        educations=_instances(Education, found["educations"]),
        open_tasks=_related(_instances(Task, found["tasks"]), "assignee", User, "full_name", found["tasks"]),
    )


_ORDER = ("contact_points", "consents", "tags", "pools", "documents", "skills", "experiences", "educations", "tasks")
SOMEBODY = UUID(int=0)  # stands for the person in statements that are made once


@cache
def _gathering() -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Statements that gather the rows of each kind as JSON objects, in the order in which they are shown, for SOMEBODY.

    Made once: to put them together takes longer than to run them.
    """
    own = {"candidate_id": SOMEBODY}
    rows: dict[str, QuerySet] = {
        "contact_points": _as_json(ContactPoint.objects.filter(**own).order_by("-is_primary", "created_at", "id")),
        "consents": _as_json(Consent.objects.filter(**own).order_by("-given_at")),
        "tags": _as_json(Tag.objects.filter(candidate_rows__candidate_id=SOMEBODY)),
        "pools": _as_json(
            PoolMember.objects.filter(pool__archived_at=None, **own).order_by("pool__name"), pool_name="pool__name"
        ),
        "documents": _as_json(Document.objects.filter(**own).order_by("-created_at", "id")),
        "skills": _as_json(
            CandidateSkill.objects.filter(**own).order_by(F("years").desc(nulls_last=True), "skill__name"),
            skill_name="skill__name",
        ),
        "experiences": _as_json(Experience.objects.filter(**own)),
        "educations": _as_json(Education.objects.filter(**own)),
        "tasks": _open_tasks(Task.objects.all()),
    }
    return _compiled(rows)


def _open_tasks(tasks: QuerySet[Task]) -> QuerySet:
    those = tasks.filter(done_at=None, candidate_id=SOMEBODY)
    return _as_json(those.order_by(F("due_on").asc(nulls_last=True), "id"), assignee_full_name="assignee__full_name")


def _compiled(rows: Mapping[str, QuerySet]) -> dict[str, tuple[str, tuple[Any, ...]]]:
    return {f"{name}_rows_": found.query.sql_with_params() for name, found in rows.items()}


def _as_json(rows: QuerySet, **related: str) -> QuerySet:
    left_out = LARGE if rows.model is Document else ()
    fields = {field.attname: field.attname for field in rows.model._meta.concrete_fields if field.name not in left_out}
    return rows.values(json=JSONObject(**fields, **related))


def _for_one(compiled: tuple[str, tuple[Any, ...]], candidate_id: UUID) -> RawSQL:
    sql, values = compiled
    of_them = [candidate_id if value == SOMEBODY else value for value in values]
    return RawSQL(f"ARRAY({sql})", of_them, output_field=ROWS)  # noqa: S611 - nothing in it comes from outside


def _instances(model: type[Row], rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows of JSON as instances, with the types their fields have; fields that were not read stay deferred."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    found = []
    for row in rows:
        names = [name for name in fields if name in row]
        values = [fields[name].to_python(row[name]) for name in names]
        found.append(model.from_db("default", names, values))
    return found


def _related(
    found: list[Row], name: str, model: type[Model], shown: str, rows: Iterable[Mapping[str, Any]]
) -> list[Row]:
    """Give each instance its related object, of which only the id and one field are known."""
    for instance, row in zip(found, rows, strict=True):
        key = getattr(instance, f"{name}_id")
        setattr(instance, name, model(pk=key, **{shown: row[f"{name}_{shown}"]}) if key else None)
    return found
