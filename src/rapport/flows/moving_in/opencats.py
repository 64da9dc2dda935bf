"""OpenCATS: a dump of its MySQL database (one .sql file), or its tables as CSV, with the folder attachments/ beside it.

Its statuses are the stages of every job, but for those that end an application: Not in Consideration, Client Declined and
Placed. Times in it have no zone and are taken for UTC. Source: db/cats_schema.sql of the project.
"""

import io
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from rapport.candidates.drafts import ContactPointDraft
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
from rapport.flows.moving_in.sql_dump import read_dump
from rapport.flows.moving_in.staging import Staging
from rapport.flows.moving_in.tables import Table, load, stage_row, table_name
from rapport.flows.moving_in.values import Row, first, flag, key, line, moment, ordered, text, words
from rapport.intake.document import Refusal
from rapport.intake.table_files import detect_encoding

CANDIDATE, JOB = "100", "400"  # data_item_type
TABLES = {
    "candidate": Table(("candidate_id",)),
    "joborder": Table(("joborder_id",)),
    "candidate_joborder": Table(("candidate_joborder_id",), ("candidate_id",)),
    "candidate_joborder_status": Table(("candidate_joborder_status_id",)),
    "candidate_joborder_status_history": Table(("candidate_joborder_status_history_id",), ("candidate_id",)),
    "activity": Table(("activity_id",), ("data_item_id",)),
    "activity_type": Table(("activity_type_id",)),
    "attachment": Table(("attachment_id",), ("data_item_id",)),
    "calendar_event": Table(("calendar_event_id",), ("data_item_id",)),
    "extra_field": Table(("extra_field_id",), ("data_item_id",)),
    "candidate_tag": Table(("id",), ("candidate_id",)),
    "tag": Table(("tag_id",)),
    "saved_list": Table(("saved_list_id",)),
    "saved_list_entry": Table(("saved_list_entry_id",), ("data_item_id",)),
    "company": Table(("company_id",)),
    "user": Table(("user_id",)),
}
OF_ITEMS = ("activity", "attachment", "calendar_event", "extra_field", "saved_list_entry")
PEOPLES_ROWS = ("candidate_joborder", "candidate_tag", *OF_ITEMS)
# What a fresh installation has; its own table says otherwise where there is one.
STATUSES = {
    "100": "No Contact", "200": "Contacted", "250": "Candidate Responded", "300": "Qualifying", "400": "Submitted",
    "500": "Interviewing", "600": "Offered",
}  # fmt: skip
ENDS = {"650": ("rejected", "Not in Consideration"), "700": ("rejected", "Client Declined"), "800": ("hired", "")}
ACTIVITIES = {
    "100": "Not reached", "200": "E-mail", "300": "Meeting", "400": "", "500": "Call", "600": "Call, left a message",
    "700": "Call, missed", "800": "Status change",
}  # fmt: skip
STATES = {"active": "open", "on hold": "paused", "onhold": "paused", "upcoming": "draft", "lead": "draft"}
_SKILLS = re.compile(r"[,;\n|•]+")
MOST_SKILLS = 100


