"""E-mail addresses, phone numbers and links of a candidate."""

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.activity.operations import Happening, record, record_many
from rapport.candidates import contact_rules, queries
from rapport.candidates.activities import CONTACT_POINT_ADDED, CONTACT_POINT_CHANGED, CONTACT_POINT_REMOVED
from rapport.candidates.contact_rules import NotAContact
from rapport.candidates.models import Candidate, ContactPoint
from rapport.candidates.operations.candidates import SamePerson
from rapport.candidates.operations.rights import lock
from rapport.candidates.permissions import EDIT
from rapport.candidates.text_rules import one_line
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, NotFound


@transaction.atomic
def add_contact_point(
    *, actor: Actor, candidate_id: UUID, kind: str, value: str, label: str = "", is_primary: bool = False,
    is_shared: bool = False,
) -> ContactPoint:  # fmt: skip
    """Add a contact point; the first of its kind becomes the primary one. Records contact_point.added.

    The same one twice returns the one that is there. Raises InvalidInput for one that makes no sense, SamePerson when
    it belongs to somebody else and is not shared, NotAllowed without candidates.edit.
    """
    candidate = lock(actor, candidate_id, EDIT)
    try:
        contact = contact_rules.read_contact(kind, one_line(value, 600), candidate.country_code)
    except NotAContact as problem:
        raise InvalidInput({"value": str(problem)}) from problem
    own = list(ContactPoint.objects.filter(candidate=candidate, kind=kind))
    same = next((point for point in own if point.normal == contact.normal), None)
    if same:
        return same
    is_primary = is_primary or not any(point.is_primary for point in own)
    if is_primary:
        _no_primary(candidate, kind)
    point = ContactPoint(
        candidate=candidate,
        kind=kind,
        value=contact.value,
        normal=contact.normal,
        label=one_line(label, 40),
        is_primary=is_primary,
        is_shared=is_shared,
        created_at=clock.now(),
    )
    _save(point)
    data = {"kind": kind, "value": point.value}
    record(CONTACT_POINT_ADDED, actor=actor, subjects=[candidate], data=data)
    return point


@transaction.atomic
def change_contact_point(
    *, actor: Actor, candidate_id: UUID, contact_point_id: UUID, status: str | None = None, note: str = "",
    label: str | None = None, is_primary: bool | None = None,
) -> ContactPoint:  # fmt: skip
    """Change the status, the label or which one is primary. Records contact_point.changed when anything changed."""
    candidate = lock(actor, candidate_id, EDIT)
    point = _get(candidate, contact_point_id)
    changed: list[str] = []
    if status is not None and status != point.status:
        if status not in ContactPoint.Status.values:
            raise InvalidInput({"status": f"There is no status {status!r}."})
        point.status, point.status_note, point.status_at = status, one_line(note, 300), clock.now()
        changed += ["status", "status_note", "status_at"]
    if label is not None and one_line(label, 40) != point.label:
        point.label = one_line(label, 40)
        changed.append("label")
    if is_primary and not point.is_primary:
        _no_primary(candidate, point.kind)
        point.is_primary = True
        changed.append("is_primary")
    if changed:
        point.save(update_fields=changed)
        status_now = "primary" if changed == ["is_primary"] else point.get_status_display().lower()
        data = {"kind": point.kind, "value": point.value, "status": status_now, "note": point.status_note}
        record(CONTACT_POINT_CHANGED, actor=actor, subjects=[candidate], data=data)
    return point


@transaction.atomic
def remove_contact_point(*, actor: Actor, candidate_id: UUID, contact_point_id: UUID) -> None:
    """Remove a contact point; another of its kind becomes primary. Records contact_point.removed."""
    candidate = lock(actor, candidate_id, EDIT)
    point = _get(candidate, contact_point_id)
    kind, value, was_primary = point.kind, point.value, point.is_primary
    point.delete()
    if was_primary:
        following = ContactPoint.objects.filter(candidate=candidate, kind=kind).order_by("created_at", "id").first()
        if following:
            following.is_primary = True
            following.save(update_fields=["is_primary"])
    record(CONTACT_POINT_REMOVED, actor=actor, subjects=[candidate], data={"kind": kind, "value": value})


@transaction.atomic
def mark_contact_points(*, actor: Actor, kind: str, normals: Collection[str], status: str, note: str = "") -> int:
    """Set the status of contact points by their normal form, whoever they belong to: bounces and deliveries in bulk.

    Returns how many changed; those that have the status already stay as they are. Records contact_point.changed.
    """
    rows = ContactPoint.objects.select_for_update(of=("self",)).filter(kind=kind, normal__in=list(normals))
    points = list(rows.exclude(status=status).order_by("candidate_id", "id"))
    changes = {"status": status, "status_note": one_line(note, 300), "status_at": clock.now()}
    ContactPoint.objects.filter(id__in=[point.id for point in points]).update(**changes)
    word = ContactPoint.Status(status).label.lower()
    happenings = [
        Happening(
            {"candidate": point.candidate_id},
            {"kind": kind, "value": point.value, "status": word, "note": changes["status_note"]},
        )
        for point in points
    ]
    record_many(CONTACT_POINT_CHANGED, actor=actor, happenings=happenings)
    return len(points)


def _get(candidate: Candidate, contact_point_id: UUID) -> ContactPoint:
    point = ContactPoint.objects.filter(candidate=candidate, id=contact_point_id).first()
    if point is None:
        raise NotFound("This contact point is not there any more. Reload the page.")
    return point


def _no_primary(candidate: Candidate, kind: str) -> None:
    ContactPoint.objects.filter(candidate=candidate, kind=kind, is_primary=True).update(is_primary=False)


def _save(point: ContactPoint) -> None:
    try:
        with transaction.atomic():
            point.save(force_insert=True)
    except IntegrityError as error:
        owner = queries.find_by_contact_points([(point.kind, point.normal)]).get((point.kind, point.normal))
        if owner is None:
            raise Conflict("This contact point was changed just now. Reload the page and try again.") from error
        raise SamePerson(owner.candidate_id, owner.full_name, point.value) from error
