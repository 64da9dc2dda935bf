"""Greenhouse: the objects of its Harvest API as JSON (candidates.json, jobs.json, …), or its tables as CSV.

JSON nests what belongs to a candidate; tables keep it apart (email_address.csv, application_history.csv, …, as its
warehouse connectors write them). Both are read; where both say something, the nested object counts.
Sources: https://developers.greenhouse.io/harvest.html; the names of tables are those of Fivetran's connector.
"""

from collections.abc import Iterator
from typing import Any

from rapport.candidates.drafts import ContactPointDraft, EducationDraft, ExperienceDraft
from rapport.flows.moving_in.export_files import Export, Member
from rapport.flows.moving_in.greenhouse_history import list_events, list_notes, read_feed, read_user, tell_private_notes
from rapport.flows.moving_in.shape import (
    ApplicationEntry,
    Colleague,
    FileEntry,
    JobEntry,
    Move,
    PastStage,
    PersonEntry,
)
from rapport.flows.moving_in.staging import Staging
from rapport.flows.moving_in.tables import Table, load, table_name
from rapport.flows.moving_in.values import (
    Row,
    day,
    first,
    flag,
    inner,
    items,
    key,
    line,
    moment,
    ordered,
    text,
    words,
)

OF_CANDIDATE = ("candidate_id",)
OF_APPLICATION = ("application_id",)
OF_JOB = ("job_id",)
TABLES = {
    "candidate": Table(("id",)),
    "email_address": Table((), OF_CANDIDATE, ("index",)),
    "phone_number": Table((), OF_CANDIDATE, ("index",)),
    "social_media_address": Table((), OF_CANDIDATE, ("index",)),
    "website_address": Table((), OF_CANDIDATE, ("index",)),
    "address": Table((), OF_CANDIDATE, ("index",)),
    "attachment": Table((), OF_CANDIDATE, ("index",)),
    "education": Table((), OF_CANDIDATE, ("index",)),
    "employment": Table((), OF_CANDIDATE, ("index",)),
    "activity": Table(("id",), OF_CANDIDATE),
    "note": Table(("id",), OF_CANDIDATE),
    "email": Table(("id",), OF_CANDIDATE),
    "activity_feed": Table((), OF_CANDIDATE),
    "candidate_tag": Table((), OF_CANDIDATE, ("tag_id",)),
    "tag": Table(("id",)),
    "application": Table(("id",), OF_CANDIDATE),
    "application_history": Table((), OF_APPLICATION),
    "job_application": Table((), OF_APPLICATION, ("job_id",)),
    "scheduled_interview": Table(("id",), OF_APPLICATION),
    "scheduled_interviewer": Table((), ("scheduled_interview_id",), ("interviewer_id",)),
    "interview": Table(("id",)),
    "scorecard": Table(("id",), OF_CANDIDATE),
    "scorecard_attribute": Table((), ("scorecard_id",), ("index",)),
    "job": Table(("id",)),
    "job_stage": Table(("id",), OF_JOB),
    "job_department": Table((), OF_JOB, ("department_id",)),
    "job_office": Table((), OF_JOB, ("office_id",)),
    "job_opening": Table(("id",), OF_JOB),
    "job_post": Table(("id",), OF_JOB),
    "hiring_team": Table((), OF_JOB, ("role", "user_id")),
    "department": Table(("id",)),
    "office": Table(("id",)),
    "rejection_reason": Table(("id",)),
    "source": Table(("id",)),
    "prospect_pool": Table(("id",)),
    "user": Table(("id",)),
    "user_email": Table((), ("user_id",)),
}
PEOPLES_ROWS = (
    "email_address", "phone_number", "social_media_address", "website_address", "address", "attachment", "education",
    "employment", "activity", "note", "email", "candidate_tag", "application", "scorecard",
)  # fmt: skip
TEAM_ROLES = {
    "hiring_managers": "hiring_manager",
    "recruiters": "recruiter",
    "coordinators": "recruiter",
    "sourcers": "recruiter",
}
STATES = {"open": "open", "closed": "closed", "draft": "draft"}
PRIVATE = "This candidate is private in Greenhouse, and nobody is private here. --with-private brings them in."
NO_MAIL = "Greenhouse says that this person may not be mailed: check their consent before you write."
ANONYMOUS = ("anonymized ", "(anonymized)")
ENDS = {"rejected": "rejected", "hired": "hired"}


