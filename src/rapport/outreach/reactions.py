"""What stops or moves sequences when something happened elsewhere. Safe to repeat."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from rapport.activity.models import Activity
from rapport.activity.registry import on, on_batch
from rapport.candidates.models import Tag
from rapport.candidates.queries import find_by_contact_points, resolve_merged
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.outreach import holding, operations
from rapport.outreach.ending import ANSWERED
from rapport.outreach.models import Delivery, Enrollment
from rapport.outreach.operations.deliveries import confirm_sent
from rapport.outreach.tag_uses import follow_tag_names

STOPS = {
    "application.hired": ("hired", "They were hired."),
    "candidate.archived": ("archived", "The candidate was put into the archive."),
    "message.complained": ("complained", "They marked our mail as spam."),
    "message.unsubscribed": ("unsubscribed", "They asked for no more mail."),
}


@on_batch("message.received")
def follow_answers(activities: list[Activity]) -> None:
    """A person's answer stops their sequences, as reached where interest is the goal; an automatic one puts them off until after the return."""
    _confirm(activity.data.get("answers_message_id") for activity in activities)
    replied = [activity for activity in activities if activity.data.get("kind") == "reply"]
    _judge(replied)
    _exit(replied, "replied", ANSWERED)
    for activity in activities:
        returns_on, candidate_id = activity.data.get("returns_on"), activity.find_subject_id("candidate")
        if activity.data.get("kind") == "auto_reply" and returns_on and candidate_id:
            back = date.fromisoformat(returns_on)
            note = f"They are away until {back.day} {back:%B}."
            operations.postpone_for_absence(candidate_id=candidate_id, returns_on=back, note=note)


@on_batch("message.intent_changed")
def follow_corrections(activities: list[Activity]) -> None:
    """Where interest is the goal, who is read as interested now is there, and who is not any more is not."""
    _judge(activities)


@on_batch(*STOPS)
def stop(activities: list[Activity]) -> None:
    by_verb = defaultdict(list)
    for activity in activities:
        by_verb[activity.verb].append(activity)
    for verb, rows in by_verb.items():
        _exit(rows, *STOPS[verb])


@on_batch("application.created")
def follow_applications(activities: list[Activity]) -> None:
    """Whoever applies gets nothing more of sequences that end by that."""
    by_job = defaultdict(list)
    for activity in activities:
        by_job[activity.find_subject_id("job")].append(activity)
    operations.exit_applied(people={job_id: _people(rows) for job_id, rows in by_job.items()})


@on("message.bounced")
def follow_bounce(activity: Activity) -> None:
    """A dead address ends the sequence; a full mailbox or a busy server does not."""
    if activity.data.get("class") == "hard":
        _exit([activity], "bounced", str(activity.data.get("reason") or "Mail to their address came back."))


@on_batch("message.bounced", "message.complained")
def watch_sequences(activities: list[Activity]) -> None:
    """A sequence whose mail comes back too often, or is marked as spam, pauses itself."""
    harmful = [row for row in activities if row.verb == "message.complained" or row.data.get("class") == "hard"]
    enrollments = {row.subject_id("enrollment") for row in harmful if row.find_subject_id("enrollment")}
    sequences = Enrollment.objects.filter(id__in=enrollments, sequence__state="active").values_list(
        "sequence_id", flat=True
    )
    for sequence_id in sorted(set(sequences)):
        operations.check_breakers(sequence_id=sequence_id)


@on_batch("domain_limit.set", "domain_limit.removed")
def let_mail_go(activities: list[Activity]) -> None:
    """What waited for another limit of a domain asks anew."""
    holding.let_go({activity.data["domain"] for activity in activities}, clock.now())


@on_batch("message.clicked")
def follow_clicks(activities: list[Activity]) -> None:
    """Where a followed link is the goal, whoever follows one has got there."""
    people = (row for row in activities if row.data.get("verdict") == "human")
    operations.exit_at_click(enrollment_ids={key for row in people if (key := row.find_subject_id("enrollment"))})


