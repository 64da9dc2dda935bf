from datetime import timedelta

import pytest
from django.test import Client

from rapport.lib import clock
from rapport.lib.errors import InvalidInput
from rapport.mail import address_tokens, operations
from rapport.mail.models import Preference, Suppression
from rapport.mail.operations import Choice
from rapport.mail.tests.examples import CANDIDATE_ID, recorded, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(rita, mailbox):
    return send(rita, mailbox, is_bulk=True)


@pytest.fixture
def url(sent):
    return f"/u/{address_tokens.link_token(sent.id)}"


def test_looking_changes_nothing(url):
    for path in (url, f"{url}/choices/"):
        page = Client().get(path)
        assert page.status_code == 200
        assert "c•••@example.org" in page.content.decode()
    assert not Preference.objects.exists()
    assert not Suppression.objects.exists()


def test_one_press_keeps_the_choice_without_sign_in_or_token_of_a_form(url):
    client = Client(enforce_csrf_checks=True)
    chosen = {"topics": ["jobs", "events"], "every_days": "30", "is_paused": "on", "language_code": "de"}
    for _ in range(2):
        response = client.post(f"{url}/choices/", chosen)
        assert (response.status_code, "Saved." in response.content.decode()) == (200, True)
    row = Preference.objects.get()
    assert (row.address, row.declined, row.every_days, row.language_code) == ("carl@example.org", ["news"], 30, "de")
    assert timedelta(days=181) < row.paused_until - clock.now() < timedelta(days=183)
    (activity,) = recorded("message.preferences")
    assert activity.subject_id("candidate") == CANDIDATE_ID
    until = f"{row.paused_until.day} {row.paused_until:%B %Y}"
    assert activity.data == {"choice": f"no mail until {until}; nothing about news; at most once a month; in Deutsch"}
    page = Client().get(url).content.decode()
    assert 'value="30"' in page
    assert page.count("checked") == 4
    assert not Suppression.objects.exists()


def test_choosing_everything_again_ends_the_pause(sent):
    operations.choose_preferences(message=sent, choice=Choice(is_paused=True))
    row = operations.choose_preferences(message=sent, choice=Choice())
    assert (row.paused_until, row.declined) == (None, [])
    assert recorded("message.preferences")[-1].data == {"choice": "everything"}


def test_nonsense_is_refused(sent, url):
    assert Client().post(f"{url}/choices/", {"every_days": "5"}).status_code == 422
    assert Client().post(f"{url}/choices/", {"topics": ["x"], "every_days": "0"}).status_code == 422
    assert Client().post(f"/u/x{url[4:]}/choices/", {"every_days": "0"}).status_code == 404
    with pytest.raises(InvalidInput):
        operations.choose_preferences(message=sent, choice=Choice(every_days=5))
    assert not Preference.objects.exists()


def test_who_stopped_all_mail_is_told_so(url):
    Client().post(url, {"List-Unsubscribe": "One-Click"})
    for response in (Client().get(url), Client().post(f"{url}/choices/", {"every_days": "0"})):
        assert "You get no more mail from us" in response.content.decode()
    assert not Preference.objects.exists()
