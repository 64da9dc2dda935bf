"""What notifications cannot know by themselves: names and pages of subjects, who owns them, who may not see them."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.applications.models import Application
from rapport.candidates.models import Candidate
from rapport.jobs.models import HiringTeamMember, Job
from rapport.mail.models import Conversation
from rapport.notifications import subjects
from rapport.notifications.subjects import Label
from rapport.outreach.models import Sequence as Outreach

OWNERS_HEAR_OF = ("message.", "application.", "link.")
SEQUENCE_OWNERS_HEAR_OF = ("sequence.tripped", "sequence.tag_merged", "sequence.tag_deleted")


def register() -> None:
    """Called once when the workspace is ready; the first of a notice's subjects in this order leads its text."""
    subjects.name_subjects("conversation", label_conversations)
    subjects.name_subjects("candidate", label_candidates)
    subjects.name_subjects("sequence", label_sequences)
    subjects.name_subjects("job", label_jobs)
    subjects.add_watchers(find_owners)
    subjects.add_watchers(find_sequence_owners)
    subjects.add_watchers(find_named)
    subjects.add_screen(screen_by_team)
    subjects.add_screen(screen_conversations)


def label_candidates(ids: Collection[UUID]) -> Mapping[UUID, Label]:
    names = Candidate.objects.filter(id__in=ids).values_list("id", "full_name")
    return {key: Label(name, reverse("workspace:candidate", args=[key])) for key, name in names}


def label_conversations(ids: Collection[UUID]) -> Mapping[UUID, Label]:
    """By the person on the other side, leading to their latest message."""
    rows = Conversation.objects.filter(id__in=ids).select_related("latest_reply")
    return {
        row.id: Label(
            row.latest_reply.from_name or row.person_address, reverse("mail:message", args=[row.latest_reply_id])
        )
        for row in rows
    }


def label_jobs(ids: Collection[UUID]) -> Mapping[UUID, Label]:
    titles = Job.objects.filter(id__in=ids).values_list("id", "title")
    return {key: Label(title, reverse("applications:board", args=[key])) for key, title in titles}


def label_sequences(ids: Collection[UUID]) -> Mapping[UUID, Label]:
    names = Outreach.objects.filter(id__in=ids).values_list("id", "name")
    return {key: Label(name, reverse("outreach:detail", args=[key])) for key, name in names}


def find_sequence_owners(activities: Sequence[Activity]) -> Mapping[UUID, set[UUID]]:
    """Whose sequence paused itself, or lost a tag that it goes by, hears of it."""
    wanted = {row.id: row.find_subject_id("sequence") for row in activities if row.verb in SEQUENCE_OWNERS_HEAR_OF}
    if not wanted:
        return {}
    rows = Outreach.objects.filter(id__in=set(wanted.values()), owner__isnull=False)
    owners = dict(rows.values_list("id", "owner_id"))
    return {activity_id: {owners[key]} for activity_id, key in wanted.items() if key in owners}


def find_owners(activities: Sequence[Activity]) -> Mapping[UUID, set[UUID]]:
    """Owners of a candidate or an application hear of mails and stages without following."""
    heard = [activity for activity in activities if activity.verb.startswith(OWNERS_HEAR_OF)]
    found: dict[UUID, set[UUID]] = {}
    for kind, model in (("candidate", Candidate), ("application", Application)):
        wanted = {activity.id: activity.find_subject_id(kind) for activity in heard}
        keys = {key for key in wanted.values() if key}
        owners = (
            dict(model.objects.filter(id__in=keys, owner__isnull=False).values_list("id", "owner_id")) if keys else {}
        )
        for activity_id, key in wanted.items():
            if key in owners:
                found.setdefault(activity_id, set()).add(owners[key])
    return found


def find_named(activities: Sequence[Activity]) -> Mapping[UUID, set[UUID]]:
    """Who was given a conversation, or is mentioned in a comment on one, hears of it."""
    return {row.id: named for row in activities if (named := _named(row))}


def _named(activity: Activity) -> set[UUID]:
    if not activity.verb.startswith("conversation."):
        return set()
    return {UUID(key) for key in [activity.data.get("assignee_id"), *activity.data.get("mentioned_ids", ())] if key}


def screen_conversations(activities: Sequence[Activity], user_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Who has a conversation is of no news for those who follow the person: only who is named hears of it."""
    return {
        (row.id, user_id)
        for row in activities
        if row.verb.startswith("conversation.")
        for user_id in set(user_ids) - _named(row)
    }


def screen_by_team(activities: Sequence[Activity], user_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """What is about a confidential job stays with its team; who is no recruiter hears of their team's jobs only."""
    jobs = {activity.id: activity.find_subject_id("job") for activity in activities}
    wanted = {key for key in jobs.values() if key}
    confidential = dict(Job.objects.filter(id__in=wanted).values_list("id", "is_confidential")) if wanted else {}
    members = (
        set(HiringTeamMember.objects.filter(job_id__in=wanted).values_list("job_id", "user_id")) if wanted else set()
    )
    sees_all = set(
        User.objects.filter(id__in=user_ids, role__in=("administrator", "recruiter")).values_list("id", flat=True)
    )
    return {
        (activity_id, user_id)
        for activity_id, job_id in jobs.items()
        for user_id in user_ids
        if job_id is not None
        and (job_id, user_id) not in members
        and (confidential.get(job_id, True) or user_id not in sees_all)
    }
