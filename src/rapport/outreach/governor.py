"""The contact governor: may this person get this mail now? Pure; what it has to know is read in bulk at send time.

Each "no" has a reason: a word for filters (`reason`) and a sentence for people (`text`). Some end the enrollment, others
only put it off until a moment. What is asked, in this order:

| reason          | answer | asked                                                                          |
|-----------------|--------|--------------------------------------------------------------------------------|
| archived        | stop   | is the candidate in the archive                                                |
| no_address      | stop   | is there an e-mail address at all                                              |
| bounced         | stop   | is there one that did not bounce                                               |
| suppressed      | stop   | must the address never be mailed (unsubscribed, complaint, dead, by hand)      |
| no_consent      | stop   | does the sequence need consent that is not there (any more)                    |
| topic           | stop   | did they say, behind the link in our mails, that they want nothing of this topic |
| paused          | wait   | did they ask for no mail for half a year, which is not over                    |
| conversation    | wait   | did they answer, or a colleague write to them personally, within 14 days       |
| too_often       | wait   | did they get as many mails as the cap allows, whoever sent them                |
| own_limit       | wait   | did they ask for fewer mails than that                                         |
| quiet_hours     | wait   | is it outside business hours, on a weekend or a holiday where they are         |

Last of all, when mail is claimed, the limit of the domain it goes to is asked (holding).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from rapport.outreach.schedule import Hours, NeverOpen, next_slot

CONVERSATION = timedelta(days=14)
MOST_WAITS = 50
SUPPRESSED_WORDS = {
    "hard_bounce": "The address does not exist",
    "complaint": "They marked our mail as spam",
    "unsubscribed": "They asked for no more mail",
    "manual": "A colleague stopped mail to this address",
}


class Facts(NamedTuple):
    """What is known of one person. `sent_at`: mail of anybody here to them within the cap's days, oldest first.

    `declined`, `every_days` and `paused_until` are what they chose themselves.
    `talked_at` is the last personal exchange: their answer (`talked_with` empty), or what a colleague wrote.
    """

    has_address: bool = False
    has_bounced: bool = False
    suppressed: str = ""
    is_archived: bool = False
    has_consent: bool = False
    sent_at: tuple[datetime, ...] = ()
    talked_at: datetime | None = None
    talked_with: str = ""
    declined: tuple[str, ...] = ()
    every_days: int = 0
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a sequence asks for; `hours` are those where the person is."""

    hours: Hours
    needs_consent: bool = False
    cap_count: int = 2
    cap_days: int = 7
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Go when `reason` is empty; else wait until `until`, or stop where that is None."""

    reason: str = ""
    text: str = ""
    until: datetime | None = None

    @property
    def may_go(self) -> bool:
        return not self.reason

    @property
    def ends(self) -> bool:
        return bool(self.reason) and self.until is None


GO = Verdict()


def judge(facts: Facts, rules: Rules, now: datetime) -> Verdict:
    """Whether this person may get mail of a sequence now."""
    if refusal := lasting_refusal(facts, rules.needs_consent, rules.topic):
        return refusal
    return next((verdict for _, wait in WAITS if (verdict := wait(facts, rules, now))), GO)


def lasting_refusal(facts: Facts, needs_consent: bool, topic: str = "") -> Verdict | None:
    """What stands against writing to this person at all; also asked before they are enrolled."""
    return next((verdict for _, refuse in STOPS if (verdict := refuse(facts, needs_consent, topic))), None)


def examine(facts: Facts, rules: Rules, now: datetime) -> list[tuple[str, Verdict]]:
    """Every question with its answer, in the order in which they are asked: for people who want to know why."""
    stops = [(asked, refuse(facts, rules.needs_consent, rules.topic) or GO) for asked, refuse in STOPS]
    return [*stops, *((asked, wait(facts, rules, now) or GO) for asked, wait in WAITS)]


def earliest(facts: Facts, rules: Rules, now: datetime) -> datetime | None:
    """From when on this person may get mail if nothing else happens; None for never."""
    for _ in range(MOST_WAITS):
        verdict = judge(facts, rules, now)
        if verdict.may_go:
            return now
        if verdict.until is None:
            return None
        now = verdict.until
    return None


def _archived(facts: Facts, needs_consent: bool, topic: str) -> Verdict | None:
    return Verdict("archived", "The candidate is in the archive.") if facts.is_archived else None


def _address(facts: Facts, needs_consent: bool, topic: str) -> Verdict | None:
    if facts.has_address:
        return None
    if facts.has_bounced:
        return Verdict("bounced", "Mail to their address came back. Add another address.")
    return Verdict("no_address", "There is no e-mail address.")


def _suppressed(facts: Facts, needs_consent: bool, topic: str) -> Verdict | None:
    if not facts.suppressed:
        return None
    return Verdict("suppressed", f"{SUPPRESSED_WORDS.get(facts.suppressed, 'Mail to this address is stopped')}.")


def _consent(facts: Facts, needs_consent: bool, topic: str) -> Verdict | None:
    if not needs_consent or facts.has_consent:
        return None
    return Verdict("no_consent", "There is no valid consent to write to them about jobs.")


def _topic(facts: Facts, needs_consent: bool, topic: str) -> Verdict | None:
    if not topic or topic not in facts.declined:
        return None
    return Verdict("topic", "They want no mail about this topic.")


def _paused(facts: Facts, rules: Rules, now: datetime) -> Verdict | None:
    if not facts.paused_until or facts.paused_until <= now:
        return None
    text = f"They asked for no mail until {_day(facts.paused_until, rules)}."
    return put_off("paused", text, facts.paused_until, rules.hours)


def _conversation(facts: Facts, rules: Rules, now: datetime) -> Verdict | None:
    if not facts.talked_at or facts.talked_at + CONVERSATION <= now:
        return None
    who = f"{facts.talked_with} wrote to them" if facts.talked_with else "They answered"
    text = f"{who} on {_day(facts.talked_at, rules)}; the sequence keeps out of it."
    return put_off("conversation", text, facts.talked_at + CONVERSATION, rules.hours)


def _too_often(facts: Facts, rules: Rules, now: datetime) -> Verdict | None:
    window = timedelta(days=rules.cap_days)
    recent = [moment for moment in facts.sent_at if moment + window > now]
    if len(recent) < rules.cap_count:
        return None
    times = "mail" if len(recent) == 1 else "mails"
    text = f"They got {len(recent)} {times} from us within {rules.cap_days} days."
    return put_off("too_often", text, recent[-rules.cap_count] + window, rules.hours)


def _own_limit(facts: Facts, rules: Rules, now: datetime) -> Verdict | None:
    if not facts.every_days or not facts.sent_at:
        return None
    until = facts.sent_at[-1] + timedelta(days=facts.every_days)
    if until <= now:
        return None
    return put_off("own_limit", f"They asked for one mail in {facts.every_days} days at most.", until, rules.hours)


def _quiet_hours(facts: Facts, rules: Rules, now: datetime) -> Verdict | None:
    quiet = _quiet_until(rules.hours, now)
    return quiet if quiet.until != now else None


@lru_cache(maxsize=256)  # the same for everybody who is asked about at a moment
def _quiet_until(hours: Hours, now: datetime) -> Verdict:
    return put_off("quiet_hours", "It is outside business hours where they are.", now, hours)


def put_off(reason: str, text: str, until: datetime, hours: Hours) -> Verdict:
    """Wait until the first slot from `until` on."""
    try:
        return Verdict(reason, text, next_slot(until, hours))
    except NeverOpen:
        return Verdict("quiet_hours", "The sequence's hours leave no time to send.")


def _day(moment: datetime, rules: Rules) -> str:
    local = moment.astimezone(rules.hours.zone)
    return f"{local.day} {local:%B}"


STOPS: tuple[tuple[str, Callable[[Facts, bool, str], Verdict | None]], ...] = (
    ("Not in the archive", _archived),
    ("An address that mail reaches", _address),
    ("Nobody has stopped mail to it", _suppressed),
    ("Consent where it is wanted", _consent),
    ("The topic is one they want", _topic),
)
WAITS: tuple[tuple[str, Callable[[Facts, Rules, datetime], Verdict | None]], ...] = (
    ("No pause that they asked for", _paused),
    ("No conversation under way", _conversation),
    ("Fewer mails lately than the cap", _too_often),
    ("As seldom as they asked for", _own_limit),
    ("Business hours where they are", _quiet_hours),
)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and when a step is tried again after a refusal for now (RFC 5321, section 4.5.4.1)."""

    after: tuple[timedelta, ...] = field(
        default=tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 360, 720, 1440, 1440))
    )

    def next_try(self, tries: int, now: datetime) -> datetime | None:
        """When to try again after so many tries, None to give up."""
        return now + self.after[tries - 1] if tries <= len(self.after) else None
