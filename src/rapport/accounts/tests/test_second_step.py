"""Signing in with one-time codes (RFC 6238), rate limits, and the way out for somebody who has lost the phone."""

import base64
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def no_limits_left_over(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def emma_with_password(emma):
    emma.set_password(PASSWORD)
    emma.save()
    return emma


def sign_in_by_password(client: Client, password: str = PASSWORD):
    return client.post("/account/login/", {"login": "emma@example.org", "password": password})


def present_code(secret: str) -> str:
    """The code an authenticator app would show now: the middle of the tolerated steps."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def prove_it_is_you(client: Client) -> None:
    """What guards sign-in itself asks for the password again, however fresh the session is."""
    assert client.get("/account/2fa/totp/activate/")["Location"].startswith("/account/reauthenticate/")
    assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302


def switch_on_codes(client: Client) -> str:
    prove_it_is_you(client)
    page = client.get("/account/2fa/totp/activate/", follow=True).content.decode()
    (secret,) = set(re.findall(r"\b[A-Z2-7]{32}\b", page))
    answer = client.post("/account/2fa/totp/activate/", {"code": present_code(secret)})
    assert answer.status_code == 302
    return secret


def test_codes_follow_the_standard():
    """RFC 6238 appendix B, SHA-1, at 59 s: 94287082; we show the last six digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert format_hotp_value(hotp_value(secret, 59 // 30)) == "287082"


def test_sign_in_asks_for_the_code_and_takes_it_once(emma_with_password):
    client = Client()
    sign_in_by_password(client)
    secret = switch_on_codes(client)
    stored = Authenticator.objects.get(user=emma_with_password, type="totp").data["secret"]
    assert secret not in stored

    cache.clear()
    other = Client()
    answer = sign_in_by_password(other)
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/authenticate/")
    assert other.get("/settings/you/").status_code == 302
    wrong = other.post("/account/2fa/authenticate/", {"code": "000000"})
    assert (wrong.status_code, other.get("/settings/you/").status_code) == (200, 302)
    code = present_code(secret)
    assert other.post("/account/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert other.get("/settings/you/").status_code == 200

    third = Client()
    sign_in_by_password(third)
    third.post("/account/2fa/authenticate/", {"code": code})
    assert third.get("/settings/you/").status_code == 302


def test_administrator_removes_the_second_step_of_somebody_locked_out(ada, emma_with_password, sign_in):
    client = Client()
    sign_in_by_password(client)
    switch_on_codes(client)
    admin = sign_in(ada)
    assert "Second step" in admin.get(f"/settings/people/{emma_with_password.id}/").content.decode()
    admin.post(f"/settings/people/{emma_with_password.id}/second-step/")
    assert not Authenticator.objects.filter(user=emma_with_password).exists()
    assert sign_in_by_password(Client())["Location"] == "/"


def test_sixth_wrong_password_gets_a_page_that_says_what_to_do(emma_with_password):
    client = Client()
    assert [sign_in_by_password(client, "wrong").status_code for _ in range(5)] == [200] * 5
    refused = sign_in_by_password(client, "wrong")
    assert refused.status_code == 429
    assert "Too many attempts" in refused.content.decode()
    assert "waits for five minutes" in refused.content.decode()
    assert 'href="/account/password/reset/"' in refused.content.decode()
    assert sign_in_by_password(client).status_code == 429


def test_other_people_at_other_places_still_sign_in(emma_with_password, rita):
    rita.set_password(PASSWORD)
    rita.save()
    for _ in range(6):
        sign_in_by_password(Client(REMOTE_ADDR="192.0.2.1"), "wrong")
    answer = Client(REMOTE_ADDR="192.0.2.2").post("/account/login/", {"login": rita.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_passkey_sign_in_and_adding_one_are_offered(emma_with_password):
    client = Client()
    assert 'id="passkey_login"' in client.get("/account/login/").content.decode()
    challenge = client.get("/account/2fa/webauthn/login/", HTTP_ACCEPT="application/json").json()
    assert challenge["request_options"]["publicKey"]["rpId"] == "testserver"
    sign_in_by_password(client)
    prove_it_is_you(client)
    page = client.get("/account/2fa/webauthn/add/")
    assert page.status_code == 200
    assert "creation_options" in page.content.decode()
