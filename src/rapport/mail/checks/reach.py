"""Do links answer? Asked only when somebody wants to know; never while text is typed, and no mail waits for it.

Nothing is followed: where a link leads on is told.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rapport.lib import outside
from rapport.lib.outside import PATIENCE_S, is_public

MAX_ASKED, AT_ONCE = 10, 5
SHY = frozenset((401, 403, 405, 406, 429, 501, 503, 999))  # sites that answer people and not programs


@dataclass(frozen=True, slots=True)
class Reached:
    """`outcome` is fine, moved, shy, broken or unknown; `said` is a sentence."""

    url: str
    outcome: str
    said: str


def reach(urls: Sequence[str], *, may_ask: Callable[[str], bool] = is_public) -> list[Reached]:
    """What each link answers, in order; of more than MAX_ASKED the others are unknown. Takes some seconds at most."""
    asked = [url if "://" in url else f"https://{url}" for url in urls[:MAX_ASKED]]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda url: _reach(url, may_ask), asked))
    return [*found, *(Reached(url, "unknown", f"Not asked: {MAX_ASKED} links at once.") for url in urls[MAX_ASKED:])]


def _reach(url: str, may_ask: Callable[[str], bool]) -> Reached:
    try:
        return _told(url, *outside.ask("HEAD", url, may_ask=may_ask, headers={"User-Agent": "Rapport link check"}))
    except outside.Inside:
        return Reached(url, "unknown", "It leads into a network of its own and is not asked from here.")
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
            return Reached(url, "broken", "There is no such host.")
        return Reached(url, "unknown", "Names cannot be looked up from here now: no network, or no name server.")
    except UnicodeError:
        return Reached(url, "broken", "There is no such host.")
    except ssl.SSLError as error:
        return Reached(
            url, "broken", f"The connection is not secure: {error.reason or 'the certificate is not valid'}."
        )
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reached(url, "unknown", f"No answer within {PATIENCE_S:g} seconds ({type(error).__name__}).")


def _told(url: str, status: int, location: str) -> Reached:
    if status < 300:
        return Reached(url, "fine", "It answers.")
    if status < 400:
        return Reached(url, "moved", f"It leads on to {location[:200] or 'another address'}.")
    if status in SHY:
        return Reached(url, "shy", f"The site is there and does not answer programs ({status}). Open it yourself.")
    return Reached(url, "broken", f"There is nothing to be read at this address ({status}).")