class OpenCats:
    kind = "opencats"
    label = "OpenCATS"
    job_kind = "joborder"

    def __init__(self, *, with_private: bool = False) -> None:
        self.with_private = with_private
        self._export: Export | None = None
        self._names: dict[str, str] | None = None

    def stage(self, export: Export, staging: Staging) -> None:
        self._export = export
        for member in export.members:
            if member.suffix == ".sql":
                self._stage_dump(export, staging, member)
        load(export, staging, TABLES, name_of=_name_of, hook=lambda name, row, _: _is_wanted(name, row))
        staging.unread = [path for path in staging.unread if not path.lower().endswith(".sql")]
        staging.finish()
        staging.parents_missing(PEOPLES_ROWS, "candidate")

    def _stage_dump(self, export: Export, staging: Staging, member: Member) -> None:
        try:
            with closing(export.open(member)) as file:
                source = file if file.seekable() else io.BytesIO(file.read())
                encoding = detect_encoding(source)
                source.seek(0)
                with io.TextIOWrapper(source, encoding, errors="replace", newline=None) as stream:
                    for found in read_dump(stream, set(TABLES)):
                        if found.row is None:
                            staging.complain(f"{member.path} ({found.table})", found.number, found.problem)
                        elif _is_wanted(found.table, found.row):
                            staging.files_read += 1
                            stage_row(staging, found.table, TABLES[found.table], found.row, member, found.number)
        except (Refusal, OSError, EOFError) as problem:
            staging.complain(member.path, 0, str(problem))

    def count(self, staging: Staging) -> tuple[int, int]:
        return staging.count("joborder"), staging.count("candidate") + staging.count("missing")

    def jobs(self, staging: Staging, skip: int) -> Iterator[JobEntry]:
        for joborder_id, _, row in staging.all_of("joborder", skip):
            yield self._job(staging, joborder_id, row)

    def _job(self, staging: Staging, own: str, row: Row) -> JobEntry:
        state = STATES.get(text(row.get("status")).casefold(), "closed")
        created, changed = moment(row.get("date_created")), moment(row.get("date_modified"))
        owner, recruiter = _user(staging, row.get("owner")), _user(staging, row.get("recruiter"))
        company = staging.find("company", key(row.get("company_id"))) or {}
        team = [(who, "recruiter") for who in dict.fromkeys((owner, recruiter)) if who]
        return JobEntry(
            id=own,
            title=line(row.get("title")),
            state=state,
            created_at=created,
            opened_at=None if state == "draft" else created,
            closed_at=changed or created if state == "closed" else None,
            department=line(company.get("name")),
            place=", ".join(filter(None, (line(row.get("city")), line(row.get("state"))))),
            description=words(row.get("description")),
            is_confidential=flag(row.get("is_admin_hidden")),
            headcount=max(1, int(text(row.get("openings")))) if text(row.get("openings")).isdigit() else 1,
            owner=owner or recruiter,
            team=tuple(team),
            stages=tuple(
                PastStage(status, name) for status, name in self._statuses(staging).items() if status not in ENDS
            ),
        )

    def _statuses(self, staging: Staging) -> dict[str, str]:
        """The names of all statuses in their order; none is 0, which stands for no status."""
        if self._names is None:
            own = {
                status: line(row.get("short_description"))
                for status, _, row in staging.all_of("candidate_joborder_status")
            }
            found = own or STATUSES
            self._names = {
                status: found[status] for status in sorted(found, key=_number) if status != "0" and found[status]
            }
        return self._names

    def people(self, staging: Staging, skip: int) -> Iterator[PersonEntry]:
        for candidate_id, _, row in staging.all_of("candidate", skip):
            yield self._person(staging, candidate_id, row)
        for candidate_id, _, _ in staging.all_of("missing", max(0, skip - staging.count("candidate"))):
            yield self._person(staging, candidate_id, {}, is_reference=True)

    def _person(self, staging: Staging, own: str, row: Row, *, is_reference: bool = False) -> PersonEntry:
        names = (row.get("first_name"), row.get("middle_name"), row.get("last_name"))
        activities = staging.children("activity", own)
        times = ordered(moment(activity.get("date_occurred")) for activity in activities)
        changed = moment(row.get("date_modified"))
        hidden = flag(row.get("is_admin_hidden")) and not self.with_private
        tags = [
            line((staging.find("tag", key(link.get("tag_id"))) or {}).get("title"))
            for link in staging.children("candidate_tag", own)
        ]
        lists = [
            staging.find("saved_list", key(link.get("saved_list_id"))) or {}
            for link in staging.children("saved_list_entry", own)
        ]
        return PersonEntry(
            id=own,
            full_name=" ".join(filter(None, map(line, names))),
            organisation=line(row.get("current_employer")),
            place=", ".join(filter(None, (line(row.get(name)) for name in ("city", "state", "country")))),
            source=line(row.get("source")),
            owner=_user(staging, row.get("owner")),
            created_at=moment(row.get("date_created")),
            last_activity_at=max(filter(None, (changed, *times[-1:])), default=None),
            contact_points=tuple(_contacts(row)),
            skills=_skills(words(row.get("key_skills"))),
            tags=tuple(filter(None, [*tags, "Hot" if flag(row.get("is_hot")) else ""])),
            pools=tuple(dict.fromkeys(filter(None, (line(found.get("description")) for found in lists)))),
            applications=tuple(self._applications(staging, own)),
            notes=tuple(_notes(staging, own, row, activities)),
            files=tuple(self._files(staging, own)),
            events=tuple(_events(staging, own, activities)),
            is_reference=is_reference,
            left_out="This candidate is hidden in OpenCATS, and nobody is private here. --with-private brings them in."
            if hidden
            else "",
        )  # fmt: skip

    def _applications(self, staging: Staging, own: str) -> Iterator[ApplicationEntry]:
        history: dict[str, list[Row]] = {}
        for change in staging.children("candidate_joborder_status_history", own):
            history.setdefault(key(change.get("joborder_id")), []).append(change)
        names = self._statuses(staging)
        for row in staging.children("candidate_joborder", own):
            job_id, status = key(row.get("joborder_id")), text(row.get("status"))
            changes = sorted(
                ((at, change) for change in history.get(job_id, ()) if (at := moment(change.get("date")))),
                key=lambda pair: pair[0],
            )
            moves = [
                Move(at, names[to])
                for at, change in changes
                if (to := text(change.get("status_to"))) in names and to not in ENDS
            ]
            ends = [at for at, change in changes if text(change.get("status_to")) in ENDS]
            state, reason = ENDS.get(status, ("active", ""))
            reason = names.get(status, reason) if state == "rejected" else ""
            changed = moment(row.get("date_modified"))
            yield ApplicationEntry(
                id=key(row.get("candidate_joborder_id")),
                job_id=job_id,
                state=state,
                stage=names[status] if status in names and status not in ENDS else (moves[-1].stage if moves else ""),
                reason=reason,
                applied_at=moment(row.get("date_created")) or changed,
                ended_at=(ends[-1] if ends else changed) if state != "active" else None,
                owner=_user(staging, row.get("added_by")),
                origin="imported",
                moves=tuple(moves),
            )

    def _files(self, staging: Staging, own: str) -> Iterator[FileEntry]:
        """Files lie below attachments/ under the directory the row names; of a lost résumé its text is kept."""
        for row in staging.children("attachment", own):
            name, stored = line(row.get("original_filename")), line(row.get("stored_filename"))
            if flag(row.get("profile_image")) or not (name or stored):
                continue
            folder = line(row.get("directory_name")).strip("/")
            path = self._export.find(f"{folder}/{stored}", f"{own}/{stored}", stored, name) if self._export else ""
            kind = "resume" if flag(row.get("resume")) else "other"
            said = "" if path else words(row.get("text"))
            shown = f"{name or stored}.txt" if said else name or stored
            yield FileEntry(
                f"attachment/{key(row.get('attachment_id'))}", shown, kind, path, moment(row.get("date_created")), said
            )


