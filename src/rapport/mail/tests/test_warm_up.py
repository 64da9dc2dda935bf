"""A new mailbox sends little at first; both ways of sending hold to it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from rapport.lib import clock
from rapport.mail import operations
from rapport.mail.forms import initial_of
from rapport.mail.models import Mailbox
from rapport.mail.operations import MailboxSettings
from rapport.mail.queries.pacing import find_level, room_in
from rapport.mail.tests.examples import send, write
from rapport.mail.warm_up import cap_on, rises_on

START = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("days", "cap", "rises"),
    [(-3, 20, 7), (0, 20, 7), (6, 20, 7), (7, 40, 14), (20, 80, 21), (21, 160, 28), (28, 200, None), (900, 200, None)],
)
def test_it_doubles_every_week_up_to_the_cap(days, cap, rises):
    day = START + timedelta(days=days)
    assert cap_on(day, start=START, daily_cap=200) == cap
    assert rises_on(day, start=START, daily_cap=200) == (START + timedelta(days=rises) if rises else None)


def test_without_a_start_and_under_a_small_cap_nothing_is_held_back():
    assert (cap_on(START, start=None, daily_cap=200), rises_on(START, start=None, daily_cap=200)) == (200, None)
    assert (cap_on(START, start=START, daily_cap=5), rises_on(START, start=START, daily_cap=5)) == (5, None)


@pytest.mark.django_db
def test_the_mailbox_page_keeps_the_start_and_shows_what_holds_today(rita, mailbox):
    client = Client()
    client.force_login(rita)
    url = f"/settings/mailboxes/{mailbox.id}/"
    assert "Warming up" not in client.get(url).content.decode()
    today = clock.now().date()
    entered = {name: value for name, value in initial_of(mailbox).items() if value is not None}
    form = {**entered, "warm_up_from": today.isoformat(), "verify_certificate": "on"}
    assert client.post(url, form).status_code == 302
    mailbox.refresh_from_db()
    assert mailbox.warm_up_from == today
    far = client.post(url, {**form, "warm_up_from": "9999-12-31"})
    assert (far.status_code, "within a year" in far.content.decode()) == (422, True)
    assert "Warming up: 20 messages in 24 hours for now" in client.get(url).content.decode()


@pytest.mark.django_db
def test_the_next_mail_waits_while_it_warms_up(rita, mailbox, entered, monkeypatch):
    monkeypatch.setattr("rapport.mail.warm_up.FIRST", 1)
    with time_machine.travel(datetime(2026, 11, 27, 9, 34, tzinfo=UTC), tick=False):
        send(rita, mailbox)
        level, now = find_level(mailbox.id), clock.now()
        assert room_in(level, mailbox, now) == (1, "")
        settings = MailboxSettings(**entered, warm_up_from=now.date())
        operations.update_mailbox(actor=rita.actor, mailbox_id=mailbox.id, settings=settings)
        mailbox = Mailbox.objects.get()
        assert room_in(level, mailbox, now) == (0, "The mailbox has sent its 1 messages of 24 hours.")
        message = write(rita, mailbox, "kim@example.org")
        assert operations.deliver(message_id=message.id) is None
    message.refresh_from_db()
    assert message.due_at == datetime(2026, 11, 28, 9, 40, tzinfo=UTC)
