"""May we write to this person now, and if not, why and when? The governor's answer to one question, for people."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rapport.accounts.capabilities import require
from rapport.candidates.models import Candidate
from rapport.candidates.queries import get_candidate
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.mail.queries.pacing import find_domain_wait
from rapport.outreach import queries
from rapport.outreach.claiming import room_of
from rapport.outreach.conditions import list_stopped
from rapport.outreach.facts import Known, read_known
from rapport.outreach.governor import GO, Rules, Verdict, earliest, examine, judge, put_off
from rapport.outreach.models import Enrollment, Sequence
from rapport.outreach.operations import SequenceDraft
from rapport.outreach.permissions import VIEW
from rapport.outreach.plans import hours_of


@dataclass(frozen=True, slots=True)
class Check:
    """One of the governor's questions; `verdict` says nothing when it is answered well."""

    asked: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """`verdict` decides; `earliest` is when mail may go if nothing else happens (None: never). `busy` says why the mailbox
    of the sequence cannot send now, though the person may be written to."""

    candidate: Candidate
    sequence: Sequence | None
    rules: Rules
    known: Known
    verdict: Verdict
    earliest: datetime | None
    checks: list[Check]
    enrollments: list[Enrollment]
    busy: str


def may_write(actor: Actor, candidate_id: UUID, sequence_id: UUID | None = None) -> Answer:
    """The answer by the rules of a sequence, or by those that a new one starts with. Raises NotAllowed, NotFound."""
    require(actor, VIEW)
    candidate, now = get_candidate(actor, candidate_id), clock.now()
    sequence = queries.get_sequence(actor, sequence_id) if sequence_id else None
    by = sequence or _ordinary()
    known = read_known(
        [candidate.id], now=now, cap_days=by.cap_days, needs_consent=by.needs_consent, writers={candidate.id: actor.id}
    )[candidate.id]
    hours = hours_of(by, known.time_zone, now)
    rules = Rules(hours, by.needs_consent, by.cap_count, by.cap_days, by.topic)
    open_here = Enrollment.objects.filter(candidate=candidate, state=Enrollment.State.ACTIVE)
    open_here = open_here.filter(sequence__in=queries.visible_sequences(actor))
    ends = _ending(sequence, candidate.id)
    limit = _limit(known.domain, rules, now)
    over = next((check.verdict for check in ends if check.verdict.ends), None)
    verdict = over or judge(known.facts, rules, now)
    may_go_at = None if over else earliest(known.facts, rules, now)
    return Answer(
        candidate, sequence, rules, known, limit.verdict if verdict.may_go else verdict,
        max(may_go_at, limit.verdict.until) if may_go_at and limit.verdict.until else may_go_at,
        [*ends, *(Check(asked, verdict) for asked, verdict in examine(known.facts, rules, now)), limit],
        list(open_here.select_related("sequence", "step").order_by("next_due_at", "id")),
        room_of(sequence.mailbox, now)[1] if sequence and sequence.mailbox else "",
    )  # fmt: skip


def _limit(domain: str, rules: Rules, now: datetime) -> Check:
    """Whether the limit of their domain leaves room; asked last, when the mail is claimed."""
    wait = find_domain_wait(domain, now) if domain else None
    verdict = put_off("domain", wait[1], wait[0], rules.hours) if wait else GO
    return Check("Room under the limit of their domain", verdict)


def _ending(sequence: Sequence | None, candidate_id: UUID) -> list[Check]:
    """What is asked before the governor where a tag ends the sequence."""
    if sequence is None or sequence.stop_tag is None:
        return []
    why = list_stopped(sequence, [candidate_id]).get(candidate_id)
    return [Check("Not the tag that ends the sequence", Verdict("tagged", why) if why else GO)]


def _ordinary() -> Sequence:
    """A sequence as it starts out, not stored."""
    draft = SequenceDraft(name="")
    return Sequence(**{name: getattr(draft, name) for name in SequenceDraft.__dataclass_fields__})
