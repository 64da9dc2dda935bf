"""A template becomes a text for one person: in the composer of a profile and in a step of a sequence."""

import pytest
from django.urls import reverse

from rapport.lib.errors import NotFound
from rapport.mail import operations as mail
from rapport.outreach.drafts import draft_from_template
from rapport.outreach.models import Step, StepVersion
from rapport.outreach.tests.factories import MailboxFactory, make_person
from rapport.outreach.tests.test_pages import form

pytestmark = pytest.mark.django_db

BODY = 'Hello {{ first_name }}, {{ company | "your firm" }}: {{ job_title }}. [[why them]] {{ sender_first_name }}'


@pytest.fixture
def template(rita):
    return mail.create_template(
        actor=rita.actor, name="First", purpose="first_contact", subject="Hi {{ first_name }}", body=BODY
    )


def test_what_is_not_known_of_a_person_is_asked_for(rita, template):
    carl = make_person("Carl [[Q]] Example")
    box = MailboxFactory(owner=rita)
    content, version = draft_from_template(rita.actor, template.id, carl.id, mailbox=box)
    assert content.subject == "Hi Carl"
    assert content.text == "Hello Carl, your firm: [[job title]]. [[why them]] Rita"
    assert version == template.versions.get()


def test_only_templates_in_use_and_people_one_may_see(rita, ines, template):
    carl = make_person()
    with pytest.raises(NotFound):
        draft_from_template(rita.actor, template.id, template.id)
    mail.archive_template(actor=rita.actor, template_id=template.id)
    with pytest.raises(NotFound, match="“First” is archived"):
        draft_from_template(rita.actor, template.id, carl.id)


def test_a_template_is_put_into_a_step_which_then_waits_for_approval(rita, sign_in, template):
    box = MailboxFactory(owner=rita)
    client = sign_in(rita)
    values = form(box) | {"do": "template:0", "step-0-use": str(template.id)}
    page = client.post(reverse("outreach:create"), values)
    step = page.context["steps"][0]
    assert (step["body"].value(), step["kind"].value()) == (BODY, "approval")
    assert step.written_from == template.versions.get()
    assert not Step.objects.exists()
    saved = form(box) | {name: step[name.partition("step-0-")[2]].value() for name in (
        "step-0-subject", "step-0-body", "step-0-kind", "step-0-template_version_id")}  # fmt: skip
    assert client.post(reverse("outreach:create"), saved).status_code == 302
    versions = {row.step.position: row.template_version_id for row in StepVersion.objects.select_related("step")}
    assert versions == {1: template.versions.get().id, 2: None}
