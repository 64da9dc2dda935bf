"""A mailbox that signs in at the provider of the tests, and going through its sign-in as a browser does."""

import ssl
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from tests.servers.oauth import CLIENT_ID, CLIENT_SECRET, Authority

from rapport.accounts.models import User
from rapport.lib.actors import Actor
from rapport.mail import operations
from rapport.mail.models import Mailbox, Provider
from rapport.mail.operations import ProviderSettings


def set_up(actor: Actor, authority: Authority, **changes: Any) -> Provider:
    values = {
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "name": "Northwind Mail", "scope": "mail",
        "authorize_url": f"{authority.url}/authorize", "token_url": f"{authority.url}/token", **changes,
    }  # fmt: skip
    return operations.save_provider(actor=actor, kind="other", settings=ProviderSettings(**values))


def ask_provider(url: str) -> str:
    """Where the provider sends the browser."""
    parts = urlsplit(url)
    connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=5, context=ssl.create_default_context())
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        assert answer.status == 302
        return answer.getheader("Location") or ""
    finally:
        connection.close()


def back_at_us(answer: Any) -> str:
    """The path with the code, at our own address."""
    parts = urlsplit(ask_provider(answer["Location"]))
    return f"{parts.path}?{parts.query}"


def sign_in_at_provider(client: Client, mailbox: Mailbox) -> Any:
    """From the button on the mailbox's page to the page that the person lands on."""
    begun = client.get(f"/settings/mailboxes/{mailbox.id}/sign-in/")
    assert begun.status_code == 302, begun.content
    return client.get(back_at_us(begun), follow=True)


def signed_in(user: User, mailbox: Mailbox, authority: Authority) -> Mailbox:
    """The same without a browser."""
    uri = "http://127.0.0.1:8000/settings/mailboxes/signed-in/"
    asked = operations.begin_sign_in(actor=user.actor, mailbox_id=mailbox.id, redirect_uri=uri)
    answer = dict(pair.split("=") for pair in urlsplit(ask_provider(asked.url)).query.split("&"))
    return operations.complete_sign_in(
        actor=user.actor, mailbox_id=mailbox.id, provider=asked.provider, code=answer["code"], verifier=asked.verifier,
        redirect_uri=uri,
    )  # fmt: skip
