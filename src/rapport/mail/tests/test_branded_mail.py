"""What is written to one person goes out on the letterhead where it was asked for; templates remember their look."""

from uuid import uuid4

import pytest
from django.urls import reverse

from rapport.lib.errors import InvalidInput
from rapport.mail import operations
from rapport.mail.branding import seen_in
from rapport.mail.models import MessageBody, TemplateVersion
from rapport.mail.tests.examples import answer, frames, send, write
from rapport.mail.tests.test_branding import Elements

pytestmark = pytest.mark.django_db

TEXT = {"name": "First", "purpose": "first_contact", "subject": "Hi", "body": "Hello {{ first_name }}"}


@pytest.fixture
def letterhead(ada, settings):
    settings.SITE_NAME = "Northwind"
    return operations.save_letterhead(actor=ada.actor, colour="#aa0000", footer="Kai 1, Hamburg")


def parts(message) -> tuple[str, str]:
    text, html = (part.get_payload(decode=True).decode().replace("\r\n", "\n") for part in message.get_payload())
    return text, html


def test_a_branded_message_is_set_on_the_letterhead_and_a_plain_one_is_not(rita, mailbox, outbox, letterhead):
    type(mailbox).objects.filter(id=mailbox.id).update(signature="Rita\n{{ not_a_field }}")
    sent = send(rita, mailbox, text="Hello <Carl>,\n\nsee https://example.org/a.", look="branded")
    text, html = parts(outbox.messages[0])
    assert text == "Hello <Carl>,\n\nsee https://example.org/a.\n\n-- \nRita\n{{ not_a_field }}\n\nKai 1, Hamburg"
    page = Elements(html)
    assert page.words == [
        "Northwind", "Hello <Carl>,", "see", "https://example.org/a", ".", "--", "Rita", "{{ not_a_field }}", "Kai 1, Hamburg",
    ]  # fmt: skip
    assert "border-top: 4px solid #aa0000;" in html
    assert MessageBody.objects.get(message=sent).text == "Hello <Carl>,\n\nsee https://example.org/a."
    send(rita, mailbox, text="Hello")
    assert parts(outbox.messages[1]) == (
        "Hello\n\n-- \nRita\n{{ not_a_field }}",
        "<p>Hello</p>\n<p>-- <br>\nRita<br>\n{{ not_a_field }}</p>",
    )


def test_a_message_takes_the_letterhead_as_it_is_when_it_goes_out(rita, ada, mailbox, outbox, letterhead):
    message = write(rita, mailbox, look="branded")
    operations.save_letterhead(actor=ada.actor, colour="#00aa00")
    operations.deliver(message_id=message.id)
    assert "border-top: 4px solid #00aa00;" in parts(outbox.messages[0])[1]


def test_another_look_is_refused(rita, mailbox):
    with pytest.raises(InvalidInput) as caught:
        write(rita, mailbox, look="glossy")
    assert caught.value.fields == {"look": "Choose how the mail looks."}
    with pytest.raises(InvalidInput) as caught:
        operations.create_template(actor=rita.actor, **TEXT, look="glossy")
    assert caught.value.fields == {"look": "Choose how it looks."}


def test_a_changed_look_is_a_new_version_and_comes_back_with_its_wording(rita):
    template = operations.create_template(actor=rita.actor, **TEXT, look="branded")
    for _ in range(2):
        operations.update_template(actor=rita.actor, template_id=template.id, **TEXT)
    operations.bring_back_version(actor=rita.actor, template_id=template.id, number=1)
    assert list(TemplateVersion.objects.order_by("number").values_list("number", "look")) == [
        (1, "branded"), (2, "plain"), (3, "branded"),
    ]  # fmt: skip


