import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.mail import operations
from rapport.mail.models import Template, TemplateVersion

pytestmark = pytest.mark.django_db

TEXT = {"name": "First", "purpose": "first_contact", "subject": "Hi {{ first_name }}", "body": "See {{ job_title }}."}
ENTERED = {**TEXT, "language_code": "en", "role_family": "", "department": ""}


def test_a_template_is_written_previewed_and_changed(rita, sign_in):
    client = sign_in(rita)
    assert client.post(reverse("mail:template_create"), ENTERED).status_code == 302
    template = Template.objects.get()
    url = reverse("mail:template", args=[template.id])
    assert "See Senior controls engineer." in client.get(url).content.decode()
    problem = client.post(
        reverse("mail:template_preview"), {"subject": "{{ first_nam }}", "body": "x"}
    ).content.decode()
    assert "Did you mean “first_name”?" in problem
    easy = client.post(reverse("mail:template_preview"), {"subject": "Plan", "body": "See the plan."}).content.decode()
    assert "3 words, easy to read: 119.2 <span" in easy  # the formula knows no end at 100
    response = client.post(url, {**ENTERED, "body": "{{ nope"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["body"]
    assert client.post(url, {**ENTERED, "body": "Hello", "seen_version": "1"}).status_code == 302
    assert client.post(url, {**ENTERED, "body": "Late", "seen_version": "1"}).status_code == 422
    assert list(TemplateVersion.objects.values_list("body", flat=True)) == ["Hello", "See {{ job_title }}."]


def test_an_old_wording_is_brought_back_from_the_page(rita, sign_in):
    template = operations.create_template(actor=rita.actor, **TEXT)
    operations.update_template(actor=rita.actor, template_id=template.id, **{**TEXT, "body": "New"})
    client = sign_in(rita)
    assert "Bring back this wording" in client.get(reverse("mail:template", args=[template.id])).content.decode()
    client.post(reverse("mail:template_back", args=[template.id]), {"number": "1"})
    assert template.versions.first().body == "See {{ job_title }}."
    assert client.post(reverse("mail:template_back", args=[template.id]), {"number": "x"}).status_code == 404


def test_archiving_is_taken_back_by_the_undo_of_its_message(rita, sign_in):
    template = operations.create_template(actor=rita.actor, **TEXT)
    client = sign_in(rita)
    page = client.post(reverse("mail:template_archive", args=[template.id]), follow=True)
    undo_url = reverse("mail:template_restore", args=[template.id])
    assert f'data-toast-undo="{undo_url}"' in page.content.decode()
    assert page.context["page"].rows == []
    assert client.get(reverse("mail:templates") + "?show=archived").context["page"].rows == [template]
    assert client.post(undo_url, headers={"hx-request": "true"}).status_code == 204
    assert client.get(reverse("mail:templates")).context["page"].rows == [template]


def test_the_list_keeps_its_filters_through_sorting_and_says_when_nothing_fits(rita, sign_in):
    operations.create_template(actor=rita.actor, **TEXT, role_family="Engineering")
    client = sign_in(rita)
    page = client.get(reverse("mail:templates"), {"q": "first", "family": "Engineering", "purpose": "offer"})
    assert page.context["page"].total == 0
    assert "No template fits this" in page.content.decode()
    page = client.get(reverse("mail:templates"), {"q": "first", "family": "Engineering", "purpose": "nonsense"})
    assert [row.name for row in page.context["page"].rows] == ["First"]
    assert page.context["heads"]["changed"]["url"] == "/settings/templates/?q=first&family=Engineering&sort=changed"
    part = client.get(reverse("mail:templates"), headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="results">')


def test_the_list_costs_as_many_statements_with_twenty_as_with_two(rita, sign_in):
    client = sign_in(rita)
    counts = []
    for start, stop in ((0, 2), (2, 20)):
        for number in range(start, stop):
            operations.create_template(actor=rita.actor, **{**TEXT, "name": f"T{number}"})
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("mail:templates")).context["page"].total == stop
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["template_archive", "template_restore", "template_back", "template"])
def test_only_recruiters_change_templates(rita, hugo, sign_in, name):
    template = operations.create_template(actor=rita.actor, **TEXT)
    values = {**ENTERED, "body": "Mine", "number": "1"}
    assert sign_in(hugo).post(reverse(f"mail:{name}", args=[template.id]), values).status_code == 403
    template.refresh_from_db()
    assert (template.archived_at, template.versions.count()) == (None, 1)
    missing = "01930000-0000-7000-8000-000000000000"
    assert sign_in(rita).post(reverse(f"mail:{name}", args=[missing]), values).status_code == 404


def test_a_hiring_manager_may_not_write_templates(hugo, sign_in):
    client = sign_in(hugo)
    assert client.get(reverse("mail:template_create")).status_code == 403
    assert client.post(reverse("mail:template_create"), ENTERED).status_code == 403
    assert not Template.objects.exists()
