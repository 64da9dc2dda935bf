import pytest

from rapport.lib.errors import Conflict, InvalidInput, NotAllowed
from rapport.mail import operations, queries
from rapport.mail.models import Template
from rapport.mail.tests.examples import recorded

pytestmark = pytest.mark.django_db

TEXT = {
    "name": "First contact",
    "purpose": "first_contact",
    "subject": "Hi {{ first_name }}",
    "body": "About {{ job_title }}",
}


def test_a_changed_text_is_a_new_version_and_the_old_one_stays(rita):
    template = operations.create_template(actor=rita.actor, **TEXT)
    operations.update_template(actor=rita.actor, template_id=template.id, **TEXT)
    operations.update_template(actor=rita.actor, template_id=template.id, **{**TEXT, "body": "New"})
    operations.update_template(actor=rita.actor, template_id=template.id, **{**TEXT, "body": "New", "department": "IT"})
    versions = queries.list_versions(rita.actor, template.id)
    assert [(row.number, row.body) for row in versions] == [(2, "New"), (1, "About {{ job_title }}")]
    assert [row.data["version"] for row in recorded("template.changed")] == [2, 2]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"purpose": "fun"}, "purpose"),
        ({"subject": ""}, "subject"),
        ({"body": "{{ frist_name }}"}, "body"),
        ({"body": "{% for x in y %}"}, "body"),
        ({"subject": "{{ settings.SECRET_KEY }}"}, "subject"),
    ],
)
def test_what_cannot_be_rendered_is_refused_with_its_field(rita, changes, field):
    with pytest.raises(InvalidInput) as caught:
        operations.create_template(actor=rita.actor, **{**TEXT, **changes})
    assert set(caught.value.fields) == {field}
    assert not Template.objects.exists()


def test_names_are_unique_among_templates_in_use(rita):
    template = operations.create_template(actor=rita.actor, **TEXT)
    with pytest.raises(Conflict, match="named “first CONTACT” already"):
        operations.create_template(actor=rita.actor, **{**TEXT, "name": "first CONTACT"})
    for _ in range(2):
        operations.archive_template(actor=rita.actor, template_id=template.id)
    operations.create_template(actor=rita.actor, **TEXT)
    assert len(recorded("template.archived")) == 1
    assert [row.version for row in queries.list_templates(rita.actor)] == [1]


def test_templates_are_found_by_purpose_role_and_department(rita):
    for name, role, department in (("All", "", ""), ("Eng", "Engineering", ""), ("Sales", "Sales", "North")):
        operations.create_template(actor=rita.actor, **{**TEXT, "name": name}, role_family=role, department=department)
    found = queries.list_templates(rita.actor, purpose="first_contact", role_family="Engineering", department="South")
    assert [row.name for row in found] == ["All", "Eng"]


def test_a_hiring_manager_may_not_change_them(hugo):
    with pytest.raises(NotAllowed):
        operations.create_template(actor=hugo.actor, **TEXT)
