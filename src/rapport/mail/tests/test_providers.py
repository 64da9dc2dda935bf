"""The providers that mailboxes sign in at, set up by administrators."""

from typing import Any

import pytest

from rapport.lib.encryption import decrypt
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rapport.mail import operations
from rapport.mail.models import Mailbox, Provider
from rapport.mail.oauth_providers import microsoft, problem_of_url
from rapport.mail.operations import MailboxSettings, ProviderSettings
from rapport.mail.tests.examples import recorded
from rapport.mail.xoauth2 import initial_response, read_challenge

pytestmark = pytest.mark.django_db

OTHER = {
    "name": "Northwind Mail", "client_id": "app", "authorize_url": "https://id.example.com/authorize",
    "token_url": "https://id.example.com/token", "scope": "mail",
}  # fmt: skip


def _save(user: Any, kind: str = "google", **values: str) -> Provider:
    settings = ProviderSettings(**{"client_id": "app", "client_secret": "well kept", **values})
    return operations.save_provider(actor=user.actor, kind=kind, settings=settings)


def test_an_administrator_sets_google_up_and_the_secret_is_encrypted(ada):
    provider = _save(ada)
    assert "well kept" not in provider.client_secret
    assert decrypt(provider.client_secret) == "well kept"
    assert [row.data for row in recorded("provider.changed")] == [
        {
            "name": "Google",
            "changed": ["authorize_url", "client_id", "client_secret", "name", "scope", "tenant", "token_url"],
        }
    ]
    assert "well kept" not in repr(provider.app())


def test_an_empty_secret_keeps_the_stored_one_and_doing_it_twice_changes_nothing(ada):
    _save(ada, "microsoft")
    for _ in range(2):
        provider = _save(ada, "microsoft", tenant="contoso.com", client_secret="")
    assert decrypt(provider.client_secret) == "well kept"
    assert [row.data["changed"] for row in recorded("provider.changed")][1:] == [["tenant"]]
    assert Provider.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "values", "changes"),
    [("google", {}, {"client_id": "another app"}), ("other", OTHER, {"token_url": "https://else.example.com/token"})],
)
def test_the_secret_goes_along_to_no_other_address_or_app(ada, sign_in, kind, values, changes):
    _save(ada, kind, **values)
    with pytest.raises(InvalidInput) as caught:
        _save(ada, kind, **{**values, **changes, "client_secret": ""})
    assert set(caught.value.fields) == {"client_secret"}
    page = sign_in(ada).post(f"/settings/mailboxes/providers/{kind}/", {**values, "client_id": "app", **changes})
    assert (page.status_code, "enter its client secret again" in page.content.decode()) == (422, True)
    assert len(recorded("provider.changed")) == 1
    provider = _save(ada, kind, **{**values, **changes, "client_secret": "new"})
    assert decrypt(provider.client_secret) == "new"


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("google", {"client_id": " "}, "client_id"),
        ("google", {"client_secret": ""}, "client_secret"),
        ("microsoft", {"tenant": "contoso/../common"}, "tenant"),
        ("other", {**OTHER, "token_url": "http://id.example.com/token"}, "token_url"),
        ("other", {**OTHER, "token_url": "https://10.0.0.8/token"}, "token_url"),
        ("other", {**OTHER, "authorize_url": "javascript:alert(1)"}, "authorize_url"),
        ("other", {**OTHER, "authorize_url": "https://me:secret@id.example.com/"}, "authorize_url"),
        ("other", {**OTHER, "authorize_url": ""}, "authorize_url"),
    ],
)
def test_bad_input_names_the_field(ada, kind, values, field):
    with pytest.raises(InvalidInput) as caught:
        _save(ada, kind, **values)
    assert set(caught.value.fields) == {field}
    assert not Provider.objects.exists()


def test_only_administrators_set_them_up(rita, hugo, ada, sign_in):
    for user in (rita, hugo):
        with pytest.raises(NotAllowed):
            _save(user)
        assert sign_in(user).get("/settings/mailboxes/providers/").status_code == 403
        assert sign_in(user).get("/settings/mailboxes/providers/google/").status_code == 403
        assert sign_in(user).post("/settings/mailboxes/providers/google/", {"client_id": "x"}).status_code == 403
    provider = _save(ada)
    assert sign_in(rita).post(f"/settings/mailboxes/providers/{provider.id}/remove/").status_code == 403
    with pytest.raises(NotFound):
        _save(ada, "yahoo")
    assert Provider.objects.count() == 1


def test_the_pages_show_the_redirect_uri_and_never_the_secret(ada, sign_in):
    client = sign_in(ada)
    listed = client.get("/settings/mailboxes/providers/").content.decode()
    assert listed.count("not set up") == 3
    assert "http://127.0.0.1:8000/settings/mailboxes/signed-in/" in listed
    answered = client.post(
        "/settings/mailboxes/providers/microsoft/", {"client_id": "app", "client_secret": "well kept"}
    )
    assert answered["Location"] == "/settings/mailboxes/providers/"
    page = client.get("/settings/mailboxes/providers/microsoft/").content.decode()
    assert "http://127.0.0.1:8000/settings/mailboxes/signed-in/" in page
    assert "Stored. Enter one only to change it." in page
    assert "well kept" not in page
    wrong = client.post("/settings/mailboxes/providers/google/", {"client_id": ""})
    assert wrong.status_code == 422
    assert client.get("/settings/mailboxes/providers/yahoo/").status_code == 404


def test_a_provider_is_removed_once_no_mailbox_signs_in_there(ada, rita, sign_in):
    provider = _save(ada)
    mailbox = operations.create_mailbox(
        actor=rita.actor,
        settings=MailboxSettings(address="rita@example.com", provider_id=provider.id),
        owner_id=rita.id,
    )
    with pytest.raises(Conflict, match=r"These mailboxes sign in at Google: rita@example.com\."):
        operations.remove_provider(actor=ada.actor, provider_id=provider.id)
    client = sign_in(ada)
    assert (
        "rita@example.com"
        in client.post(f"/settings/mailboxes/providers/{provider.id}/remove/", follow=True).content.decode()
    )
    Mailbox.objects.filter(id=mailbox.id).update(provider=None)
    assert client.post(f"/settings/mailboxes/providers/{provider.id}/remove/").status_code == 302
    assert client.post(f"/settings/mailboxes/providers/{provider.id}/remove/").status_code == 404
    assert [row.data for row in recorded("provider.removed")] == [{"name": "Google"}]
    assert not Provider.objects.exists()


def test_microsofts_addresses_name_the_directory():
    assert microsoft("contoso.com").token_url == "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"
    assert microsoft("").authorize_url == "https://login.microsoftonline.com/common/oauth2/v2.0/authorize"


@pytest.mark.parametrize(
    "url", ["https://", "https://[", "https://a b.example/", "https://id.example.com/#x", "x" * 600]
)
def test_what_is_no_address_is_refused(url):
    assert problem_of_url(url, [])


def test_the_words_of_xoauth2():
    assert initial_response("a@example.com", "t0k") == b"user=a@example.com\x01auth=Bearer t0k\x01\x01"
    assert read_challenge(b"eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=") == "400"
    for noise in (b"", b"%%%", b"W10=", b"eyJz", b"/////w=="):
        assert read_challenge(noise) == ""