@on_batch("tag.added", "candidate.attached")
def follow_tags(activities: list[Activity]) -> None:
    """A tag that ends a sequence ends it for whoever is given it."""
    operations.exit_tagged(candidate_ids=_people(activities))


@on_batch("tag.renamed")
def follow_names(activities: list[Activity]) -> None:
    """Sequences know the name of a tag even when it is gone."""
    if ids := {key for row in activities if (key := row.find_subject_id("tag"))}:
        follow_tag_names(ids)


@on("tag.merged")
def tell_of_merged_tags(activity: Activity) -> None:
    """Who keeps a sequence hears that its tag means another now."""
    tag_id = activity.find_subject_id("tag")  # those about a person have none
    merged = Tag.objects.filter(id=tag_id, name=activity.data["before"]).first() if tag_id else None
    if merged is not None and merged.merged_into_id:
        operations.tell_of_merged_tag(
            actor=_actor(activity),
            tag_id=merged.id,
            tag=merged.name,
            into=activity.data["tag"],
            activity_id=activity.id,
        )


@on("tag.deleted")
def tell_of_deleted_tags(activity: Activity) -> None:
    """Who keeps a sequence hears that its tag is gone, and what follows."""
    operations.tell_of_deleted_tags(actor=_actor(activity))


@on("consent.withdrawn")
def follow_consent(activity: Activity) -> None:
    if "written" in str(activity.data.get("purpose", "")):
        _exit([activity], "no_consent", "They took back their consent to be written to.")


@on("suppression.added")
def follow_suppression(activity: Activity) -> None:
    """Whoever has the address is not written to any more."""
    address = activity.data.get("address")
    owners = find_by_contact_points([("email", address)]) if address else {}
    ids = {owner.candidate_id for owner in owners.values()}
    if activity.find_subject_id("candidate"):
        ids.add(activity.subject_id("candidate"))
    # Bounces, complaints and unsubscribing stop by their own verbs, with the better reason.
    if activity.data.get("reason") == "manual":
        operations.exit_for_candidates(
            actor=SYSTEM, candidate_ids=ids, reason="suppressed", note="A colleague stopped mail to their address."
        )


def _confirm(message_ids: Iterable[str | None]) -> None:
    """These messages have certainly arrived: unclear deliveries of them are sent."""
    ids = [UUID(key) for key in message_ids if key]
    waiting = Enrollment.objects.filter(delivery_id__in=ids, last_outcome="unclear")
    for enrollment_id in list(waiting.values_list("id", flat=True)):
        with transaction.atomic():
            rows = Enrollment.objects.select_for_update(of=("self",)).select_related("sequence", "candidate")
            enrollment = rows.get(id=enrollment_id)
            in_hand = enrollment.delivery_id
            unclear = Delivery.objects.select_for_update().filter(state=Delivery.State.UNCLEAR)
            delivery = unclear.filter(id=in_hand).first() if in_hand else None
            if delivery is not None:
                confirm_sent(delivery, enrollment, clock.now())


def _judge(answers: list[Activity]) -> None:
    if ids := {key for row in answers if (key := row.find_subject_id("enrollment"))}:
        operations.judge_answers(enrollment_ids=ids)


def _exit(activities: list[Activity], reason: str, note: str) -> None:
    candidate_ids = _people(activities)
    if candidate_ids:
        operations.exit_for_candidates(actor=SYSTEM, candidate_ids=candidate_ids, reason=reason, note=note)


def _actor(activity: Activity) -> Actor:
    return Actor(activity.actor_kind, activity.actor_id)


def _people(activities: list[Activity]) -> set[UUID]:
    """Whom these are about, by now."""
    found = (activity.find_subject_id("candidate") for activity in activities)
    return set(resolve_merged(candidate_id for candidate_id in found if candidate_id).values())
