"""What people choose behind the link in our mails."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import InvalidInput
from rapport.mail import queries
from rapport.mail.activities import MESSAGE_PREFERENCES
from rapport.mail.models import Message, Preference, Topic, Wish
from rapport.mail.subjects import subjects_of

PAUSE = timedelta(days=182)
NOT_YET = datetime(1970, 1, 1, tzinfo=UTC)  # of a row that is new: what was asked for in replies still holds


@dataclass(frozen=True, slots=True)
class Choice:
    """`topics` are those that are wanted; `is_paused` means no mail for half a year from now, or as long as it runs."""

    topics: Collection[str] = tuple(Topic.values)
    every_days: int = 0
    is_paused: bool = False
    language_code: str = ""


@transaction.atomic
def choose_preferences(*, message: Message, choice: Choice) -> Preference:
    """Keep what the recipient of this message chose; a pause that runs goes on and does not begin anew.

    It stands in the place of what they asked for in replies before. Records message.preferences with the message's subjects; choosing the same again changes nothing. Raises InvalidInput.
    """
    declined = sorted(set(Topic.values) - set(choice.topics))
    if choice.every_days not in Preference.Every.values or choice.language_code not in Preference.Language.values:
        raise InvalidInput({"every_days": "Choose one of the answers."})
    now = clock.now()
    row, is_new = Preference.objects.select_for_update().get_or_create(
        address=message.to_address, defaults={"updated_at": NOT_YET}
    )
    held = queries.find_preference(message.to_address) or row
    asked_since = Wish.objects.filter(address=message.to_address, said_at__gt=row.updated_at).exists()
    wanted = {
        "declined": declined, "every_days": choice.every_days, "language_code": choice.language_code,
        "paused_until": _paused_until(held, choice, now),
    }  # fmt: skip
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not (changed or is_new or asked_since):
        return row
    for name in changed:
        setattr(row, name, wanted[name])
    row.updated_at = now
    row.save(update_fields=[*changed, "updated_at"])
    record(MESSAGE_PREFERENCES, actor=SYSTEM, subjects=subjects_of(message), data={"choice": told(row, now)})
    return row


def _paused_until(held: Preference, choice: Choice, now: datetime) -> datetime | None:
    if not choice.is_paused:
        return None
    runs = held.paused_until is not None and held.paused_until > now
    return held.paused_until if runs else now + PAUSE


def told(row: Preference, now: datetime) -> str:
    """What was chosen, in words for colleagues."""
    words = []
    if row.paused_until and row.paused_until > now:
        words.append(f"no mail until {row.paused_until.day} {row.paused_until:%B %Y}")
    if row.declined:
        words.append("nothing about " + ", ".join(row.declined))
    if row.every_days:
        words.append(Preference.Every(row.every_days).label.lower())
    if row.language_code:
        words.append(f"in {Preference.Language(row.language_code).label}")
    return "; ".join(words) or "everything"
