"""The editor of a template tries a text on a candidate; mail itself knows nobody."""

import pytest
from django.urls import reverse

from rapport.candidates.tests.factories import CandidateFactory
from rapport.mail import surroundings


@pytest.mark.django_db
def test_the_editor_shows_the_preview_for_a_chosen_person_and_the_checks(rita, hugo, sign_in):
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
