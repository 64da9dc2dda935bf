"""A preview is what the sending code makes, read back from the message."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from rapport.lib.errors import InvalidInput
from rapport.mail import surroundings
from rapport.mail.checks import reach
from rapport.mail.previews import preview_message
from rapport.mail.template_fields import sample_values

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def preview(subject="Hallo {{ first_name }}", body="Text", **more):
    return preview_message(subject=subject, body=body, values=sample_values(), now=NOW, **more)


def test_what_arrives_is_what_was_written():
    shown = preview(
        "Grüße, {{ first_name }} — 你好",
        "Line one\nline two äöü\n\n.dot\nFrom here\n" + "x" * 200,
        signature="Rita {{ x }}",
    )
    assert shown.content.subject == "Grüße, Amara — 你好"
    assert shown.content.text == "Line one\nline two äöü\n\n.dot\nFrom here\n" + "x" * 200 + "\n\n-- \nRita { { x } }"
    assert shown.content.html.startswith("<p>Line one<br>\nline two äöü</p>\n<p>.dot")
    assert shown.size_bytes > 300


def test_what_is_missing_and_what_is_to_be_written_is_told():
    values = {**sample_values(), "company": ""}
    shown = preview_message(subject="S", body="{{ company }} [[why]]", values=values, now=NOW)
    assert (shown.content.text, shown.missing, shown.places) == ("[company?] [[why]]", ("company",), ("why",))


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_value_of_a_person_arrives_as_text(value, name):
    values = {**sample_values(), "company": value or "x", "first_name": name or "x"}
    shown = preview_message(subject="{{ first_name }}", body="A {{ company }} Z", values=values, now=NOW)
    assert shown.missing == ()
    assert shown.content.text.startswith("A ")
    assert "<script" not in shown.content.html.lower()


def test_what_cannot_be_compiled_is_refused_by_field():
    with pytest.raises(InvalidInput) as caught:
        preview(body="{{ a.__class__ }}")
    assert list(caught.value.fields) == ["body"]


@pytest.mark.django_db
def test_the_editor_shows_the_preview_for_a_chosen_person_and_the_checks(rita, hugo, sign_in):
    from rapport.candidates.tests.factories import CandidateFactory

    carl = CandidateFactory(full_name="Carl Example", given_name="Carl", organisation="", city="")
    assert (carl.id, "Carl Example") in surroundings.list_readers(rita.actor)
    client, url = sign_in(rita), reverse("mail:template_preview")
    entered = {"subject": "Hi {{ first_name }}!", "body": "At {{ company }}: {{ job_title }}", "reader": str(carl.id)}
    page = client.post(url, entered).content.decode()
    assert "Hi Carl!" in page
    assert "At [company?]: Senior controls engineer" in page
    assert "Carl Example has no company: this could not be sent to them." in page
    assert "Exclamation marks sell" in page
    assert "Flesch" in page
    page = client.post(url, entered | {"body": "{{ a.__class__ }}"}).content.decode()
    assert "is not a merge field" in page
    assert "As read by" not in page
    assert client.post(url, entered | {"reader": "01930000-0000-7000-8000-000000000000"}).status_code == 404
    assert client.post(url, entered | {"body": "x" * 30_000}).status_code == 200
    assert sign_in(hugo).post(url, entered).status_code == 403
    assert sign_in(hugo).post(reverse("mail:template_links"), entered).status_code == 403


@pytest.mark.django_db
def test_links_are_asked_only_by_the_button(rita, sign_in, monkeypatch):
    asked = []
    monkeypatch.setattr(
        reach, "_reach", lambda url, may_ask: asked.append(url) or reach.Reached(url, "broken", "Nothing there.")
    )
    client = sign_in(rita)
    entered = {"subject": "Hi", "body": "See https://example.org/a."}
    assert "Ask whether the link answers" in client.post(reverse("mail:template_preview"), entered).content.decode()
    assert asked == []
    page = client.post(reverse("mail:template_links"), entered).content.decode()
    assert (asked, "Nothing there." in page) == (["https://example.org/a"], True)