class Greenhouse:
    kind = "greenhouse"
    label = "Greenhouse"
    job_kind = "job"

    def __init__(self, *, with_private: bool = False) -> None:
        self.with_private = with_private
        self._export: Export | None = None

    def stage(self, export: Export, staging: Staging) -> None:
        self._export = export

        def take(name: str, row: dict[str, Any], member: Member) -> bool:
            return self._take(staging, name, row, member)

        load(export, staging, TABLES, name_of=_name_of, hook=take)
        staging.finish()
        staging.parents_missing(PEOPLES_ROWS, "candidate")

    def _take(self, staging: Staging, name: str, row: dict[str, Any], member: Member) -> bool:
        """Spread what a JSON object nests over the tables where others look for it."""
        if name == "candidate":
            for application in items(row.pop("applications", None)):
                if key(inner(application).get("id")):
                    application.setdefault("candidate_id", row.get("id"))
                    self._mention(staging, application)
                    staging.add("application", application, key=key(application["id"]), parent=key(row.get("id")))
        elif name == "application":
            self._mention(staging, row)
        elif name == "job":
            return not flag(row.get("is_template"))
        elif name == "activity_feed" and not first(row, "candidate_id"):
            row["candidate_id"] = member.stem  # one file for each candidate, named by the id
        return True

    def _mention(self, staging: Staging, application: Row) -> None:
        """Jobs and stages that an application names, for an export without the table of jobs."""
        job = next((inner(row) for row in items(application.get("jobs"))), {})
        stage = inner(application.get("current_stage"))
        if key(job.get("id")) and line(job.get("name")):
            named = {"id": job["id"], "name": job["name"], "status": "closed", "only_named": True}
            staging.add_missing("job", named, key=key(job["id"]))
            if key(stage.get("id")):
                row = {"id": stage["id"], "name": stage.get("name"), "job_id": job["id"]}
                staging.add_missing("job_stage", row, key=key(stage["id"]), parent=key(job["id"]))

    def count(self, staging: Staging) -> tuple[int, int]:
        return staging.count("job"), staging.count("candidate") + staging.count("missing")

    def jobs(self, staging: Staging, skip: int) -> Iterator[JobEntry]:
        for job_id, _, row in staging.all_of("job", skip):
            yield _job(staging, job_id, row)

    def people(self, staging: Staging, skip: int) -> Iterator[PersonEntry]:
        for candidate_id, _, row in staging.all_of("candidate", skip):
            yield self._person(staging, candidate_id, row)
        behind = max(0, skip - staging.count("candidate"))
        for candidate_id, _, _ in staging.all_of("missing", behind):
            yield self._person(staging, candidate_id, {}, is_reference=True)

    def _person(self, staging: Staging, own: str, row: Row, *, is_reference: bool = False) -> PersonEntry:
        rows = staging.children("application", own)
        applications = [_application(staging, application) for application in rows]
        feed = read_feed(staging, own, row)
        files, left = self._files(staging, own, row, rows)
        events = list_events(staging, own, feed, rows)
        at = ordered([moment(row.get("created_at")), *(moment(application.get("applied_at")) for application in rows)])
        return PersonEntry(
            id=own,
            full_name=" ".join(filter(None, (line(row.get("first_name")), line(row.get("last_name"))))) or line(row.get("name")),
            title=line(row.get("title")),
            organisation=line(row.get("company")),
            place=_place(staging, own, row, rows),
            source=next(filter(None, (_source(staging, application) for application in rows)), ""),
            owner=read_user(staging, first(row, "recruiter", "recruiter_id"))
            or read_user(staging, first(row, "coordinator", "coordinator_id")),
            created_at=at[0] if at else None,
            last_activity_at=moment(first(row, "last_activity", "last_activity_at", "updated_at")),
            contact_points=tuple(_contacts(staging, own, row)),
            experiences=tuple(_experiences(staging, own, row)),
            educations=tuple(_educations(staging, own, row)),
            tags=tuple(_tags(staging, own, row)),
            pools=tuple(dict.fromkeys(filter(None, (_pool(staging, application) for application in rows)))),
            applications=tuple(application for application in applications if application),
            notes=tuple(list_notes(staging, own, feed)),
            files=tuple(files),
            events=tuple(events),
            is_reference=is_reference,
            left_out=self._left_out(row),
            remarks=(*left, *tell_private_notes(staging, own, feed)),
            warnings=(NO_MAIL,) if row.get("can_email") is not None and not flag(row.get("can_email")) else (),
        )  # fmt: skip

    def _left_out(self, row: Row) -> str:
        name = line(row.get("name")) or f"{line(row.get('first_name'))} {line(row.get('last_name'))}"
        if name.casefold().startswith(ANONYMOUS):
            return "This person was made anonymous in Greenhouse and is not brought in."
        return PRIVATE if flag(row.get("is_private")) and not self.with_private else ""

    def _files(
        self, staging: Staging, own: str, row: Row, applications: list[dict[str, Any]]
    ) -> tuple[list[FileEntry], list[str]]:
        """The files of a candidate and their applications, each once; contracts are nobody's reading but the two sides'."""
        nested = [attachment for application in applications for attachment in items(application.get("attachments"))]
        rows = [*items(row.get("attachments")), *staging.children("attachment", own), *nested]
        found: dict[tuple[str, str], FileEntry] = {}
        offers = 0
        for attachment in map(inner, rows):
            name, kind = line(attachment.get("filename")), text(attachment.get("type"))
            if "offer" in kind:
                offers += 1
            elif name and self._export:
                at = moment(attachment.get("created_at"))
                path = self._export.find(*(f"{holder}/{name}" for holder in (own, *(key(a.get("id")) for a in applications))), name)  # fmt: skip
                entry = FileEntry(f"{own}/{name}", name, "resume" if kind == "resume" else "other", path, at)
                found.setdefault((name, kind), entry)
        left = [f"{offers} offer document{'s' if offers > 1 else ''} left out."] if offers else []
        return list(found.values()), left


