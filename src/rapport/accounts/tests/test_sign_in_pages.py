"""The pages of django-allauth wear the product's look: each extends one of our layouts."""

import pytest
from django.test import Client

OUTSIDE = [
    "/account/login/",
    "/account/signup/",
    "/account/inactive/",
    "/account/confirm-email/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/done/",
    "/account/password/reset/key/x-set-password/",
]
INSIDE = [
    "/account/logout/",
    "/account/reauthenticate/",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/",
    "/account/2fa/webauthn/add/",
    "/account/2fa/recovery-codes/generate/",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_page_before_sign_in_is_drawn_by_us(path, db):
    page = Client().get(path, follow=True)
    assert page.status_code == 200
    assert 'class="public-main' in page.content.decode()


@pytest.mark.parametrize("path", INSIDE)
def test_page_after_sign_in_is_drawn_by_us(path, rita, sign_in):
    rita.set_password("correct horse battery")
    rita.save()
    page = sign_in(rita).get(path, follow=True)
    assert page.status_code == 200
    assert 'id="main"' in page.content.decode()


def test_wrong_password_says_what_to_do(rita, client):
    page = client.post("/account/login/", {"login": rita.email, "password": "wrong"}).content.decode()
    assert "This address and password do not go together. Check both, or ask for a new password." in page


def test_right_password_signs_in(rita, client):
    rita.set_password("correct horse battery")
    rita.save()
    answer = client.post("/account/login/", {"login": rita.email, "password": "correct horse battery"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_forgotten_password_sends_a_link_in_our_words(rita, client, mailoutbox):
    client.post("/account/password/reset/", {"email": rita.email})
    (mail,) = mailoutbox
    assert mail.subject == "Choose a new password for Rapport"
    assert "/account/password/reset/key/" in mail.body


def test_unknown_address_gets_a_mail_that_says_so_and_the_page_tells_nothing(client, db, mailoutbox):
    answer = client.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert answer["Location"] == "/account/password/reset/done/"
    assert mailoutbox[0].subject == "No account with this address at Rapport"