def _name_of(member: Member) -> str:
    return "" if member.suffix == ".sql" else table_name(member, TABLES, ("cats_", "opencats_"))


def _is_wanted(name: str, row: Row) -> bool:
    """Rows about candidates; those about companies, contacts and jobs belong to no person."""
    return name not in OF_ITEMS or text(row.get("data_item_type")) == CANDIDATE


def _number(status: str) -> int:
    return int(status) if status.isdigit() else 0


def _user(staging: Staging, value: Any) -> Colleague | None:
    row = staging.find("user", key(value)) if key(value) not in ("", "0", "-1") else None
    if row is None:
        return None
    name = " ".join(filter(None, (line(row.get("first_name")), line(row.get("last_name"))))) or line(
        row.get("user_name")
    )
    return Colleague(name, text(row.get("email")).casefold())


def _contacts(row: Row) -> Iterator[ContactPointDraft]:
    for kind, column, label in (
        ("email", "email1", ""), ("email", "email2", ""), ("phone", "phone_cell", "mobile"), ("phone", "phone_home", "home"),
        ("phone", "phone_work", "work"), ("link", "web_site", ""),
    ):  # fmt: skip
        if value := line(row.get(column)):
            yield ContactPointDraft(kind, value, label)


def _skills(said: str) -> tuple[str, ...]:
    """The words of "key skills"; a sentence is no skill."""
    found = (" ".join(part.split()) for part in _SKILLS.split(said))
    return tuple(dict.fromkeys(part for part in found if part and len(part) <= 60 and part.count(" ") < 5))[
        :MOST_SKILLS
    ]


def _notes(staging: Staging, own: str, row: Row, activities: list[dict[str, Any]]) -> Iterator[NoteEntry]:
    entered = _user(staging, row.get("entered_by"))
    if said := words(row.get("notes")):
        yield NoteEntry(f"notes/{own}", said, moment(row.get("date_created")), entered)
    facts = [
        ("Desired pay", row.get("desired_pay")), ("Current pay", row.get("current_pay")),
        ("Available from", "" if moment(row.get("date_available")) is None else text(row.get("date_available"))[:10]),
        ("Best time to call", row.get("best_time_to_call")),
        *((line(field.get("field_name")), field.get("value")) for field in staging.children("extra_field", own)),
    ]  # fmt: skip
    lines = [f"{name}: {line(value)}" for name, value in facts if name and line(value)]
    if lines:
        yield NoteEntry(f"fields/{own}", "\n".join(lines), moment(row.get("date_created")), entered)
    for activity in activities:
        kind, said = text(activity.get("type")), words(activity.get("notes"))
        if said and kind != "800":
            body = f"{ACTIVITIES.get(kind, '')}\n{said}".strip()
            at = moment(first(activity, "date_occurred", "date_created"))
            yield NoteEntry(
                f"activity/{key(activity['activity_id'])}", body, at, _user(staging, activity.get("entered_by"))
            )


def _events(staging: Staging, own: str, activities: list[dict[str, Any]]) -> Iterator[EventEntry]:
    for activity in activities:
        kind, said = text(activity.get("type")), line(activity.get("notes"))
        at = moment(activity.get("date_occurred")) or moment(activity.get("date_created"))
        if at and (kind == "800" or not said) and (said or ACTIVITIES.get(kind)):
            who = _user(staging, activity.get("entered_by"))
            told = said or ACTIVITIES[kind]
            yield EventEntry(f"activity/{key(activity['activity_id'])}", f"{told} ({who.name})" if who else told, at)
    for event in staging.children("calendar_event", own):
        at = moment(event.get("date"))
        if at and line(event.get("title")):
            yield EventEntry(f"calendar/{key(event['calendar_event_id'])}", line(event.get("title")), at)
