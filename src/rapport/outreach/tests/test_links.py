"""Links of a sent mail lead over this server, tell who followed them, and can be left alone."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from tests.servers import smtp as real_smtp

from rapport.activity.operations import react
from rapport.lib import clock
from rapport.mail.models import DeliveryEvent
from rapport.mail.operations import judge_visits
from rapport.notifications.models import Notification
from rapport.notifications.operations import follow
from rapport.outreach import operations
from rapport.outreach.content import compile_step
from rapport.outreach.engine import Engine
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step

JOB = "https://example.org/jobs/1?x=2&y=3"
BODY = f'Hi {{{{ first_name }}}},\n\nsee {JOB} or https://example.org/{{{{ city | "berlin" }}}}.'
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(lanes=1, batch=50, lease_s=30)
    yield engine
    engine.stop()


def send(rita, engine, **sequence):
    """The parts (text, HTML) of the one mail that is sent, and to whom."""
    with real_smtp.running() as outbox:
        made = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port), **sequence)
        make_step(made, body=BODY)
        carl = make_person("Carl Example", "carl@example.net")
        operations.enroll(actor=rita.actor, sequence_id=made.id, candidate_ids=[carl.id])
        engine.run_until_idle()
    (message,) = outbox.messages
    text, html = (part.get_payload(decode=True).decode().replace("\r\n", "\n") for part in message.get_payload())
    return carl, text, html


@pytest.mark.django_db(transaction=True)
def test_a_followed_link_leads_on_and_whoever_follows_the_candidate_hears(rita, engine, settings):
    carl, text, html = send(rita, engine)
    follow(actor=rita.actor, kind="candidate", subject_id=carl.id)
    assert JOB in text
    assert f"{settings.BASE_URL}/l/" not in text
    address = unescape(html.split('href="')[1].split('"')[0])
    assert address.startswith(f"{settings.BASE_URL}/l/")
    parts = urlsplit(address)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        answer = Client().get(f"{parts.path}?{parts.query}", headers={"user-agent": BROWSER})
    assert (answer.status_code, answer["Location"]) == (302, JOB)
    assert judge_visits() == 1
    assert DeliveryEvent.objects.get().verdict == "human"
    while react():
        pass
    assert [row.text for row in Notification.objects.filter(verb="message.clicked")] == [
        "Carl Example followed a link in our mail"
    ]


@pytest.mark.django_db(transaction=True)
def test_a_sequence_may_leave_links_alone(rita, engine):
    _, text, html = send(rita, engine, tracks_clicks=False)
    assert JOB in text
    assert f'<a href="{JOB.replace("&", "&amp;")}">' in html
    assert "/l/" not in html


def test_only_fixed_links_are_led_over_us_and_previews_show_the_true_ones():
    step = compile_step(subject="A job", body=BODY + "\n\nhttps://example.org/team", signature="https://example.org/us")
    assert list(step.links.values()) == [JOB, "https://example.org/team", "https://example.org/us"]
    values = {"first_name": "Carl", "city": ""}
    shown = step.render(values, unsubscribe_url="https://example.org/u/x").html
    led = step.render(
        values, unsubscribe_url="https://example.org/u/x", lead=lambda url: f"https://l.example/{len(url)}"
    )
    assert '<a href="https://example.org/team">https://example.org/team</a>' in shown
    assert '<a href="https://l.example/24">https://example.org/team</a>' in led.html
    assert "https://l.example" not in led.text
