"""Results of a template by version: counted from what went out, each figure opens its people."""

from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.lib import clock
from rapport.mail import operations as mail
from rapport.mail.models import DeliveryEvent, Message
from rapport.mail.queries import list_results
from rapport.outreach.experiments.rates import rate_interval
from rapport.outreach.tests.factories import MailboxFactory, make_person

TEXT = {"name": "First", "purpose": "first_contact", "subject": "Hi", "body": "One"}


def send(box, version, person, *, state="sent", reply=""):
    now = clock.now()
    key = f"{person.id}-{version.number}-{state}@example.org"
    message = Message.objects.create(
        thread_id=version.id, direction="out", state=state, mailbox=box, message_id=key, from_address="r@example.org",
        to_address="c@example.org", subject="Hi", subjects={"candidate": str(person.id)}, template_version=version,
        created_at=now, due_at=now, in_flight_at=now, sent_at=now if state == "sent" else None,
    )  # fmt: skip
    for kind, verdict in {"human": [("replied", "human")] * 2, "machine": [("auto_replied", "machine")]}.get(reply, []):
        DeliveryEvent.objects.create(message=message, kind=kind, verdict=verdict, occurred_at=now)
    return message


@pytest.fixture
def versions(rita):
    template = mail.create_template(actor=rita.actor, **TEXT)
    mail.update_template(actor=rita.actor, template_id=template.id, **{**TEXT, "body": "Two"})
    return {version.number: version for version in template.versions.all()}


@pytest.mark.django_db
def test_each_version_counts_what_was_sent_and_what_people_answered(rita, versions):
    box = MailboxFactory()
    for reply in ("human", "machine", ""):
        send(box, versions[1], make_person(), reply=reply)
    send(box, versions[1], make_person(), state="failed", reply="human")
    send(box, versions[2], make_person())
    found = list_results(rita.actor, versions[1].template_id)
    assert [(row.number, row.sent, row.answered) for row in found] == [(2, 1, 0), (1, 3, 1)]


@pytest.mark.django_db
def test_figures_open_their_people_and_the_pages_keep_their_cost(rita, hugo, sign_in, versions):
    box, client = MailboxFactory(), sign_in(rita)
    template_id = versions[1].template_id
    url = reverse("outreach:template_results", args=[template_id])
    assert "Nothing was sent yet" in client.get(url).content.decode()
    answered = make_person("Anna Answer")
    send(box, versions[1], answered, reply="human")
    send(box, versions[1], make_person("Sam Silent"))
    (row,) = [row for row in client.get(url).context["rows"] if row["result"].number == 1]
    assert row["rate"] == "50.0%"
    people = client.get(row["sent_url"]).context["rows"]
    assert [person["name"] for person in people] == ["Sam Silent", "Anna Answer"]
    assert [person["candidate_id"] for person in client.get(row["answered_url"]).context["rows"]] == [answered.id]
    assert client.get(url, headers={"hx-request": "true"}).content.decode().lstrip().startswith("<table")
    counts = []
    for stop in (2, 20):
        for number in range(stop - Message.objects.count()):
            send(box, versions[1], make_person(f"P {number}"))
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get(row["sent_url"]).context["rows"]) == stop
        counts.append(len(captured))
    assert counts[0] == counts[1]
    for name in ("template_results", "template_people"):
        assert sign_in(hugo).get(reverse(f"outreach:{name}", args=[template_id])).status_code == 403
        assert client.get(reverse(f"outreach:{name}", args=[box.id])).status_code == 404
    assert client.get(reverse("outreach:template_people", args=[template_id]) + "?version=9").status_code == 404


@pytest.mark.django_db
def test_the_people_are_paged(rita, sign_in, versions):
    box, client = MailboxFactory(), sign_in(rita)
    for number in range(51):
        send(box, versions[1], make_person(f"P {number}"))
    url = reverse("outreach:template_people", args=[versions[1].template_id]) + "?version=1"
    first = client.get(url).context
    second = client.get(first["next_url"]).context
    assert (len(first["rows"]), len(second["rows"]), second["next_url"]) == (50, 1, "")


@pytest.mark.parametrize(("ones", "n"), [(0, 0), (0, 1), (3, 3), (2, 20), (40, 400), (4000, 40000)])
def test_an_interval_holds_the_rate_and_narrows(ones, n):
    low, high = rate_interval(ones, n)
    assert 0 <= low <= (ones / n if n else 0) <= high <= 1
    if n >= 400:
        assert high - low < 0.2
    if n >= 40000:
        assert high - low < 0.02


def test_intervals_looked_at_all_the_time_hold_the_true_rate():
    dice, missed = Random(7), 0
    for _ in range(150):
        rate, ones = dice.choice((0.05, 0.2)), 0
        looks = []
        for n in range(1, 301):
            ones += dice.random() < rate
            if n % 20 == 0:
                looks.append(rate_interval(ones, n))
        missed += any(not low <= rate <= high for low, high in looks)
    assert missed <= 7
