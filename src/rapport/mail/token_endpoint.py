"""Asking a provider's token endpoint (RFC 6749, PKCE: RFC 7636); oauthlib writes the questions and reads the answers.

Only the given address is asked, over TLS, within some seconds; nothing is followed and answers are limited. oauthlib is loaded
where it is needed, because every command would wait for it.
"""

import base64
import hashlib
import http.client
import secrets
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from rapport.lib import outside
from rapport.lib.errors import PermanentFailure, TemporaryFailure
from rapport.mail.oauth_providers import Endpoints

PATIENCE_S = 15.0
MAX_ANSWER_BYTES = 100_000
DEFAULT_LIFE_S = 3600  # where the provider does not tell
MAX_TOKEN_CHARS = 20_000
_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "User-Agent": "Rapport",
}  # fmt: skip
# What oauthlib and json raise where somebody answers nonsense: nested too deeply, or valid for ever.
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)


class PermissionEnded(PermanentFailure):
    """The provider does not know this code or refresh token (any more): its owner has to sign in again."""


@dataclass(frozen=True, slots=True)
class App:
    """The app that an administrator registered with a provider."""

    name: str
    endpoints: Endpoints
    client_id: str
    client_secret: str = field(repr=False)
    own_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tokens:
    """`refresh_token` is empty where the one that was used goes on holding."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    life_s: int


def new_verifier() -> str:
    """The secret of one sign-in, which only its beginner can show again at its end."""
    return secrets.token_urlsafe(64)


def question_url(app: App, *, redirect_uri: str, state: str, verifier: str, address: str) -> str:
    """Where the owner of a mailbox is asked for their permission."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    given: str = _client(app).prepare_request_uri(
        app.endpoints.authorize_url, redirect_uri=redirect_uri, scope=app.endpoints.scope or None, state=state,
        code_challenge=challenge, code_challenge_method="S256", login_hint=address, **app.endpoints.extra,
    )  # fmt: skip
    return given


def exchange_code(app: App, *, code: str, redirect_uri: str, verifier: str) -> Tokens:
    """The first tokens. Raises PermissionEnded, PermanentFailure, TemporaryFailure."""
    body = _client(app).prepare_request_body(
        code=code, redirect_uri=redirect_uri, code_verifier=verifier, **_secret(app)
    )
    return _ask(app, body)


def refresh(app: App, refresh_token: str) -> Tokens:
    """New tokens. Raises PermissionEnded, PermanentFailure, TemporaryFailure."""
    body = _client(app).prepare_refresh_body(refresh_token=refresh_token, client_id=app.client_id, **_secret(app))
    return _ask(app, body)


def _client(app: App) -> Any:
    from oauthlib.oauth2 import WebApplicationClient

    return WebApplicationClient(app.client_id)


def _secret(app: App) -> dict[str, str]:
    return {"client_secret": app.client_secret} if app.client_secret else {}


def _ask(app: App, body: str) -> Tokens:
    url = app.endpoints.token_url
    is_own = urlsplit(url).hostname in app.own_hosts
    try:
        answer = outside.fetch(
            "POST", url, body=body.encode(), headers=_HEADERS, most_bytes=MAX_ANSWER_BYTES, patience_s=PATIENCE_S,
            may_ask=(lambda _: True) if is_own else outside.is_public,
        )  # fmt: skip
    except outside.Inside as error:
        raise PermanentFailure(
            f"{app.name} is in a network of its own. An administrator can allow its host with RAPPORT_OAUTH_HOSTS"
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise TemporaryFailure(f"The certificate of {app.name} could not be verified") from error
    except (OSError, UnicodeError, http.client.HTTPException, ValueError) as error:
        raise TemporaryFailure(f"{app.name} could not be reached ({type(error).__name__})") from error
    if answer.status == 429 or answer.status >= 500:
        raise TemporaryFailure(f"{app.name} gives no permission just now ({answer.status})")
    return _read(app, answer)


def _read(app: App, answer: outside.Answer) -> Tokens:
    from oauthlib.oauth2 import InvalidGrantError, MissingTokenError, OAuth2Error

    try:
        given = _client(app).parse_request_body_response(answer.body.decode())
        tokens = Tokens(_token(given["access_token"]), _token(given.get("refresh_token") or ""), _life(given))
    except InvalidGrantError as error:
        raise PermissionEnded(
            f"{app.name} says that the permission was taken back or has run out{_why(error)}. Sign in again"
        ) from error
    except (MissingTokenError, *_BROKEN) as error:
        raise TemporaryFailure(f"{app.name} answered with something that is no token ({answer.status})") from error
    except OAuth2Error as error:
        code = " ".join(str(error.error).split())[:80]
        said = code if code.isprintable() else "it does not say why"
        raise PermanentFailure(f"{app.name} refuses: {said}{_why(error)}. {_remedy(error)}") from error
    if answer.status != 200:
        raise TemporaryFailure(f"{app.name} answered with {answer.status}")
    return tokens


def _token(given: Iterable[str]) -> str:
    if not isinstance(given, str) or len(given) > MAX_TOKEN_CHARS or not (given.isascii() and given.isprintable()):
        raise ValueError("no token")
    return given


def _life(given: dict[str, object]) -> int:
    told = given.get("expires_in")
    return max(60, min(told, 30 * 86_400)) if isinstance(told, int) and told > 0 else DEFAULT_LIFE_S


def _why(error: Any) -> str:
    """What the provider says of it in words."""
    said = " ".join(str(error.description or "").split())
    return f" (“{said[:200]}”)" if said.isprintable() and said else ""


def _remedy(error: Any) -> str:
    if error.error in ("invalid_client", "unauthorized_client"):
        return "Have an administrator look at the client id and secret under Settings, Mailboxes, Sign-in"
    return "Try again, and have an administrator look at the app that is registered there"
