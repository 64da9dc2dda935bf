"""Lever: the objects of its API as JSON (opportunities.json, postings.json, …), or its tables as CSV.

A person is a contact; each time they are considered is an opportunity, for a posting where it has an application. Stages
are the same for all postings. Times are milliseconds since 1970 in JSON, text in tables.
Sources: https://hire.lever.co/developer/documentation; the names of tables are those of Fivetran's connector.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from rapport.candidates.drafts import ConsentDraft, ContactPointDraft
from rapport.flows.moving_in.export_files import Export, Member
from rapport.flows.moving_in.shape import (
    ApplicationEntry,
    Colleague,
    EventEntry,
    FileEntry,
    JobEntry,
    Move,
    NoteEntry,
    PastStage,
    PersonEntry,
)
from rapport.flows.moving_in.staging import Staging
from rapport.flows.moving_in.tables import Table, load, table_name
from rapport.flows.moving_in.values import (
    Row,
    colleague,
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

OF_OPPORTUNITY = ("opportunity_id", "opportunityId")
TABLES = {
    "opportunity": Table(("id",), ("contact",)),
    "contact_email": Table((), ("contact_id",), ("email",)),
    "contact_phone": Table((), ("contact_id",), ("index",)),
    "contact_link": Table((), ("contact_id",), ("link",)),
    "opportunity_tag": Table((), OF_OPPORTUNITY, ("tag",)),
    "opportunity_source": Table((), OF_OPPORTUNITY, ("source",)),
    "opportunity_stage_history": Table((), OF_OPPORTUNITY),
    "application": Table(("id",), OF_OPPORTUNITY),
    "note": Table(("id",), OF_OPPORTUNITY),
    "feedback_form": Table(("id",), OF_OPPORTUNITY),
    "feedback_form_field": Table((), ("feedback_form_id",), ("field_index", "value_index")),
    "interview": Table(("id",), OF_OPPORTUNITY),
    "interview_user": Table((), ("interview_id",), ("user_id",)),
    "interviewer_user": Table((), ("interview_id",), ("user_id",)),
    "resume": Table(("id",), OF_OPPORTUNITY),
    "file": Table(("id",), OF_OPPORTUNITY),
    "posting": Table(("id",)),
    "requisition_posting": Table((), ("posting_id",), ("requisition_id",)),
    "requisition": Table(("id",)),
    "stage": Table(("id",)),
    "archive_reason": Table(("id",)),
    "user": Table(("id",)),
}
# The API nests these in an opportunity when it is asked to expand them.
NESTED = {"applications": "application", "notes": "note", "feedback": "feedback_form", "interviews": "interview",
          "resumes": "resume", "files": "file"}  # fmt: skip
STATES = {
    "published": "open",
    "internal": "open",
    "pending": "draft",
    "draft": "draft",
    "closed": "closed",
    "rejected": "closed",
}
ORIGINS = {"sourced": "sourced", "referred": "referred", "applied": "applied"}
WITHDRAWN = ("withdrew", "withdrawn", "declined", "not interested", "no longer interested", "timing", "unresponsive", "accepted another")  # fmt: skip


class Lever:
    kind = "lever"
    label = "Lever"
    job_kind = "posting"

    def __init__(self, *, with_private: bool = False) -> None:
        self.with_private = with_private
        self._export: Export | None = None
        self._stages: list[PastStage] | None = None

    def stage(self, export: Export, staging: Staging) -> None:
        self._export = export

        def take(name: str, row: dict[str, Any], member: Member) -> bool:
            return self._take(staging, name, row)

        load(export, staging, TABLES, name_of=lambda member: table_name(member, TABLES, ("lever_",)), hook=take)
        staging.finish()
        staging.derive("contact", "opportunity")
        staging.parents_missing(("contact_email", "contact_phone", "contact_link"), "contact")

    def _take(self, staging: Staging, name: str, row: dict[str, Any]) -> bool:
        """Spread what a JSON opportunity nests; one without a contact is a person by itself."""
        if name == "opportunity":
            own = key(row.get("id"))
            if isinstance(row.get("contact"), dict):
                row["contact"] = row["contact"].get("id")
            if not key(row.get("contact")):
                row["contact"] = own
            for nested, kind in NESTED.items():
                for entry in items(row.get(nested)):
                    if key(inner(entry).get("id")):
                        staging.add(kind, entry, key=key(entry["id"]), parent=own)
            for nested, kind in (("stage", "stage"), ("posting", "posting")):
                self._mention(staging, kind, row.get(nested))
        elif name == "application":
            self._mention(staging, "posting", row.get("posting"))
        return True

    def _mention(self, staging: Staging, kind: str, value: Any) -> None:
        """An expanded stage or posting, for an export without their own files."""
        if key(inner(value).get("id")):
            staging.add_missing(kind, {"state": "closed", **inner(value)}, key=key(inner(value)["id"]))

    def count(self, staging: Staging) -> tuple[int, int]:
        return staging.count("posting"), staging.count("contact") + staging.count("missing")

    def jobs(self, staging: Staging, skip: int) -> Iterator[JobEntry]:
        for posting_id, _, row in staging.all_of("posting", skip):
            yield self._job(staging, posting_id, row)

    def _job(self, staging: Staging, own: str, row: Row) -> JobEntry:
        categories = inner(row.get("categories"))
        state = STATES.get(text(row.get("state")).casefold(), "closed")
        created, updated = moment(first(row, "created_at", "createdAt")), moment(first(row, "updated_at", "updatedAt"))
        requisitions = [
            staging.find("requisition", key(link.get("requisition_id"))) or {}
            for link in staging.children("requisition_posting", own)
        ]
        heads = sum(
            int(text(r.get("headcount_total")) or 0) for r in requisitions if text(r.get("headcount_total")).isdigit()
        )
        owner = self._user(staging, first(row, "owner", "owner_id"))
        manager = self._user(staging, first(row, "hiringManager", "hiring_manager_id"))
        manager = manager or next(
            filter(None, (self._user(staging, r.get("hiring_manager_id")) for r in requisitions)), None
        )
        content = inner(row.get("content"))
        return JobEntry(
            id=own,
            title=line(row.get("text")),
            state=state,
            created_at=created,
            opened_at=None if state == "draft" else created,
            closed_at=updated if state == "closed" else None,
            department=line(
                first(categories, "department", "team") or first(row, "categories_department", "categories_team")
            ),
            place=line(categories.get("location") or row.get("categories_location")),
            description=words(
                first(content, "descriptionHtml", "description")
                or first(row, "content_description_html", "content_description")
            ),
            is_confidential=text(row.get("confidentiality")) == "confidential",
            headcount=max(1, heads),
            owner=owner,
            team=tuple(
                (who, role) for who, role in ((owner, "recruiter"), (manager, "hiring_manager")) if who is not None
            ),
            stages=tuple(self._all_stages(staging)),
        )

    def _all_stages(self, staging: Staging) -> list[PastStage]:
        """The stages of the house in the order of the export; each posting uses all of them."""
        if self._stages is None:
            rows = staging.all_of("stage")
            self._stages = [PastStage(own, line(row.get("text"))) for own, _, row in rows if line(row.get("text"))]
        return self._stages

    def _user(self, staging: Staging, value: Any) -> Colleague | None:
        nested = inner(value)
        user_id = key(nested.get("id")) if nested else key(value)
        row = staging.find("user", user_id) if user_id else None
        return colleague(row if row is not None else nested)

    def people(self, staging: Staging, skip: int) -> Iterator[PersonEntry]:
        for contact, _, _ in staging.all_of("contact", skip):
            yield self._person(staging, contact)
        for contact, _, _ in staging.all_of("missing", max(0, skip - staging.count("contact"))):
            yield self._person(staging, contact)

    def _person(self, staging: Staging, own: str) -> PersonEntry:
        rows = staging.children("opportunity", own)
        by_time = sorted(rows, key=lambda row: str(moment(first(row, "created_at", "createdAt")) or ""))
        latest: Row = by_time[-1] if by_time else {}
        at = ordered(moment(first(row, "created_at", "createdAt")) for row in rows)
        last = ordered(moment(first(row, "last_interaction_at", "lastInteractionAt")) for row in rows)
        hidden = [row for row in rows if text(row.get("confidentiality")) == "confidential"]
        left_out = ""
        if any(flag(first(row, "is_anonymized", "isAnonymized")) for row in rows):
            left_out = "This person was made anonymous in Lever and is not brought in."
        elif hidden and not self.with_private:
            left_out = (
                "This person is confidential in Lever, and nobody is private here. --with-private brings them in."
            )
        return PersonEntry(
            id=own,
            full_name=next((line(row.get("name")) for row in reversed(by_time) if line(row.get("name"))), ""),
            organisation=self._employer(latest),
            place=line(inner(latest.get("location")).get("name") or latest.get("location")),
            source=next(filter(None, (source for row in by_time for source in self._sources(staging, row))), ""),
            owner=self._user(staging, first(latest, "owner", "owner_id")),
            created_at=at[0] if at else None,
            last_activity_at=last[-1] if last else None,
            contact_points=tuple(self._contacts(staging, own, rows)),
            tags=tuple(dict.fromkeys(tag for row in by_time for tag in self._tags(staging, row))),
            consents=tuple(self._consents(latest)),
            applications=tuple(found for row in by_time for found in self._applications(staging, row)),
            notes=tuple(found for row in by_time for found in self._notes(staging, row)),
            files=tuple(found for row in by_time for found in self._files(staging, own, row)),
            events=tuple(found for row in by_time for found in self._events(staging, row)),
            is_reference=not rows,
            left_out=left_out,
            warnings=tuple(self._warnings(by_time)),
        )

    def _employer(self, row: Row) -> str:
        """Lever's headline is mostly a list of employers; the first is the present one."""
        return line(row.get("headline")).split(",")[0].strip()

    def _warnings(self, rows: Iterable[Row]) -> Iterator[str]:
        refused = [
            row
            for row in rows
            if first(row, "data_protection_contact_allowed") is not None or inner(row.get("dataProtection"))
        ]
        for row in refused[-1:]:
            allowed = first(inner(inner(row.get("dataProtection")).get("contact")), "allowed")
            allowed = row.get("data_protection_contact_allowed") if allowed is None else allowed
            if text(str(allowed)).casefold() == "false":
                yield "Lever says that this person may not be contacted: check their consent before you write."

    def _contacts(self, staging: Staging, own: str, rows: list[dict[str, Any]]) -> Iterator[ContactPointDraft]:
        found: dict[tuple[str, str], ContactPointDraft] = {}
        for row in rows:
            for email in items(row.get("emails")):
                found.setdefault(("email", text(email)), ContactPointDraft("email", text(email)))
            for phone in items(row.get("phones")):
                value = text(first(inner(phone), "value") or (phone if not isinstance(phone, dict) else ""))
                found.setdefault(("phone", value), ContactPointDraft("phone", value, text(inner(phone).get("type"))))
            for link in items(row.get("links")):
                found.setdefault(("link", text(link)), ContactPointDraft("link", text(link)))
        for kind, table, column in (
            ("email", "contact_email", "email"),
            ("phone", "contact_phone", "value"),
            ("link", "contact_link", "link"),
        ):
            for entry in staging.children(table, own):
                value = line(entry.get(column))
                found.setdefault((kind, value), ContactPointDraft(kind, value, line(entry.get("type"))))
        yield from (point for (_, value), point in found.items() if value)

    def _sources(self, staging: Staging, row: Row) -> list[str]:
        own = key(row.get("id"))
        return [line(source) for source in items(row.get("sources"))] + [
            line(link.get("source")) for link in staging.children("opportunity_source", own)
        ]

    def _tags(self, staging: Staging, row: Row) -> list[str]:
        own = key(row.get("id"))
        found = [line(tag) for tag in items(row.get("tags"))] + [
            line(link.get("tag")) for link in staging.children("opportunity_tag", own)
        ]
        return [tag for tag in found if tag]

    def _consents(self, row: Row) -> Iterator[ConsentDraft]:
        """Leave to keep a person until a day; without a day it proves nothing and is not brought in."""
        store = inner(inner(row.get("dataProtection")).get("store"))
        allowed = first(store, "allowed") if store else row.get("data_protection_store_allowed")
        until = moment(first(store, "expiresAt") or row.get("data_protection_store_expires_at"))
        given = moment(first(row, "created_at", "createdAt"))
        if flag(allowed) and until and given and until > given:
            yield ConsentDraft("pool", given, expires_at=until, proof="Noted in Lever")

    def _stage_name(self, staging: Staging, value: Any) -> str:
        nested = inner(value)
        found = staging.find("stage", key(nested.get("id") if nested else value)) or nested
        return line(found.get("text"))

    def _applications(self, staging: Staging, row: Row) -> Iterator[ApplicationEntry]:
        own = key(row.get("id"))
        archived = inner(row.get("archived"))
        archived_at = moment(first(archived, "archivedAt") or row.get("archived_at"))
        moves = self._moves(staging, own, row)
        stage = self._stage_name(staging, first(row, "stage", "stage_id"))
        for application in staging.children("application", own):
            posting = (
                application.get("posting") if application.get("posting") is not None else application.get("posting_id")
            )
            ended = archived_at or moment(
                first(application, "archived_at") or first(inner(application.get("archived")), "archivedAt")
            )
            reason_id = first(archived, "reason") or first(row, "archived_reason_id", "archived_reason") or first(application, "archived_reason_id") or first(inner(application.get("archived")), "reason")  # fmt: skip
            reason = staging.find("archive_reason", key(reason_id)) or {}
            name = line(reason.get("text"))
            state = self._state(name, reason) if ended else "active"
            applied = moment(first(application, "created_at", "createdAt"))
            yield ApplicationEntry(
                id=key(application.get("id")),
                job_id=key(inner(posting).get("id") if isinstance(posting, dict) else posting),
                state=state,
                stage=stage or (moves[-1].stage if moves else ""),
                reason=name if state not in ("active", "hired") else "",
                applied_at=applied or moment(first(row, "created_at", "createdAt")),
                ended_at=ended,
                owner=self._user(staging, first(row, "owner", "owner_id") or first(application, "posting_owner_id")),
                origin=self._origin(application, row),
                moves=tuple(move for move in moves if not applied or move.at >= applied),
            )

    def _state(self, name: str, reason: Row) -> str:
        word = name.casefold()
        if text(reason.get("type")) == "hired" or word == "hired":
            return "hired"
        return "withdrawn" if any(part in word for part in WITHDRAWN) else "rejected"

    def _origin(self, application: Row, row: Row) -> str:
        if text(application.get("type")) == "referral":
            return "referred"
        return ORIGINS.get(text(row.get("origin")).casefold(), "imported")

    def _moves(self, staging: Staging, own: str, row: Row) -> list[Move]:
        found = []
        for change in [
            *map(inner, items(row.get("stageChanges"))),
            *staging.children("opportunity_stage_history", own),
        ]:
            at = moment(first(change, "updatedAt", "updated_at"))
            name = self._stage_name(staging, first(change, "toStageId", "stage_id"))
            if at and name:
                found.append(Move(at, name))
        return sorted(set(found), key=lambda move: (move.at, move.stage))

    def _notes(self, staging: Staging, row: Row) -> Iterator[NoteEntry]:
        own = key(row.get("id"))
        for note in staging.children("note", own):
            if flag(note.get("secret")) or first(note, "deletedAt", "deleted_at"):
                continue
            fields = [words(inner(field).get("value")) for field in items(note.get("fields"))]
            body = words(first(note, "text", "value")) or "\n".join(filter(None, fields))
            at = moment(first(note, "createdAt", "created_at"))
            yield NoteEntry(key(note["id"]), body, at, self._user(staging, first(note, "user", "user_id")))
        for form in staging.children("feedback_form", own):
            if not first(form, "deletedAt", "deleted_at"):
                yield self._feedback(staging, form)

    def _feedback(self, staging: Staging, form: Row) -> NoteEntry:
        score = line(form.get("score_system_value")) or ""
        lines = [f"Feedback, {line(form.get('text')) or 'interview'}" + (f": {score}" if score else "")]
        for field in map(inner, items(form.get("fields"))):
            value = field.get("value")
            said = ", ".join(map(line, value)) if isinstance(value, list) else words(value)
            if said:
                lines.append(f"{line(field.get('text'))}\n{said}")
        for field in staging.children("feedback_form_field", key(form.get("id"))):
            said = words(first(field, "value_text", "value_number", "value_decimal", "value_date"))
            if said:
                lines.append(f"- {said}")
        at = moment(first(form, "completedAt", "completed_at", "createdAt", "created_at"))
        author = self._user(staging, first(form, "user", "creator_id"))
        return NoteEntry(f"feedback/{key(form.get('id'))}", "\n".join(lines), at, author)

    def _files(self, staging: Staging, contact: str, row: Row) -> Iterator[FileEntry]:
        own = key(row.get("id"))
        for table, kind in (("resume", "resume"), ("file", "other")):
            for file in staging.children(table, own):
                file_id, nested = key(file.get("id")), inner(file.get("file"))
                name = line(first(nested, "name") or first(file, "file_name", "name")) or "resume"
                ending = text(first(nested, "ext") or first(file, "file_ext", "ext")).strip(".")
                full = name if not ending or name.casefold().endswith(f".{ending}".casefold()) else f"{name}.{ending}"
                ends = [f"{file_id}/{full}", f"{file_id}.{ending}", f"{own}/{full}", f"{contact}/{full}", full, name]
                path = self._export.find(*(end for end in ends if end.strip("./"))) if self._export else ""
                at = moment(first(nested, "uploadedAt") or first(file, "createdAt", "created_at", "uploadedAt"))
                shown = full if "." in full or not path else path.rpartition("/")[2]
                yield FileEntry(f"{table}/{file_id}", shown, kind, path, at)

    def _events(self, staging: Staging, row: Row) -> Iterator[EventEntry]:
        for interview in staging.children("interview", key(row.get("id"))):
            at: datetime | None = moment(interview.get("date"))
            if at is None:
                continue
            people = [self._user(staging, person) for person in items(interview.get("interviewers"))]
            for table in ("interviewer_user", "interview_user"):
                people += [
                    self._user(staging, link.get("user_id")) for link in staging.children(table, key(interview["id"]))
                ]
            names = ", ".join(dict.fromkeys(person.name for person in people if person and person.name))
            said = f"interview {line(interview.get('subject'))}".strip() + (f" with {names}" if names else "")
            cancelled = first(interview, "canceledAt", "canceled_at")
            yield EventEntry(f"interview/{key(interview['id'])}", f"{said}, cancelled" if cancelled else said, at)