def _name_of(member: Member) -> str:
    folder = member.path.lower().replace("-", "_").rpartition("/")[0].rpartition("/")[2]
    if member.stem.isdigit() and folder.startswith("activity_feed"):
        return "activity_feed"
    return table_name(member, TABLES, ("greenhouse_", "harvest_", "gh_"))


def _job(staging: Staging, own: str, row: Row) -> JobEntry:
    stages = sorted(staging.children("job_stage", own), key=lambda stage: _number(stage.get("priority")))
    opened, closed = moment(row.get("opened_at")), moment(row.get("closed_at"))
    openings = [*items(row.get("openings")), *staging.children("job_opening", own)]
    opened = opened or next(iter(ordered(moment(inner(opening).get("opened_at")) for opening in openings)), None)
    posts = staging.children("job_post", own)
    post = next((post for post in posts if flag(post.get("live"))), next(iter(posts), {}))
    state = STATES.get(text(row.get("status")).casefold(), "closed")
    return JobEntry(
        id=own,
        title=line(row.get("name")),
        state=state,
        created_at=moment(row.get("created_at")),
        opened_at=None if state == "draft" else opened or moment(row.get("created_at")),
        closed_at=closed or moment(row.get("updated_at")) if state == "closed" else None,
        department=_first_name(staging, own, row, "departments", "job_department", "department", "department_id"),
        place=_office(staging, own, row)
        or line(first(inner(post.get("location")), "name") or post.get("location_name")),
        description=words(post.get("content")),
        is_confidential=flag(row.get("confidential")),
        headcount=max(1, len(openings)),
        owner=next((user for user, role in _team(staging, own, row) if role == "recruiter"), None),
        team=tuple(_team(staging, own, row)),
        stages=tuple(PastStage(key(stage.get("id")), line(stage.get("name"))) for stage in stages),
    )


