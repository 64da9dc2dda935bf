"""Doing something about findings: a fix of an audit, with its undo, and leaving something as it is on purpose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record, record_many
from rapport.hygiene import audit_queries
from rapport.hygiene.activities import FINDINGS_LEFT, FINDINGS_MENDED
from rapport.hygiene.audits.catalogue import get_audit
from rapport.hygiene.audits.registry import Audit, Change, Fix
from rapport.hygiene.models import Finding
from rapport.hygiene.operations.auditing import look_at
from rapport.hygiene.permissions import AUDIT
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotFound

FIX, LEAVE = "fix", "leave"


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done: which findings, what is said of it, and what `take_back` needs ({} when nothing changed)."""

    ids: Sequence[UUID]
    said: str
    undo: Mapping[str, Any]


def preview_fix(*, actor: Actor, audit_key: str, fix_key: str, ids: Sequence[UUID], value: str) -> list[Change]:
    """What a fix would change, without changing it. Raises NotFound, NotAllowed without hygiene.audit, InvalidInput."""
    audit, fix = _find(actor, audit_key, fix_key)
    return fix.plan(actor, audit_queries.open_ids(actor, audit, ids), value)


@transaction.atomic
def mend(*, actor: Actor, audit_key: str, fix_key: str, ids: Sequence[UUID], value: str) -> Mended:
    """Apply a fix to the findings of these ids that are still open; doing it twice does nothing more.

    The operations of the fix check their own permissions and record what changed of whom; finding.mended tells that it was
    done for an audit. Raises NotFound, NotAllowed without hygiene.audit, InvalidInput when nothing of it is open any more.
    """
    audit, fix = _find(actor, audit_key, fix_key)
    ids = audit_queries.open_ids(actor, audit, ids)
    if not ids:
        raise InvalidInput("None of this is found any more: somebody has put it right meanwhile. Reload the page.")
    done = fix.apply(actor, ids, value)
    undo = {"do": FIX, "audit": audit.key, "fix": fix.key, "of": dict(done.undo), "findings": _settle(audit, done.ids)}
    if done.ids:
        data = {"audit": audit.name, "fix": fix.label, "count": len(done.ids)}
        record(FINDINGS_MENDED, actor=actor, subjects={}, data=data)
    return Mended(done.ids, done.said, undo if done.undo else {})


def _settle(audit: Audit, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Findings about people are looked at again; others are put right, and noted for the undo."""
    if audit.people_sql:
        look_at(ids)
        return []
    rows = Finding.objects.filter(audit=audit.key, subject_id__in=list(ids))
    noted: list[dict[str, Any]] = list(map(dict, rows.values("audit", "subject_id", "other_id", "size", "found_at")))
    rows.delete()
    return noted


@transaction.atomic
def take_back(*, actor: Actor, what: Mapping[str, Any]) -> tuple[Sequence[UUID], int, str]:
    """Take back what `mend` or `leave_findings` did: (what went back, how many it was, what it is called)."""
    require(actor, AUDIT)
    audit = get_audit(what["audit"])
    if what["do"] == LEAVE:
        return _reopen(audit, what["ids"]), len(what["ids"]), "On the list again"
    fix = audit.find_fix(what["fix"])
    if fix is None:
        raise NotFound("There is no such fix any more.")
    done = fix.take_back(actor, what["of"], what["done_at"])
    Finding.objects.bulk_create([Finding(**row) for row in what["findings"]], ignore_conflicts=True)
    if audit.people_sql:
        look_at(what["of"]["ids"])
    return done, len(what["of"]["ids"]), f"{fix.label}: taken back for {len(done):,}"


@transaction.atomic
def leave_findings(*, actor: Actor, audit_key: str, ids: Sequence[UUID]) -> Mended:
    """Leave something as it is on purpose: it is not listed and counted any more, whatever later runs see.

    Records finding.left. Raises NotFound, NotAllowed without hygiene.audit.
    """
    require(actor, AUDIT)
    audit = get_audit(audit_key)
    rows = Finding.objects.select_for_update().filter(audit=audit.key, subject_id__in=list(ids), left_at=None)
    done = sorted(rows.values_list("subject_id", flat=True))
    user_id = actor.id if actor.kind == "user" else None
    Finding.objects.filter(audit=audit.key, subject_id__in=done).update(left_at=clock.now(), left_by_id=user_id)
    kind = "candidate" if audit.people_sql else "finding"
    happenings = [Happening({kind: key}, {"audit": audit.name}) for key in done]
    record_many(FINDINGS_LEFT, actor=actor, happenings=happenings)
    said = f"{len(done):,} {audit.count_words(len(done))} left as they are"
    return Mended(done, said, {"do": LEAVE, "audit": audit.key, "ids": done} if done else {})


def _reopen(audit: Audit, ids: Sequence[UUID]) -> list[UUID]:
    rows = Finding.objects.filter(audit=audit.key, subject_id__in=list(ids), left_at__isnull=False)
    back = list(rows.values_list("subject_id", flat=True))
    rows.update(left_at=None, left_by=None)
    return back


def _find(actor: Actor, audit_key: str, fix_key: str) -> tuple[Audit, Fix]:
    require(actor, AUDIT)
    audit = get_audit(audit_key)
    fix = audit.find_fix(fix_key)
    if fix is None:
        raise NotFound("There is no such fix.")
    return audit, fix