def test_the_templates_page_keeps_the_look_and_shows_the_mail_in_it(rita, sign_in, letterhead):
    client = sign_in(rita)
    entered = {**TEXT, "language_code": "en", "role_family": "", "department": "", "look": "branded"}
    assert client.post(reverse("mail:template_create"), entered).status_code == 302
    version = TemplateVersion.objects.get()
    assert version.look == "branded"
    page = client.get(reverse("mail:template", args=[version.template_id]))
    assert '<option value="branded" selected>' in page.content.decode()
    html = client.get(frames(page)[0]).content.decode()
    assert Elements(html).words == ["Northwind", "Hello Amara", "Kai 1, Hamburg"]
    assert "Hello Amara\n\nKai 1, Hamburg" in page.content.decode()
    plain = client.post(reverse("mail:template_preview"), {**entered, "look": "plain"})
    assert (frames(plain), "Hello Amara</p>" in plain.content.decode()) == ([], True)
    assert client.post(reverse("mail:template_create"), {**entered, "name": "x", "look": "glossy"}).status_code == 422


def test_a_plain_text_with_marks_is_shown_in_a_frame_of_its_own(rita, sign_in):
    client = sign_in(rita)
    typed = {"subject": "Hi", "body": "Hello **{{ first_name }}**", "look": "plain"}
    (url,) = frames(client.post(reverse("mail:template_preview"), typed))
    assert client.get(url).content.decode() == (
        "<!DOCTYPE html><html><head><style>body { margin: 16px; font: 14px/20px sans-serif; color: #1f2422; background: #ffffff; }\n"
        "@media not all { body { background: #1f2422; color: #e6e8e6; } a { color: #8ab4f8; } }</style></head>"
        "<body><p>Hello <strong>Amara</strong></p></body></html>"
    )


@pytest.mark.usefixtures("carl_known")
def test_an_answer_is_plain_or_branded_and_its_preview_shows_what_goes_out(rita, sign_in, mailbox, outbox, letterhead):
    type(mailbox).objects.filter(id=mailbox.id).update(signature="Rita")
    received = operations.receive(mailbox=mailbox, data=answer())
    client, page = sign_in(rita), reverse("mail:message", args=[received.id])
    assert '<option value="plain" selected>' in client.get(page).text
    written = {
        "mailbox": str(mailbox.id), "to_address": "carl@example.org", "subject": "Re: Hi", "text": "Gladly.",
        "look": "branded",
    }  # fmt: skip
    preview = reverse("mail:preview_answer", args=[received.id])
    shown = client.get(frames(client.post(preview, written))[0]).text
    assert Elements(shown).words == ["Northwind", "Gladly.", "--", "Rita", "Kai 1, Hamburg"]
    plain = client.post(preview, written | {"look": "plain"})
    assert (frames(plain), "Gladly.\n\n-- \nRita" in plain.text) == ([], True)
    refused = client.post(page, written | {"text": ""})
    assert (refused.status_code, '<option value="branded" selected>' in refused.text) == (422, True)
    assert client.post(page, written | {"look": "glossy"}).status_code == 422
    assert not MessageBody.objects.filter(message__direction="out").exists()
    assert client.post(page, written).status_code == 302
    body = MessageBody.objects.get(message__direction="out")
    operations.deliver(message_id=body.message_id)
    went_out = parts(outbox.messages[0])[1]
    assert (body.look, seen_in(went_out, dark=False).rstrip("\n")) == ("branded", shown)
    assert client.post(page, {key: value for key, value in written.items() if key != "look"}).status_code == 302
    assert MessageBody.objects.filter(message__direction="out", look="plain").count() == 1


@pytest.mark.usefixtures("carl_known")
def test_the_preview_of_an_answer_is_for_those_who_may_write(rita, hugo, mailbox, sign_in):
    received = operations.receive(mailbox=mailbox, data=answer())
    url = reverse("mail:preview_answer", args=[received.id])
    assert sign_in(hugo).post(url, {"text": "x"}).status_code == 403
    assert sign_in(rita).post(reverse("mail:preview_answer", args=[uuid4()]), {"text": "x"}).status_code == 404
