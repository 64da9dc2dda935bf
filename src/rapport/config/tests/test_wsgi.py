"""What the web server asks: links in mails have a door of their own, everything else is Django's."""

from uuid import uuid4

import pytest
from django.test import RequestFactory

from rapport.config.wsgi import application
from rapport.mail.address_tokens import click_token
from rapport.mail.models import LinkVisit

JOB = "https://example.org/jobs/1"


def ask(path: str) -> tuple[str, dict[str, str], bytes]:
    answers = []

    def start_response(status, headers, *_):
        answers.append((status, dict(headers)))

    content = b"".join(application(RequestFactory().get(path).environ, start_response))
    return (*answers[0], content)


@pytest.mark.django_db(transaction=True)
def test_a_link_leads_on_and_any_other_address_is_a_page():
    message_id = uuid4()
    status, headers, _ = ask(f"/l/{click_token(message_id, JOB)}?to={JOB}")
    assert (status, headers["Location"]) == ("302 Found", JOB)
    assert "Content-Security-Policy" not in headers  # nothing of Django's was asked
    assert LinkVisit.objects.get().message_id == message_id

    status, headers, content = ask("/l/made-up?to=https://evil.example")
    assert (status, "Location" in headers) == ("404 Not Found", False)
    assert b"This link is not one of ours" in content
    assert ask("/account/login/")[0] == "200 OK"
