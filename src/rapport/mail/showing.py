"""The HTML of a mail for an inline frame of its own, because no page of ours allows styles in its elements.

Kept in the database's cache for as long as somebody looks at a preview, for that person alone: any web process can show
it, and what they type needs no address of its own.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.lib.requests import Request
from rapport.mail.branding import DARK_QUERY, seen_in
from rapport.mail.composing import clipping_of
from rapport.mail.models import Look
from rapport.mail.operations import written_content
from rapport.mail.queries import sendable_mailboxes

# What plain mail has around it in a mail program, more or less: each has its own font and colours.
BARE = (
    "<!DOCTYPE html><html><head><style>body {{ margin: 16px; font: 14px/20px sans-serif; color: #1f2422; background: #ffffff; }}\n"
    f"{DARK_QUERY} {{{{ body {{{{ background: #1f2422; color: #e6e8e6; }}}} a {{{{ color: #8ab4f8; }}}} }}}}</style></head>"
    "<body>{}</body></html>"
)
KEPT_S = 15 * 60
GONE = "This preview is gone. Type something, or reload the page, to see it again."
FRAME = {
    "default-src": [NONE], "style-src": [UNSAFE_INLINE], "img-src": [SELF, "data:"], "script-src": None,
    "font-src": None, "connect-src": None, "manifest-src": None, "frame-src": None, "form-action": [NONE], "sandbox": True,
}  # fmt: skip


def frame_url(actor: Actor, html: str) -> str:
    """Keep the HTML of a mail for this actor; where the frame finds it. "" stays ""."""
    if not html:
        return ""
    word = secrets.token_urlsafe(18)
    cache.set(_key(actor, word), html, KEPT_S)
    return reverse("mail:shown", args=[word])


def written(request: Request, *, mailbox_id: UUID | None) -> dict[str, str]:
    """What stands in a form (subject, text, look) as it would go out now from this mailbox, for mail/_written.html.

    `subject` and `text` of it, `frame_url` of a branded one, `clipping` where Gmail would not show all of it.
    """
    own = sendable_mailboxes(request.actor).filter(id=mailbox_id).first() if mailbox_id else None
    given, look = request.POST, request.POST.get("look", "")
    content = written_content(
        subject=given.get("subject", ""), text=given.get("text", "").replace("\r\n", "\n"), look=look,
        signature=own.signature if own else "",
    )  # fmt: skip
    url = frame_url(request.actor, content.html) if look == Look.BRANDED else ""
    return {"subject": content.subject, "text": content.text, "frame_url": url, "clipping": clipping_of(content)}


def framed_html(actor: Actor, word: str, *, dark: bool) -> str:
    """What was kept, as a light or a dark reader sees it. Raises NotFound when it is gone, or somebody else's."""
    kept = cache.get(_key(actor, word))
    if kept is None:
        raise NotFound(GONE)
    return for_frame(kept, dark=dark)


def for_frame(html: str, *, dark: bool) -> str:
    """As a light or dark reader sees it, with pictures of ours from the address that the page was opened under."""
    page = html if html.startswith("<!DOCTYPE") else BARE.format(html)
    return seen_in(page, dark=dark).replace(f'src="{settings.BASE_URL}/', 'src="/')


def _key(actor: Actor, word: str) -> str:
    return f"mail-shown:{actor.id}:{word}"


def frame(view: Callable[..., str]) -> Callable[..., HttpResponseBase]:
    """A view that returns the HTML of a mail: shown with its styles, without scripts, forms or anything from elsewhere."""

    @require_GET
    @csp_replace(FRAME)
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        response = HttpResponse(view(request, *args, **values))
        response["Cache-Control"] = "private, no-store"
        return response

    return answer
