"""A Slack-compatible incoming webhook: what is posted to it, and what its answers mean. Pure but for `post`.

The format is Slack's (docs.slack.dev, "Formatting message text"): three characters are escaped, `<address|text>` is a link.
Mattermost, Rocket.Chat and Discord (at an address that ends with /slack) take the same.
"""

import http.client
import json
import socket
import ssl
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from rapport.lib import outside
from rapport.lib.errors import InvalidInput, PermanentFailure, TemporaryFailure

MAX_URL_CHARS = 1000
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "¦"})


def check_url(url: str, own_hosts: Iterable[str]) -> str:
    """The host of an address that may be posted to. Raises InvalidInput ("url")."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidInput({"url": "This is not an address. Copy it whole from the chat’s settings."}) from error
    if not host or parts.username or len(url) > MAX_URL_CHARS or not url.isprintable() or " " in url:
        raise InvalidInput({"url": "This is not an address. Copy it whole from the chat’s settings."})
    if parts.scheme != "https" and not (parts.scheme == "http" and host in set(own_hosts)):
        raise InvalidInput({"url": "The address has to begin with https://."})
    return host


def body_of(lines: Sequence[tuple[str, str]], more_count: int = 0) -> bytes:
    """What is posted for these (text, address) lines; an empty address makes no link."""
    said = [f"• <{url}|{_escape(text)}>" if url else f"• {_escape(text)}" for text, url in lines]
    if more_count:
        said.append(f"and {more_count:,} more")
    return json.dumps({"text": "\n".join(said)}).encode()


def _escape(text: str) -> str:
    return " ".join(text.split()).translate(_ESCAPED)


def post(url: str, body: bytes, own_hosts: Iterable[str]) -> None:
    """Post it. Raises TemporaryFailure for what may be over later, PermanentFailure for what a person has to mend."""
    is_own = urlsplit(url).hostname in set(own_hosts)
    headers = {"Content-Type": "application/json", "User-Agent": "Rapport"}
    try:
        status, _ = outside.ask(
            "POST", url, body=body, headers=headers, may_ask=(lambda _: True) if is_own else outside.is_public
        )
    except outside.Inside as error:
        raise PermanentFailure(
            "The host is in a network of its own. An administrator can allow it with RAPPORT_CHAT_HOSTS."
        ) from error
    except ssl.SSLError as error:
        raise PermanentFailure("The connection is not secure: the certificate is not valid.") from error
    except (socket.gaierror, UnicodeError) as error:
        raise TemporaryFailure("There is no such host, or names cannot be looked up now.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TemporaryFailure(f"No answer ({type(error).__name__}).") from error
    if status in (429,) or status >= 500:
        raise TemporaryFailure(f"The chat does not take it just now ({status}).")
    if status >= 300:
        raise PermanentFailure(f"The chat refuses it ({status}). Make a new address there, and enter it here.")