def _number(value: Any) -> float:
    try:
        return float(text(value) or 0)
    except ValueError:
        return 0.0


def _first_name(staging: Staging, own: str, row: Row, nested: str, link: str, kind: str, column: str) -> str:
    for entry in items(row.get(nested)):
        if name := line(inner(entry).get("name")):
            return name
    for entry in staging.children(link, own):
        if name := line((staging.find(kind, key(entry.get(column))) or {}).get("name")):
            return name
    return ""


def _office(staging: Staging, own: str, row: Row) -> str:
    offices = [inner(office) for office in items(row.get("offices"))]
    offices += [
        staging.find("office", key(link.get("office_id"))) or {} for link in staging.children("job_office", own)
    ]
    for office in offices:
        if found := line(first(inner(office.get("location")), "name") or office.get("location_name")) or line(
            office.get("name")
        ):
            return found
    return ""


def _team(staging: Staging, own: str, row: Row) -> list[tuple[Colleague, str]]:
    found: list[tuple[Colleague, str]] = []
    for name, users in inner(row.get("hiring_team")).items():
        found += [
            (user, TEAM_ROLES[name])
            for user in (read_user(staging, u) for u in items(users))
            if user and name in TEAM_ROLES
        ]
    for link in staging.children("hiring_team", own):
        user, role = read_user(staging, link.get("user_id")), TEAM_ROLES.get(text(link.get("role")))
        if user and role:
            found.append((user, role))
    return list(dict.fromkeys(found))


def _stage_name(staging: Staging, stage_id: Any) -> str:
    return line((staging.find("job_stage", key(stage_id)) or {}).get("name"))


def _source(staging: Staging, row: Row) -> str:
    nested = inner(row.get("source"))
    if nested:
        return line(first(nested, "public_name", "name"))
    found = staging.find("source", key(row.get("source_id"))) or {}
    return line(first(found, "name", "public_name"))


def _pool(staging: Staging, row: Row) -> str:
    detail = inner(row.get("prospect_detail"))
    pool = inner(detail.get("prospect_pool")) or staging.find("prospect_pool", key(row.get("prospect_pool_id"))) or {}
    return line(pool.get("name"))


def _application(staging: Staging, row: Row) -> ApplicationEntry | None:
    """An application; None for a prospect without a job, who is in the pool only."""
    own = key(row.get("id"))
    job_ids = [key(inner(job).get("id")) for job in items(row.get("jobs"))]
    job_ids += [key(link.get("job_id")) for link in staging.children("job_application", own)]
    job_id = next(filter(None, [*job_ids, key(row.get("job_id"))]), "")
    status = text(row.get("status")).casefold()
    if (flag(row.get("prospect")) and not job_id) or status == "converted" or flag(row.get("is_deleted")):
        return None
    history = sorted(
        ((at, change) for change in staging.children("application_history", own) if (at := moment(change.get("updated_at")))),
        key=lambda pair: pair[0],
    )  # fmt: skip
    moves = [Move(at, name) for at, change in history if (name := _stage_name(staging, change.get("new_stage_id")))]
    ends = [at for at, change in history if text(change.get("new_status")).casefold() in ENDS]
    state = _state(staging, row, status)
    last = moment(row.get("last_activity_at"))
    ended = (moment(row.get("rejected_at")) or (ends[-1] if ends else None) or last) if state != "active" else None
    reason = (
        inner(row.get("rejection_reason")) or staging.find("rejection_reason", key(row.get("rejected_reason_id"))) or {}
    )
    is_prospect = flag(row.get("prospect"))
    return ApplicationEntry(
        id=own,
        job_id=job_id,
        state=state,
        stage=line(inner(row.get("current_stage")).get("name"))
        or _stage_name(staging, row.get("current_stage_id"))
        or (moves[-1].stage if moves else ""),
        reason=line(reason.get("name")) if state not in ("active", "hired") else "",
        note=_rejection_note(row),
        applied_at=moment(row.get("applied_at")) or moment(row.get("created_at")) or last,
        ended_at=ended,
        owner=read_user(staging, first(row, "recruiter", "recruiter_id"))
        or read_user(staging, first(row, "credited_to", "credited_to_user_id")),
        origin=_origin(_source(staging, row), is_prospect),
        moves=tuple(moves),
    )


