"""The door of links in mails: it leads on before Django's layers for signed-in people are asked, which take most of the time.

One mail to ten thousand people brings as many visits within minutes, most of them by mail filters.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.utils.encoding import iri_to_uri

from rapport.lib import clock
from rapport.lib.queue import AWAY
from rapport.mail import address_tokens
from rapport.mail.clicks import Visit
from rapport.mail.operations import keep_visit

logger = logging.getLogger(__name__)

PATH = "/l/"
STATUS = "302 Found"
Headers = list[tuple[str, str]]
StartResponse = Callable[[str, Headers], object]


def answer(environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes] | None:
    """Answer a WSGI request for a link of ours; None for every other, which Django answers."""
    path = environ.get("PATH_INFO", "")
    if not path.startswith(PATH) or environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
        return None
    url = QueryDict(environ.get("QUERY_STRING", "")).get("to", "")
    headers = lead_on(environ, path.removeprefix(PATH), url)
    if headers is None:
        return None
    start_response(STATUS, [*headers, ("Content-Length", "0")])
    return [b""]


def lead_on(meta: Mapping[str, Any], token: str, url: str) -> Headers | None:
    """Keep that a link was followed, and what leads on to it; no cookie. None for a link that is not ours.

    Whoever followed it is led on, even where that cannot be kept.
    """
    message_id = address_tokens.read_click_token(token, url)
    if message_id is None:
        return None
    purpose = meta.get("HTTP_SEC_PURPOSE") or meta.get("HTTP_PURPOSE") or meta.get("HTTP_X_MOZ") or ""
    visit = Visit(url, meta.get("REQUEST_METHOD", ""), meta.get("HTTP_USER_AGENT", ""), purpose, clock.now())
    for is_last in (False, True):
        try:
            keep_visit(message_id=message_id, visit=visit)
            break
        except AWAY:
            # The connection may be one that the database has dropped meanwhile.
            if not connection.in_atomic_block:
                connection.close()
            if is_last:
                logger.exception("visit not kept message_id=%s", message_id)
    return [
        ("Location", iri_to_uri(url)),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("X-Robots-Tag", "noindex"),
    ]
