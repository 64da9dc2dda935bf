"""Telling people what happened to what they follow."""

from rapport.activity.models import Activity
from rapport.activity.registry import on_batch
from rapport.notifications import operations


@on_batch("*")
def tell_followers(activities: list[Activity]) -> None:
    operations.notify(activities=[activity for activity in activities if _is_news(activity)])


def _is_news(activity: Activity) -> bool:
    verb = activity.declared
    return verb.notify and (verb.notice is None or bool(verb.notice(activity.data)))
