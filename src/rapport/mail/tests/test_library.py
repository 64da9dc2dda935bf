import pytest
from django.urls import reverse

from rapport.lib.errors import NotAllowed, NotFound
from rapport.mail import operations, queries
from rapport.mail.composing import compile_message
from rapport.mail.library import all_texts
from rapport.mail.models import Template
from rapport.mail.template_fields import FIELDS, sample_values
from rapport.mail.tests.examples import recorded

TEXTS = all_texts()


def test_the_library_has_thirty_texts_over_the_whole_relationship():
    assert len(TEXTS) == 30
    assert len({text.name for text in TEXTS.values()}) == 30
    assert len({text.body for text in TEXTS.values()}) == 30
    covered = {text.purpose for text in TEXTS.values()}
    assert covered == set(Template.Purpose.values)


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_can_be_read_by_somebody_of_whom_nothing_is_known(key):
    text = TEXTS[key]
    compiled = compile_message(subject=text.subject, body=text.body, known=FIELDS)
    assert compiled.missing({"organisation": "Northwind"}) == []
    content = compiled.draft(sample_values())
    assert content.subject
    assert "{{" not in content.subject + content.text
    assert "!" not in text.subject + text.body
    assert text.when.endswith(".")


@pytest.mark.django_db
def test_a_text_is_copied_once_and_the_copy_is_free(rita):
    (template,) = operations.add_from_library(actor=rita.actor, keys=["delay", "delay"])
    assert (template.name, template.purpose, template.owner_id) == ("Delay: a new date", "delay", rita.id)
    assert template.versions.get().body == TEXTS["delay"].body
    operations.update_template(
        actor=rita.actor, template_id=template.id, name="Ours", purpose="delay", subject="S", body="B"
    )
    assert operations.add_from_library(actor=rita.actor, keys=["delay"]) == []
    operations.archive_template(actor=rita.actor, template_id=template.id)
    assert operations.add_from_library(actor=rita.actor, keys=["delay"]) == [template]
    assert queries.get_template(rita.actor, template.id)[1].body == "B"
    assert (len(recorded("template.created")), len(recorded("template.restored"))) == (1, 1)


@pytest.mark.django_db
def test_a_name_in_use_gets_a_number(rita):
    for name in ("Delay: a new date", "delay: A new date (2)"):
        operations.create_template(actor=rita.actor, name=name, purpose="delay", subject="S", body="B")
    (template,) = operations.add_from_library(actor=rita.actor, keys=["delay"])
    assert template.name == "Delay: a new date (3)"


@pytest.mark.django_db
def test_who_may_not_write_templates_copies_none(hugo, rita):
    with pytest.raises(NotAllowed):
        operations.add_from_library(actor=hugo.actor, keys=["delay"])
    with pytest.raises(NotFound):
        operations.add_from_library(actor=rita.actor, keys=["delay", "no-such-text"])
    assert not Template.objects.exists()


@pytest.mark.django_db
def test_the_page_previews_and_copies(rita, hugo, sign_in):
    client, url = sign_in(rita), reverse("mail:template_library")
    page = client.get(url)
    assert page.context["new_count"] == 30
    assert "Hello Amara," in page.content.decode()
    response = client.post(url, {"keys": ["offer-call", "delay"]}, follow=True)
    assert "2 templates are yours to change." in response.content.decode()
    assert Template.objects.count() == 2
    assert client.get(url, {"purpose": "delay"}).context["new_count"] == 1
    assert "among your templates already" in client.post(url, {"keys": ["delay"]}, follow=True).content.decode()
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"keys": ["nonsense"]}).status_code == 404
    assert sign_in(hugo).get(url).status_code == 403
    assert sign_in(hugo).post(url, {"keys": ["offer-written"]}).status_code == 403
    assert Template.objects.count() == 2
