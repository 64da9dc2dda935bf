"""A branded step goes out on the letterhead, and every preview of it shows what goes out."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.servers import smtp as real_smtp

from rapport.mail import address_tokens
from rapport.mail import operations as mail
from rapport.mail.models import MessageBody
from rapport.mail.tests.examples import frames
from rapport.mail.tests.test_branding import Elements
from rapport.outreach import claiming, operations
from rapport.outreach.engine import Engine
from rapport.outreach.ledger import take_lease
from rapport.outreach.models import Delivery, StepVersion
from rapport.outreach.plans import load_plan
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step
from rapport.outreach.tests.test_pages import form

BODY = "Hi {{ first_name }},\n\nsee https://example.org/jobs?a=1&b=2"
UNSUBSCRIBE = "If you would rather not hear from us about jobs, tell us here:"


@pytest.fixture
def letterhead(ada, settings):
    settings.SITE_NAME = "Northwind"
    return mail.save_letterhead(actor=ada.actor, colour="#aa0000", footer="Kai 1, Hamburg")


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(lanes=1, batch=50, lease_s=30)
    yield engine
    engine.stop()


def brand(step) -> None:
    StepVersion.objects.filter(step=step).update(look="branded")


@pytest.mark.django_db(transaction=True)
def test_a_branded_mail_goes_out_on_the_letterhead(rita, engine, letterhead, settings):
    with real_smtp.running() as outbox:
        made = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port, signature="Rita Muster"))
        brand(make_step(made, body=BODY))
        people = [make_person(name, f"{name[:4].lower()}@example.net") for name in ("Carl Example", "Dora <Doe>")]
        operations.enroll(actor=rita.actor, sequence_id=made.id, candidate_ids=[person.id for person in people])
        engine.run_until_idle()
    messages = {message["To"].rpartition("<")[2]: message for message in outbox.messages}
    message = messages["carl@example.net>"]
    assert message.get_content_type() == "multipart/alternative"
    text, html = (part.get_payload(decode=True).decode().replace("\r\n", "\n") for part in message.get_payload())
    unsubscribe = message["List-Unsubscribe"].strip("<>")
    assert text == (
        "Hi Carl,\n\nsee https://example.org/jobs?a=1&b=2\n\n-- \nRita Muster\n\nKai 1, Hamburg\n\n"
        f"{UNSUBSCRIBE}\n{unsubscribe}"
    )
    page = Elements(html)
    assert page.words == [
        "Northwind", "Hi Carl,", "see", "https://example.org/jobs?a=1&b=2", "--", "Rita Muster", "Kai 1, Hamburg",
        UNSUBSCRIBE, "unsubscribe",
    ]  # fmt: skip
    link, last = (row["href"] for row in page.tags("a"))
    assert link.startswith(f"{settings.BASE_URL}/l/")
    assert link.endswith("?to=https%3A%2F%2Fexample.org%2Fjobs%3Fa%3D1%26b%3D2")
    assert last == unsubscribe
    assert "border-top: 4px solid #aa0000;" in html
    assert "Hi Dora," in messages["dora@example.net>"].as_string()
    assert MessageBody.objects.get(message__to_address="carl@example.net").text == f"{text}\n"


def waiting_mail(rita, look: str = "branded"):
    made = SequenceFactory(mailbox=MailboxFactory(owner=rita))
    step = make_step(made, kind="approval", body=BODY)
    StepVersion.objects.filter(step=step).update(look=look)
    operations.enroll(actor=rita.actor, sequence_id=made.id, candidate_ids=[make_person().id])
    plan = load_plan(made.id)
    assert plan is not None
    assert claiming.claim_due(plan, lease=take_lease("test"), limit=50).parcels == []
    return made, Delivery.objects.get(enrollment__sequence=made)


@pytest.mark.django_db
def test_a_mail_to_approve_is_shown_as_it_goes_out(rita, hugo, emma, sign_in, letterhead):
    made, delivery = waiting_mail(rita)
    client, url = sign_in(rita), reverse("outreach:waiting_mail", args=[delivery.id])
    assert f'src="{url}"' in client.get(reverse("outreach:waiting")).content.decode()
    answer = client.get(url)
    assert "sandbox" in answer["Content-Security-Policy"].split("; ")
    shown = Elements(answer.content.decode())
    assert "Hi Carl," in shown.words
    # Following one here is not the candidate's doing.
    assert [row["href"] for row in shown.tags("a")] == ["https://example.org/jobs?a=1&b=2", address_tokens.trial_url()]
    assert [sign_in(user).get(url).status_code for user in (hugo, emma)] == [403, 403]
    assert client.get(reverse("outreach:waiting_mail", args=[made.id])).status_code == 404
    operations.approve_deliveries(actor=rita.actor, delivery_ids=[delivery.id])
    (parcel,) = claiming.claim_due(load_plan(made.id), lease=take_lease("test"), limit=50).parcels
    assert Elements(parcel.content.html).words == Elements(answer.content.decode()).words
    assert client.get(url).status_code == 404


@pytest.mark.django_db
def test_a_plain_mail_to_approve_has_no_frame(rita, sign_in):
    _, delivery = waiting_mail(rita, "plain")
    page = sign_in(rita).get(reverse("outreach:waiting")).content.decode()
    assert ("As it arrives" in page, str(delivery.id) in page) == (False, True)


@pytest.mark.django_db
def test_many_mails_to_approve_cost_as_many_statements_as_two(rita, sign_in, letterhead):
    made = SequenceFactory(mailbox=MailboxFactory(owner=rita))
    brand(make_step(made, kind="approval", body=BODY + "\n{{ snippet:us }}"))
    mail.create_snippet(actor=rita.actor, name="us", body="We are twelve.")
    client, counts = sign_in(rita), []
    for count in (2, 10):
        people = [make_person(f"Person {number}", f"p{count}-{number}@example.net").id for number in range(count)]
        operations.enroll(actor=rita.actor, sequence_id=made.id, candidate_ids=people)
        claiming.claim_due(load_plan(made.id), lease=take_lease("test"), limit=50)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("outreach:waiting"))
        counts.append((page.content.decode().count("We are twelve."), len(queries)))
    assert [count for count, _ in counts] == [2, 12]
    assert counts[0][1] == counts[1][1]


@pytest.mark.django_db
def test_a_changed_letterhead_holds_for_the_next_mail_without_a_change_of_the_step(rita, ada, letterhead):
    made = SequenceFactory(mailbox=MailboxFactory(owner=rita))
    brand(make_step(made, body=BODY))
    mail.save_letterhead(actor=ada.actor, colour="#00aa00", footer="Kai 2")
    html = "".join(load_plan(made.id).steps[0].text.template.html.parts)
    assert ("#00aa00" in html, "Kai 2" in html, "#aa0000" in html) == (True, True, False)


@pytest.mark.django_db
def test_the_letterhead_costs_one_statement_however_many_steps_are_branded(rita, letterhead):
    made = SequenceFactory(mailbox=MailboxFactory(owner=rita))
    steps = [make_step(made, position) for position in range(1, 9)]
    load_plan(made.id)
    counts = []
    for branded in (0, 1, 8):
        for step in steps[:branded]:
            brand(step)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            load_plan(made.id)
        counts.append(len(queries))
    assert (counts[1] - counts[0], counts[2] - counts[0]) == (1, 1)


@pytest.mark.django_db
def test_the_editor_keeps_the_look_takes_it_from_a_template_and_previews_it(rita, sign_in, letterhead):
    client, box = sign_in(rita), MailboxFactory(owner=rita, address="rita@example.org")
    template = mail.create_template(
        actor=rita.actor, name="First", purpose="nurture", subject="Hi", body="News", look="branded"
    )
    put_in = client.post(reverse("outreach:create"), form(box) | {"do": "template:0", "step-0-use": str(template.id)})
    assert [step["look"].value() for step in put_in.context["steps"]] == ["branded", None]
    entered = form(box) | {"step-0-look": "branded", "step-4-look": "plain"}
    (url,) = frames(client.post(reverse("outreach:preview"), entered))
    assert Elements(client.get(url).content.decode()).words == [
        "Northwind", "One", "Kai 1, Hamburg", UNSUBSCRIBE, "unsubscribe",
    ]  # fmt: skip
    assert client.post(reverse("outreach:create"), entered).status_code == 302
    stored = {row.step.position: row.look for row in StepVersion.objects.select_related("step")}
    assert stored == {1: "branded", 2: "plain"}
    made = StepVersion.objects.first().step.sequence
    page = client.get(reverse("outreach:edit", args=[made.id]))
    assert [step["look"].value() for step in page.context["steps"]] == ["branded", "plain"]
    refused = client.post(reverse("outreach:create"), entered | {"name": "Other", "step-0-look": "glossy"})
    assert refused.status_code == 422


@pytest.mark.django_db
def test_the_composer_takes_the_look_of_a_template_previews_and_sends_it(rita, sign_in, letterhead):
    carl = make_person("Carl Example", "carl@example.net")
    box = MailboxFactory(owner=rita, signature="Rita")
    template = mail.create_template(
        actor=rita.actor, name="First", purpose="nurture", subject="Hi", body="News", look="branded"
    )
    client = sign_in(rita)
    entered = {
        "to": "carl@example.net",
        "mailbox": str(box.id),
        "subject": "",
        "text": "",
        "template": str(template.id),
    }
    page = client.post(reverse("workspace:draft_mail", args=[carl.id]), entered).content.decode()
    assert '<option value="branded" selected>' in page
    assert 'hx-target="#mail-composer-preview" hx-swap="innerHTML"' in page  # the form itself swaps outerHTML
    written = entered | {"subject": "Hi", "text": "News", "look": "branded"}
    shown = client.post(reverse("workspace:preview_mail", args=[carl.id]), written)
    html = client.get(frames(shown)[0]).content.decode()
    assert Elements(html).words == ["Northwind", "News", "--", "Rita", "Kai 1, Hamburg"]
    assert MessageBody.objects.count() == 0
    plain = client.post(reverse("workspace:preview_mail", args=[carl.id]), written | {"look": "plain"})
    assert (frames(plain), "News\n\n-- \nRita" in plain.content.decode()) == ([], True)
    assert client.post(reverse("workspace:write_mail", args=[carl.id]), written).status_code == 302
    assert MessageBody.objects.get().look == "branded"


@pytest.mark.django_db
def test_the_preview_of_the_composer_is_for_those_who_may_write(hugo, emma, sign_in):
    carl = make_person()
    url = reverse("workspace:preview_mail", args=[carl.id])
    assert [sign_in(user).post(url, {"text": "x"}).status_code for user in (hugo, emma)] == [403, 403]


@pytest.mark.django_db
@pytest.mark.parametrize(("tracks", "links", "warned"), [("on", 690, True), ("", 690, False), ("on", 20, False)])
def test_a_preview_warns_of_clipping_by_the_links_as_they_are_followed(rita, sign_in, tracks, links, warned):
    body = "\n".join(f"https://example.org/jobs/{number}" for number in range(links))
    entered = form(MailboxFactory(owner=rita), **{"step-0-body": body, "tracks_clicks": tracks})
    page = sign_in(rita).post(reverse("outreach:preview"), entered).text
    assert ("kB as it is sent" in page) is warned
