"""Reading in bulk what the governor and the texts need: a handful of statements for any number of people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from rapport.accounts.queries import names_of
from rapport.lib.ids import array_of, first_id_at
from rapport.mail.models import Preference
from rapport.mail.queries import preferences_among, suppressed_among
from rapport.mail.template_fields import Person
from rapport.outreach.governor import CONVERSATION, Facts

READ_PEOPLE = """
SELECT c.id, c.full_name, c.given_name, c.family_name, c.title, c.organisation, c.city, c.time_zone,
       c.archived_at IS NOT NULL, coalesce(usable.value, ''), coalesce(usable.normal, ''),
       usable.value IS NULL AND EXISTS (
           SELECT 1 FROM candidates_contactpoint b WHERE b.candidate_id = c.id AND b.kind = 'email'
           AND b.status = 'bounced')
FROM candidates_candidate c
LEFT JOIN LATERAL (
    SELECT p.value, p.normal FROM candidates_contactpoint p
    WHERE p.candidate_id = c.id AND p.kind = 'email' AND p.status NOT IN ('bounced', 'outdated')
    ORDER BY p.is_primary DESC, p.created_at, p.id LIMIT 1
) usable ON true
WHERE c.id = ANY(%s::uuid[])
"""
# Partitions of the record are chosen by the id's time: the bounds keep this to the last weeks.
READ_EXCHANGES = """
SELECT s.subject_id, a.verb, a.occurred_at, a.actor_id,
       CASE WHEN a.verb = 'message.sent' THEN a.data->>'is_bulk' ELSE a.data->>'kind' END
FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
WHERE s.subject_id = ANY(%(ids)s::uuid[]) AND s.activity_id >= %(first)s AND s.activity_id < %(after)s
  AND a.id >= %(first)s AND a.id < %(after)s AND a.verb IN ('message.sent', 'message.received')
ORDER BY s.activity_id
"""
READ_CONSENTS = """
SELECT DISTINCT candidate_id FROM candidates_consent
WHERE candidate_id = ANY(%s::uuid[]) AND purpose = 'outreach' AND withdrawn_at IS NULL
  AND (expires_at IS NULL OR expires_at > %s)
"""
# Mail that has been claimed elsewhere and is not on record yet counts as sent.
READ_IN_HAND = """
SELECT e.candidate_id FROM outreach_enrollment e JOIN outreach_delivery d ON d.id = e.delivery_id
WHERE e.delivery_id IS NOT NULL AND e.candidate_id = ANY(%s::uuid[]) AND d.state IN ('claimed', 'in_flight', 'unclear', 'sent')
"""


class Known(NamedTuple):
    """One person as needed for writing to them; `address` as entered, `normal` as compared."""

    person: Person
    time_zone: str
    address: str
    normal: str
    facts: Facts

    @property
    def domain(self) -> str:
        return self.normal.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Mail with one person: moments of all that went out; the last personal one and the colleague (None: the person)."""

    sent_at: tuple[datetime, ...] = ()
    talked_at: datetime | None = None
    talked_by: UUID | None = None


NOTHING = Exchanges()
CHOSE_NOTHING = Preference()


def read_known(
    candidate_ids: Collection[UUID],
    *,
    now: datetime,
    cap_days: int,
    needs_consent: bool,
    writers: Mapping[UUID, UUID | None] | None = None,
    with_exchanges: bool = True,
) -> dict[UUID, Known]:
    """What is known of these people, by id; who does not exist (any more) is left out.

    `writers` says on whose behalf each is written to: that colleague's own conversation is no obstacle.
    """
    ids = array_of(candidate_ids)
    with connection.cursor() as cursor:
        cursor.execute(READ_PEOPLE, [ids])
        people = cursor.fetchall()
        consents: set[UUID] = set()
        if needs_consent:
            cursor.execute(READ_CONSENTS, [ids, now])
            consents = {row[0] for row in cursor.fetchall()}
    normals = {row[10] for row in people if row[10]}
    suppressed, chosen = suppressed_among(normals), preferences_among(normals)
    cap_days = max(cap_days, *(row.every_days for row in chosen.values()), 0)
    exchanges = read_exchanges(ids, now=now, cap_days=cap_days, writers=writers or {}) if with_exchanges else {}
    colleagues = names_of(row.talked_by for row in exchanges.values()) if exchanges else {}
    known = {}
    for key, *names, zone, is_archived, address, normal, has_bounced in people:
        mail = exchanges.get(key, NOTHING)
        choice = chosen.get(normal, CHOSE_NOTHING)
        facts = Facts(
            has_address=bool(address), has_bounced=has_bounced, suppressed=suppressed.get(normal, ""), is_archived=is_archived,
            has_consent=key in consents, sent_at=mail.sent_at, talked_at=mail.talked_at,
            talked_with=colleagues.get(mail.talked_by, "A colleague") if mail.talked_by else "",
            declined=tuple(choice.declined), every_days=choice.every_days, paused_until=choice.paused_until,
        )  # fmt: skip
        known[key] = Known(Person(*names), zone, address, normal, facts)
    return known


def read_exchanges(
    candidate_ids: str, *, now: datetime, cap_days: int, writers: Mapping[UUID, UUID | None]
) -> dict[UUID, Exchanges]:
    """Recent mail with each of these people (an array of ids), sent and answered, also what is about to go out."""
    since = now - max(CONVERSATION, timedelta(days=cap_days))
    bounds: dict[str, Any] = {
        "ids": candidate_ids,
        "first": first_id_at(since),
        "after": first_id_at(now + timedelta(hours=1)),
    }
    sent: dict[UUID, list[datetime]] = {}
    talked: dict[UUID, tuple[datetime, UUID | None]] = {}
    with connection.cursor() as cursor:
        cursor.execute(READ_EXCHANGES, bounds)
        for key, verb, at, actor_id, what in cursor.fetchall():
            if verb == "message.received":
                if what == "reply":
                    talked[key] = (at, None)
                continue
            sent.setdefault(key, []).append(at)
            if what != "true" and actor_id and actor_id != writers.get(key):
                talked[key] = (at, actor_id)
        cursor.execute(READ_IN_HAND, [candidate_ids])
        for (key,) in cursor.fetchall():
            sent.setdefault(key, []).append(now)
    return {
        key: Exchanges(tuple(sent.get(key, ())), *talked.get(key, (None, None))) for key in sent.keys() | talked.keys()
    }
