"""Whom mailboxes sign in with by OAuth 2: what is known of Google and Microsoft 365, and of any other provider.

Google: developers.google.com/identity/protocols/oauth2/web-server, developers.google.com/workspace/gmail/imap. Microsoft:
learn.microsoft.com/exchange/client-developer/legacy-protocols, "Authenticate an IMAP, POP or SMTP connection using OAuth".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MAX_URL_CHARS = 500
# A directory's id or one of its domains, or one of Microsoft's words for all of them.
TENANT = re.compile(r"[0-9a-zA-Z](?:[0-9a-zA-Z.-]{0,98}[0-9a-zA-Z])?")


@dataclass(frozen=True, slots=True)
class Servers:
    """The mail servers of a provider's mailboxes."""

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    imap_host: str = ""
    imap_port: int = 993
    imap_security: str = "ssl"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where permission is asked for and tokens are given; `extra` goes along with the question."""

    authorize_url: str
    token_url: str
    scope: str
    extra: Mapping[str, str] = field(default_factory=dict)


GOOGLE = Endpoints(
    "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token", "https://mail.google.com/",
    # Without asking anew, Google gives a refresh token at the first consent only.
    {"access_type": "offline", "prompt": "consent"},
)  # fmt: skip
MICROSOFT_SCOPE = "offline_access https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All"
SERVERS = {
    "google": Servers("smtp.gmail.com", 587, "starttls", "imap.gmail.com", 993, "ssl"),
    "microsoft": Servers("smtp.office365.com", 587, "starttls", "outlook.office365.com", 993, "ssl"),
    "other": Servers(),
}


def microsoft(tenant: str) -> Endpoints:
    base = f"https://login.microsoftonline.com/{tenant or 'common'}/oauth2/v2.0"
    return Endpoints(f"{base}/authorize", f"{base}/token", MICROSOFT_SCOPE, {"prompt": "select_account"})


def problem_of_url(url: str, own_hosts: Iterable[str]) -> str:
    """Why tokens cannot be fetched from such an address; empty where they can. Hosts of the own network have to be allowed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "This is not an address. Copy it whole from the provider's documentation."
    if not host or parts.username or parts.fragment or len(url) > MAX_URL_CHARS or not url.isprintable() or " " in url:
        return "This is not an address. Copy it whole from the provider's documentation."
    if parts.scheme != "https":
        return "The address has to begin with https://."
    if host == "localhost" or host.replace(".", "").isdigit() or ":" in host:
        return "" if host in set(own_hosts) else "Name a host by its name, not by an address of your own network."
    return ""