def _state(staging: Staging, row: Row, status: str) -> str:
    if status != "rejected":
        return ENDS.get(status, "active")
    reason = (
        inner(row.get("rejection_reason")) or staging.find("rejection_reason", key(row.get("rejected_reason_id"))) or {}
    )
    kind = text(first(inner(reason.get("type")), "name") or reason.get("type_name")).casefold()
    return "withdrawn" if "rejected us" in kind else "rejected"


def _rejection_note(row: Row) -> str:
    fields = inner(inner(row.get("rejection_details")).get("keyed_custom_fields")).values()
    said = [(line(inner(field).get("name")), words(inner(field).get("value"))) for field in fields]
    return "\n".join(f"{name}: {value}" for name, value in said if value)


def _origin(source: str, is_prospect: bool) -> str:
    if "referral" in source.casefold():
        return "referred"
    return "sourced" if is_prospect or "prospecting" in source.casefold() else "applied"


def _contacts(staging: Staging, own: str, row: Row) -> Iterator[ContactPointDraft]:
    for kind, nested, table in (
        ("email", "email_addresses", "email_address"),
        ("phone", "phone_numbers", "phone_number"),
        ("link", "website_addresses", "website_address"),
        ("link", "social_media_addresses", "social_media_address"),
    ):
        seen = set()
        for entry in [*map(inner, items(row.get(nested))), *staging.children(table, own)]:
            value = line(entry.get("value"))
            if value and value not in seen:
                seen.add(value)
                label = line(entry.get("type"))
                yield ContactPointDraft(kind, value, "" if label == "other" else label)


def _place(staging: Staging, own: str, row: Row, applications: list[dict[str, Any]]) -> str:
    addresses = [*map(inner, items(row.get("addresses"))), *staging.children("address", own)]
    for address in addresses:
        if lines := [part.strip() for part in words(address.get("value")).splitlines() if part.strip()]:
            return ", ".join(lines[-2:])
    places = (line(first(inner(a.get("location")), "address") or a.get("location_address")) for a in applications)
    return next(filter(None, places), "")


def _experiences(staging: Staging, own: str, row: Row) -> Iterator[ExperienceDraft]:
    for entry in [*map(inner, items(row.get("employments"))), *staging.children("employment", own)]:
        start, end = day(entry.get("start_date")), day(entry.get("end_date"))
        yield ExperienceDraft(
            title=line(entry.get("title")),
            organisation=line(first(entry, "company_name", "company")),
            start_on=start.replace(day=1) if start else None,
            end_on=end.replace(day=1) if end else None,
            is_current=bool(start and not end),
        )


def _educations(staging: Staging, own: str, row: Row) -> Iterator[EducationDraft]:
    for entry in [*map(inner, items(row.get("educations"))), *staging.children("education", own)]:
        yield EducationDraft(
            school=line(first(entry, "school_name", "school")),
            degree=line(entry.get("degree")),
            field=line(entry.get("discipline")),
            start_on=day(entry.get("start_date")),
            end_on=day(entry.get("end_date")),
        )


def _tags(staging: Staging, own: str, row: Row) -> Iterator[str]:
    for tag in items(row.get("tags")):
        yield line(inner(tag).get("name")) if isinstance(tag, dict) else line(tag)
    for link in staging.children("candidate_tag", own):
        yield line((staging.find("tag", key(link.get("tag_id"))) or {}).get("name"))
