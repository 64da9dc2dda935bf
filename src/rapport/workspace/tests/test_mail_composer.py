"""The composer of a profile writes from templates, and refuses to send what is not filled in."""

import pytest
from django.urls import reverse

from rapport.accounts.models import User
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates.tests.factories import CandidateFactory
from rapport.mail import operations
from rapport.mail.models import Message
from rapport.outreach.tests.factories import MailboxFactory

pytestmark = pytest.mark.django_db

HTMX = {"hx-request": "true"}


@pytest.fixture
def template(rita: User):
    return operations.create_template(
        actor=rita.actor, name="First", purpose="first_contact", subject="{{ job_title }}, {{ first_name }}",
        body="[[why them]] Regards {{ sender_name }}",
    )  # fmt: skip


def test_a_template_fills_the_composer_and_the_message_remembers_its_version(rita, ines, sign_in, template) -> None:
    box = MailboxFactory(owner=rita)
    carl = CandidateFactory(full_name="Carl Example", given_name="Carl")
    application = ApplicationFactory(candidate=carl)
    client = sign_in(rita)
    url = reverse("workspace:draft_mail", args=[carl.id])
    entered = {"to": "carl@example.org", "mailbox": str(box.id), "template": str(template.id), "text": "typed"}
    page = client.post(url, entered, headers=HTMX)
    values = page.context["entered"]
    assert values["subject"] == f"{application.job.title}, Carl"
    assert values["text"] == "[[why them]] Regards Rita Muster"
    send_url = reverse("workspace:write_mail", args=[carl.id])
    refused = client.post(send_url, values, headers=HTMX)
    assert refused.status_code == 422
    assert "Fill in what stands in double brackets before you send: “why them”." in refused.content.decode()
    assert "[[why them]] Regards Rita Muster" in refused.content.decode()
    assert not Message.objects.exists()
    sent = client.post(send_url, values | {"text": "Your talk stayed with me."}, headers=HTMX)
    assert sent.status_code == 200
    assert Message.objects.get().template_version_id == template.versions.get().id
    assert sign_in(ines).post(url, entered, headers=HTMX).status_code in (403, 404)


def test_without_a_template_the_typed_text_stays_and_a_lost_version_is_told(rita, sign_in, template) -> None:
    box, carl = MailboxFactory(owner=rita), CandidateFactory()
    client = sign_in(rita)
    page = client.post(reverse("workspace:draft_mail", args=[carl.id]), {"text": "typed", "template": ""}, headers=HTMX)
    assert page.context["entered"]["text"] == "typed"
    values = {
        "to": "carl@example.org",
        "mailbox": str(box.id),
        "subject": "S",
        "text": "T",
        "template_version": str(carl.id),
    }
    response = client.post(reverse("workspace:write_mail", args=[carl.id]), values, headers=HTMX)
    assert response.status_code == 422
    assert "does not exist any more" in response.content.decode()


def test_somebody_considered_for_two_jobs_gets_neither_title(rita, sign_in, template) -> None:
    MailboxFactory(owner=rita)
    carl = CandidateFactory(given_name="Carl")
    ApplicationFactory(candidate=carl)
    ApplicationFactory(candidate=carl)
    entered = {"template": str(template.id)}
    page = sign_in(rita).post(reverse("workspace:draft_mail", args=[carl.id]), entered, headers=HTMX)
    assert page.context["entered"]["subject"] == "[[job title]], Carl"
