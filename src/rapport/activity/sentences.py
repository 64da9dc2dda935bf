"""What happened, as a sentence: a verb's words with the values of one activity in them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from rapport.activity.models import Activity
from rapport.lib import clock, wording


def tell(activity: Activity) -> str:
    """What a timeline says after the actor's name: "moved the application for Cook from Applied to Phone call"."""
    return fill(activity.declared.sentence, shown_data(activity.data))


def shown_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an activity as people read them: days and moments in words, in the active zone."""
    return {name: _shown(name, value) for name, value in data.items()}


def _shown(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not name.endswith(("_on", "_at")):
        return value
    try:
        day = date.fromisoformat(value) if name.endswith("_on") else timezone.localtime(_moment(value)).date()
    except ValueError:
        return value
    return wording.near_date(day, timezone.localtime(clock.now()).date())


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


class _Words(dict[str, Any]):
    """What a sentence asks for and the data lack is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def fill(sentence: str, data: Mapping[str, Any]) -> str:
    """A verb's sentence with its values; empty ones leave no trace, nor the colon before them."""
    words = _Words({key: _as_words(value) for key, value in data.items()})
    return sentence.format_map(words).strip().rstrip(":").strip()


def _as_words(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return value
