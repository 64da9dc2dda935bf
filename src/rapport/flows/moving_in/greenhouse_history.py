"""What Greenhouse tells of a person's past: notes, e-mails, scorecards, interviews and its activity feed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rapport.flows.moving_in.shape import (
    Colleague,
    EventEntry,
    NoteEntry,
)
from rapport.flows.moving_in.staging import Staging
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
    text,
    words,
)


def read_user(staging: Staging, value: Any) -> Colleague | None:
    """A user by id or as a nested object; the address stands in the table of users."""
    nested = inner(value)
    user_id = key(nested.get("id")) if nested else key(value)
    row = staging.find("user", user_id) if user_id else None
    if row is None:
        return colleague(nested)
    found = colleague(row)
    emails = [text(email) for email in items(row.get("emails"))]
    emails += [text(email.get("email")) for email in staging.children("user_email", user_id)]
    email = (found.email if found else "") or next(filter(None, emails), "")
    return Colleague(found.name if found else "", email.casefold()) if found or email else None


def read_feed(staging: Staging, own: str, row: Row) -> dict[str, list[Row]]:
    """Notes, e-mails and activities, from a nested feed, its own file, or tables."""
    feeds = [inner(row.get("activity_feed")), *staging.children("activity_feed", own)]
    found: dict[str, list[Row]] = {}
    for name, table in (("notes", "note"), ("emails", "email"), ("activities", "activity")):
        rows = [inner(entry) for feed in feeds for entry in items(feed.get(name))] + list(staging.children(table, own))
        by_id = {key(entry.get("id")): entry for entry in rows if key(entry.get("id"))}
        found[name] = list(by_id.values())
    return found


def _is_private(note: Row) -> bool:
    return flag(note.get("private")) or text(first(note, "visibility", "visiblity")) in ("private", "admin_only")


def tell_private_notes(staging: Staging, own: str, feed: dict[str, list[Row]]) -> list[str]:
    count = sum(_is_private(note) for note in feed["notes"])
    return (
        [f"{count} private note{'s' if count > 1 else ''} left out: here all who see a candidate read the notes."]
        if count
        else []
    )


def _author(staging: Staging, row: Row) -> Colleague | None:
    return read_user(staging, first(row, "user", "user_id"))


def list_notes(staging: Staging, own: str, feed: dict[str, list[Row]]) -> Iterator[NoteEntry]:
    for note in feed["notes"]:
        if not _is_private(note):
            yield NoteEntry(
                key(note["id"]), words(note.get("body")), moment(note.get("created_at")), _author(staging, note)
            )
    for mail in feed["emails"]:
        head = [("Subject", "subject"), ("From", "from"), ("To", "to"), ("Cc", "cc")]
        lines = [f"{label}: {line(mail.get(name))}" for label, name in head if line(mail.get(name))]
        body = "\n".join(["E-mail", *lines, "", words(mail.get("body"))]).strip()
        yield NoteEntry(f"email/{key(mail['id'])}", body, moment(mail.get("created_at")), _author(staging, mail))
    for card in staging.children("scorecard", own):
        yield _scorecard(staging, card)


def _scorecard(staging: Staging, card: Row) -> NoteEntry:
    attributes = [
        *map(inner, items(card.get("attributes"))),
        *staging.children("scorecard_attribute", key(card.get("id"))),
    ]
    recommendation = text(card.get("overall_recommendation")).replace("_", " ")
    lines = [f"Scorecard, {line(card.get('interview')) or 'interview'}: {recommendation or 'no recommendation'}"]
    for attribute in attributes:
        rating, said = text(attribute.get("rating")).replace("_", " "), line(attribute.get("note"))
        if said or rating not in ("", "no decision"):
            lines.append(f"- {line(attribute.get('name'))}: {', '.join(filter(None, (rating, said)))}")
    for question in map(inner, items(card.get("questions"))):
        answer = words(question.get("answer"))
        if answer and line(question.get("question")).casefold() != "private notes":
            lines.append(f"{line(question.get('question'))}\n{answer}")
    by = read_user(staging, first(card, "submitted_by", "submitted_by_user_id"))
    at = moment(first(card, "submitted_at", "interviewed_at", "created_at"))
    return NoteEntry(f"scorecard/{key(card.get('id'))}", "\n".join(lines), at, by)


def list_events(
    staging: Staging, own: str, feed: dict[str, list[Row]], applications: list[dict[str, Any]]
) -> list[EventEntry]:
    found = []
    for activity in feed["activities"]:
        at = moment(activity.get("created_at"))
        said = ": ".join(filter(None, (line(activity.get("subject")), line(activity.get("body")))))
        if at and said:
            found.append(EventEntry(f"activity/{key(activity['id'])}", _by(said, _author(staging, activity)), at))
    for application in applications:
        for interview in staging.children("scheduled_interview", key(application.get("id"))):
            if event := _interview(staging, interview):
                found.append(event)
    return found


def _by(said: str, author: Colleague | None) -> str:
    return f"{said} ({author.name})" if author and author.name and author.name not in said else said


def _interview(staging: Staging, row: Row) -> EventEntry | None:
    start: Any = row.get("start") or row.get("start_at")
    at: datetime | None = moment(first(inner(start), "date_time", "date") if isinstance(start, dict) else start)
    if at is None:
        return None
    nested = inner(row.get("interview"))
    name = line(nested.get("name")) or line((staging.find("interview", key(row.get("interview_id"))) or {}).get("name"))
    people = [colleague(person) for person in items(row.get("interviewers"))]
    people += [
        read_user(staging, link.get("interviewer_id"))
        for link in staging.children("scheduled_interviewer", key(row["id"]))
    ]
    names = ", ".join(dict.fromkeys(person.name for person in people if person and person.name))
    said = f"interview {name}".strip() + (f" with {names}" if names else "")
    status = text(row.get("status")).replace("_", " ")
    return EventEntry(f"interview/{key(row['id'])}", f"{said}, {status}" if status else said, at)
