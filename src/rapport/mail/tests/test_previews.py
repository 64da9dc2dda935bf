"""A preview is what the sending code makes, read back from the message."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from rapport.lib.errors import InvalidInput
from rapport.mail.checks import reach
from rapport.mail.composing import CLIP_BYTES, Content, Envelope, clipping_of, write_message
from rapport.mail.previews import NOBODY, preview_message
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


def test_a_mail_that_gmail_clips_is_warned_of_by_the_bytes_of_its_html_as_sent():
    envelope = Envelope(NOBODY, NOBODY, "<a@example.org>", NOW)
    seen = {}
    for more in range(76):
        content = Content("S", "T", f"<p>{'x' * 68}\n" * 1_395 + "y" * more)
        (part,) = re.findall(rb"\r\n(Content-Type: text/html.*?\r\n)--=_", write_message(content, envelope), re.DOTALL)
        seen[len(part)] = clipping_of(content)
    assert (min(seen) < CLIP_BYTES, CLIP_BYTES in seen, max(seen) > CLIP_BYTES) == (True, True, True)
    assert {size for size, said in seen.items() if said} == {size for size in seen if size > CLIP_BYTES}
    assert seen[CLIP_BYTES + 1].startswith(
        "The HTML part has 102.0 kB as it is sent. Gmail shows 102 kB and hides the rest,"
    )
    assert clipping_of(Content("S", "T" * 200_000)) == ""


@pytest.mark.django_db
def test_the_editor_of_templates_warns_of_clipping(rita, sign_in):
    text = {"subject": "Hi", "body": "- a\n" * 4_000, "language_code": "en"}
    plain, branded = (
        sign_in(rita).post(reverse("mail:template_preview"), {**text, "look": look}).text
        for look in ("plain", "branded")
    )
    assert ("kB as it is sent" in plain, "kB as it is sent" in branded) == (False, True)


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
