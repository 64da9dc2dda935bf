"""Tokens in mail that has gone out: they are read for years, so what one looks like never changes."""

from uuid import UUID

import pytest

from rapport.mail import address_tokens

MESSAGE = UUID("01a21c57-19c0-7000-b91e-51589dabb6e9")
URL = "https://example.org/jobs/1?x=2&y=3"
LINK = "AaIcVxnAcAC5HlFYnau26S5hqwii9y63jSiUbjNUNxA"
CLICK = "AaIcVxnAcAC5HlFYnau26ZaRY8028egQ3gN4zg"
PLUS = "rita+agrbyvyzybyaboi6kfmj3k5w5f7p7x67v7iigydi@example.org"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.SECRET_KEY = "a secret that stays"


def test_a_token_is_what_it_was_when_the_first_mail_went_out():
    for _ in range(2):  # what is kept of the key holds for each token alike
        assert address_tokens.link_token(MESSAGE) == LINK
        assert address_tokens.click_token(MESSAGE, URL) == CLICK
        assert address_tokens.plus_address("rita@example.org", MESSAGE) == PLUS


def test_a_token_names_its_message():
    assert address_tokens.read_link_token(LINK) == MESSAGE
    assert address_tokens.read_click_token(CLICK, URL) == MESSAGE
    assert address_tokens.read_plus_address(PLUS) == MESSAGE


def test_a_token_of_another_secret_or_address_names_nothing(settings):
    assert address_tokens.read_click_token(CLICK, "https://example.org/jobs/2") is None
    settings.SECRET_KEY = "another"
    assert address_tokens.read_link_token(LINK) is None
    assert address_tokens.read_plus_address(PLUS) is None
