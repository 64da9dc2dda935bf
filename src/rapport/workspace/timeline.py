"""What happened to somebody or something, made ready for the screen: grouped by day in the reader's zone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone

from rapport.accounts.capabilities import get_capability, holds
from rapport.accounts.queries import names_of
from rapport.activity.models import Activity
from rapport.activity.queries import list_timeline
from rapport.activity.sentences import fill, shown_data
from rapport.activity.verbs import Verb
from rapport.lib import clock, wording
from rapport.lib.actors import Actor

FILTERS = (("", "All"), ("mail", "Mail"), ("interviews", "Interviews"), ("notes", "Notes"), ("changes", "Changes"))
PAGE = 30
MACHINES = {"system": "Rapport", "command": "Command line"}
# What a candidate does is recorded by the machine that noticed it; the timeline says who it was.
BY_CANDIDATE = {"message.received": "wrote", "message.unsubscribed": "asked for no more mail"}
TONES = {
    "promise.broken": "bad", "promise.moved": "warn", "promise.made": "warn", "application.hired": "good",
    "message.bounced": "bad",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. `data` are the verb's values, dates among them in words; `extra` what its verb loads."""

    activity: Activity
    icon: str
    tone: str
    actor_name: str
    sentence: str
    data: Mapping[str, Any]
    template: str = ""
    extra: Any = None

    @property
    def dom_id(self) -> str:
        return f"activity-{self.activity.id}"

    @property
    def at(self) -> datetime:
        return self.activity.occurred_at


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day, the latest first."""

    on: date
    label: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Days, the latest first; `next_before` asks for older ones, None where there are none."""

    days: list[Day]
    next_before: UUID | None


def read_timeline(
    actor: Actor,
    subject_id: UUID,
    *,
    candidate_name: str = "",
    group: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
) -> TimelinePage:
    """One page of what the actor may see of what happened to a subject: two statements, and one for each verb that loads more.

    `candidate_name` is shown for what the candidate did. Days are those of the active time zone.
    """
    groups = [group] if group else []
    page = list_timeline(actor, subject_id, groups=groups, before=before, limit=limit)
    entries = make_entries(actor, page.activities, candidate_name)
    days = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    today = timezone.localtime(clock.now()).date()
    return TimelinePage([Day(day, day_label(day, today), list(rows)) for day, rows in days], page.next_before)


def day_label(day: date, today: date) -> str:
    """The head of a day: "Today, Mon 23 Nov", "Yesterday, Sun 22 Nov", "Fri 20 Nov 2025"."""
    spoken = wording.near_date(day, today)
    if spoken not in ("today", "yesterday"):
        return spoken
    return f"{spoken.capitalize()}, {day:%a} {day.day} {day:%b}"


def make_entries(actor: Actor, activities: Sequence[Activity], candidate_name: str = "") -> list[Entry]:
    """Activities as lines, in their order."""
    names = names_of(activity.actor_id for activity in activities if activity.actor_kind == "user")
    extras = _load_extras(actor, activities)
    told = {verb.name: _sentence_for(actor, verb) for verb in {activity.declared for activity in activities}}
    return [
        _entry(activity, told[activity.verb], names, candidate_name, extras.get(activity.id)) for activity in activities
    ]


def _sentence_for(actor: Actor, verb: Verb) -> str:
    may_know = not verb.capability or holds(actor, get_capability(verb.capability))
    return BY_CANDIDATE.get(verb.name) or (verb.sentence if may_know else verb.without)


def _load_extras(actor: Actor, activities: Sequence[Activity]) -> dict[UUID, Any]:
    """What verbs load for their fragments: one call for each loader."""
    by_loader: dict[Callable[..., Mapping[UUID, Any]], list[Activity]] = {}
    for activity in activities:
        if activity.declared.load:
            by_loader.setdefault(activity.declared.load, []).append(activity)
    found: dict[UUID, Any] = {}
    for load, rows in by_loader.items():
        found |= load(actor, rows)
    return found


def _entry(activity: Activity, sentence: str, names: Mapping[UUID, str], candidate_name: str, extra: Any) -> Entry:
    verb = activity.declared
    data = shown_data(activity.data)
    return Entry(
        activity=activity,
        icon=verb.icon,
        tone=TONES.get(verb.name, ""),
        actor_name=_actor_name(activity, names, candidate_name),
        sentence=fill(sentence, data),
        data=data,
        template=verb.template,
        extra=extra,
    )


def _actor_name(activity: Activity, names: Mapping[UUID, str], candidate_name: str) -> str:
    if activity.actor_kind == "candidate" or activity.verb in BY_CANDIDATE:
        return candidate_name or "The candidate"
    if activity.actor_kind == "user" and activity.actor_id:
        return names.get(activity.actor_id, "A former colleague")
    return MACHINES.get(activity.actor_kind, "Somebody")


def filters(current: str, counts: Mapping[str, int], url: str) -> list[dict[str, Any]]:
    """The timeline's filters as links; those without anything to show are left out, except the chosen one."""
    total = sum(counts.values())
    return [
        {
            "label": label,
            "url": f"{url}?group={name}" if name else url,
            "is_current": name == current,
            "count": counts.get(name, 0) if name else total,
        }
        for name, label in FILTERS
        if not name or counts.get(name) or name == current
    ]


def subject_ids(activities: Iterable[Activity], kind: str) -> list[UUID]:
    """The distinct subjects of a kind, in their order."""
    found = (activity.find_subject_id(kind) for activity in activities)
    return list(dict.fromkeys(key for key in found if key))
