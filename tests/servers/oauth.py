"""A real OAuth 2 provider for tests on loopback: asks nobody, checks everything, and misbehaves on demand.

Over TLS it gives codes (`/authorize`, PKCE with S256) and tokens (`/token`); in clear it tells mail servers whose a token is
(`/introspect`, RFC 7662).
"""

import base64
import hashlib
import json
import secrets
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.certificates import write_certificate

CLIENT_ID, CLIENT_SECRET = "rapport-app", "kept by the app"


@dataclass
class Authority:
    """`account` is who signs in, and whose the tokens are. `asked` lists what came to the token endpoint.

    `rotates`: a refresh token holds for one use. `answers` are given instead of the right ones, each once: (status, body).
    """

    account: str = "rita@example.com"
    life_s: int = 3600
    rotates: bool = False
    waits_s: float = 0
    drips: bool = False
    says_no: bool = False
    gives_refresh_token: bool = True
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    access_tokens: dict[str, str] = field(default_factory=dict)
    host: str = "localhost"
    port: int = 0
    plain_port: int = 0
    certificate: Path = Path()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"

    @property
    def introspect_url(self) -> str:
        return f"http://127.0.0.1:{self.plain_port}/introspect"

    def reset(self) -> None:
        """As it was at the start; nobody has a token."""
        fresh = Authority()
        for name in (
            "account", "life_s", "rotates", "waits_s", "drips", "says_no", "gives_refresh_token", "answers", "asked", "codes",
            "refresh_tokens", "access_tokens",
        ):  # fmt: skip
            setattr(self, name, getattr(fresh, name))

    def revoke(self) -> None:
        """The owner takes the permission back."""
        self.refresh_tokens.clear()
        self.access_tokens.clear()

    def is_held(self, username: str, token: str) -> bool:
        return self.access_tokens.get(token) == username

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent: back with a code, or with a refusal."""
        back = query["redirect_uri"]
        if self.says_no:
            return f"{back}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == (
            "code",
            CLIENT_ID,
            "S256",
        )
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{back}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, bytes]:
        with self._lock:
            self.asked.append(form)
            if self.answers:
                return self.answers.pop(0)
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
                return 401, b'{"error": "invalid_client", "error_description": "The client is not known."}'
            if form["grant_type"] == "authorization_code":
                return self._first(form)
            if form["refresh_token"] not in self.refresh_tokens:
                return 400, b'{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}'
            return 200, self._tokens(form["refresh_token"])

    def _first(self, form: dict[str, str]) -> tuple[int, bytes]:
        query = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if query is None or query["redirect_uri"] != form["redirect_uri"] or query["code_challenge"] != proof:
            return 400, b'{"error": "invalid_grant", "error_description": "Bad code."}'
        return 200, self._tokens("")

    def _tokens(self, used: str) -> bytes:
        access = secrets.token_urlsafe(24)
        self.access_tokens[access] = self.account
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.life_s, "scope": "mail"}
        if self.gives_refresh_token and (self.rotates or not used):
            self.refresh_tokens.discard(used)
            answer["refresh_token"] = secrets.token_urlsafe(24)
            self.refresh_tokens.add(str(answer["refresh_token"]))
        return json.dumps(answer).encode()


class _Handler(BaseHTTPRequestHandler):
    authority: Authority

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.authority.authorize(_single(urlsplit(self.path).query)))
        self.end_headers()

    def do_POST(self) -> None:
        form = _single(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/introspect":
            account = self.authority.access_tokens.get(form["token"], "")
            return self._answer(200, json.dumps({"active": bool(account), "username": account}).encode())
        status, body = self.authority.token(form)
        time.sleep(self.authority.waits_s)
        return self._answer(status, body)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for start in range(0, len(body), 1 if self.authority.drips else len(body) or 1):
                self.wfile.write(body[start : start + (1 if self.authority.drips else len(body))])
                self.wfile.flush()
                time.sleep(0.1 if self.authority.drips else 0)
        except OSError:
            pass  # whoever asked has had enough


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


@contextmanager
def running() -> Iterator[Authority]:
    """Start the provider and stop it again."""
    authority = Authority()
    handler = type("Handler", (_Handler,), {"authority": authority})
    with tempfile.TemporaryDirectory(prefix="rapport-oauth-") as folder:
        authority.certificate, key = write_certificate(Path(folder))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.certificate, key)
        secure = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        plain = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        authority.port, authority.plain_port = secure.server_address[1], plain.server_address[1]
        for server in (secure, plain):
            server.handle_error = lambda *_: None  # type: ignore[method-assign]
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield authority
        finally:
            for server in (secure, plain):
                server.shutdown()
                server.server_close()
