"""Frames that show the HTML of a mail, and the logo in it."""

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from rapport.lib.errors import NotFound
from rapport.lib.requests import Request
from rapport.mail import queries
from rapport.mail.logos import CONTENT_TYPES
from rapport.mail.showing import frame, framed_html

YEAR_S = 365 * 24 * 3600


@frame
def shown(request: Request, word: str) -> str:
    """A preview's HTML; with ?dark=1 as a dark mail program shows it."""
    return framed_html(request.actor, word, dark=request.GET.get("dark") == "1")


@require_safe
@login_not_required
def logo(request: HttpRequest, name: str) -> HttpResponseBase:
    """A logo for whoever opens a mail, also one that was sent before the logo changed; no cookie is read or set."""
    found = queries.get_logo(name)
    if not default_storage.exists(found.storage_name):
        raise NotFound("There is no such logo.")
    response = FileResponse(
        default_storage.open(found.storage_name), content_type=CONTENT_TYPES[name.rpartition(".")[2]]
    )
    response["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail on the web shows it in pages of its own
    response["Content-Disposition"] = "inline"
    return response
