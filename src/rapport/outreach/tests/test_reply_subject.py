"""The subject of a step that answers the mail before it."""

import pytest

from rapport.outreach.content import reply_subject


@pytest.mark.parametrize(("subject", "answer"), [("Hello", "Re: Hello"), ("RE: Hello", "RE: Hello"), ("", "")])
def test_re_stands_once_and_not_before_nothing(subject, answer) -> None:
    assert reply_subject(subject) == answer
