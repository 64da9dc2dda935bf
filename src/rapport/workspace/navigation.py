"""What every page of the workspace knows: navigation, palette commands, the reader."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from rapport.accounts.capabilities import get_capability, holds
from rapport.candidates.permissions import VIEW
from rapport.lib import navigation
from rapport.lib.requests import Request
from rapport.notifications.queries import count_unread


def context(request: Request) -> dict[str, Any]:
    """Context processor; entries the reader may not use are left out. Only the bell's count asks the database."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.kind != "user":
        return {"organisation": settings.SITE_NAME, "development": settings.DEVELOPMENT}
    return {
        "organisation": settings.SITE_NAME,
        "development": settings.DEVELOPMENT,
        "account": request.user,
        "actor": actor,
        "unread_count": SimpleLazyObject(lambda: count_unread(actor)),
        "nav": _main_links(request),
        "nav_settings": _links("settings", request),
        "nav_you": _links("you", request),
        "quick_add": _links("add", request),
        "palette_commands": _links("palette", request),
        "quick_search_url": reverse("search:quick"),
        "search_url": reverse("workspace:candidates") if holds(actor, VIEW) else "",
    }


def _main_links(request: Request) -> list[dict[str, Any]]:
    """The rail. A page of the settings is in the settings only, though its address may lie with jobs or mail."""
    links = _links("main", request)
    if any(link["is_current"] for place in ("settings", "you") for link in _links(place, request)):
        links = [{**link, "is_current": False} for link in links]
    return links


def _links(place: str, request: Request) -> list[dict[str, Any]]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {
            "label": entry.label,
            "url": reverse(entry.url_name),
            "icon": entry.icon,
            "is_current": here == entry.url_name or bool(entry.match and here.startswith(tuple(entry.match.split()))),
            "on_phone": entry.on_phone,
            "count": None,
            "keys": entry.keys,
        }
        for entry in navigation.entries(place)
        if not entry.capability or holds(request.actor, get_capability(entry.capability))
    ]
