"""Which answers of servers ask for less mail."""

import pytest

from rapport.mail.throttling import says_too_many


@pytest.mark.parametrize(
    "answer",
    [
        "421 4.7.28 Our system has detected an unusual rate of unsolicited mail from your address",
        "421-4.7.0 This message was deferred",
        "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume",
        "451 4.7.500 Server busy. Please try again later",
        "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents delivery",
        "452 4.5.3 Too many recipients",
        "450 too many messages an hour",
    ],
)
def test_too_much(answer):
    assert says_too_many(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "", "250 2.0.0 fine", "550 5.7.1 too many messages", "450 4.7.1 Greylisted, come again", "421 4.3.2 shutting down",
        "451 4.7.1 Greylisting in action, please come back later", "452 4.2.2 mailbox full", "450 4.1.1 user unknown",
        "421 4.7.26 This mail is unauthenticated: SPF failed", "450 4.7.25 cannot find your reverse hostname",
    ],
)  # fmt: skip
def test_something_else(answer):
    assert not says_too_many(answer)
