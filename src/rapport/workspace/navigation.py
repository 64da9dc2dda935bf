"""What every page of the workspace knows: navigation, palette commands, the reader."""

from dataclasses import asdict
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from rapport.accounts.capabilities import get_capability, holds
from rapport.candidates.permissions import VIEW
from rapport.lib import navigation
from rapport.lib.navigation import Entry
from rapport.lib.requests import Request
from rapport.notifications.queries import count_unread

PLACES = ("main", "settings", "you", "add", "palette")


def context(request: Request) -> dict[str, Any]:
    """Context processor; entries the reader may not use are left out. Only the bell's count asks the database."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.kind != "user":
        return {"organisation": settings.SITE_NAME, "development": settings.DEVELOPMENT}
    entries = {place: _usable(place, request) for place in PLACES}
    search_url = _address("workspace:candidates") if holds(actor, VIEW) else ""
    nav_settings, nav_you = _links(entries["settings"], request), _links(entries["you"], request)
    is_in_settings = any(link["is_current"] for link in (*nav_settings, *nav_you))
    return {
        "organisation": settings.SITE_NAME,
        "development": settings.DEVELOPMENT,
        "account": request.user,
        "actor": actor,
        "unread_count": SimpleLazyObject(lambda: count_unread(actor)),
        # A page of the settings is in the settings only, though its address may lie with jobs or mail.
        "nav": _links(entries["main"], request, may_be_here=not is_in_settings),
        "nav_settings": nav_settings,
        "nav_you": nav_you,
        "quick_add": _links(entries["add"], request),
        "palette": SimpleLazyObject(
            lambda: _palette(entries["palette"], entries["add"], entries["main"], entries["settings"], search_url)
        ),
        "search_url": search_url,
    }


def _usable(place: str, request: Request) -> tuple[Entry, ...]:
    found = navigation.entries(place)
    return tuple(
        entry for entry in found if not entry.capability or holds(request.actor, get_capability(entry.capability))
    )


def _links(entries: tuple[Entry, ...], request: Request, *, may_be_here: bool = True) -> list[dict[str, Any]]:
    here = request.resolver_match.view_name if request.resolver_match and may_be_here else ""
    return [
        {
            "label": entry.label,
            "url": _address(entry.url_name),
            "icon": entry.icon,
            "is_current": here == entry.url_name or bool(entry.match and here.startswith(tuple(entry.match.split()))),
            "on_phone": entry.on_phone,
            "count": None,
            "keys": entry.keys,
        }
        for entry in entries
    ]


@cache
def _address(url_name: str) -> str:
    return reverse(url_name)


@lru_cache(maxsize=100)
def _palette(
    commands: tuple[Entry, ...],
    added: tuple[Entry, ...],
    main: tuple[Entry, ...],
    configured: tuple[Entry, ...],
    search_url: str,
) -> str:
    """The palette, the same on every page for all who may use the same."""
    found = {"commands": commands, "quick_add": added, "nav": main, "nav_settings": configured}
    rows = {
        name: [{**asdict(entry), "url": _address(entry.url_name)} for entry in entries]
        for name, entries in found.items()
    }
    addresses = {"search_url": search_url, "quick_search_url": _address("search:quick")}
    return render_to_string("components/palette.html", {**rows, **addresses})
