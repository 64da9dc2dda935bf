import pytest

from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
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


def test_an_old_wording_comes_back_as_a_new_version(rita):
    template = operations.create_template(actor=rita.actor, **TEXT)
    operations.update_template(actor=rita.actor, template_id=template.id, **{**TEXT, "body": "New"})
    for _ in range(2):
        version = operations.bring_back_version(actor=rita.actor, template_id=template.id, number=1)
        assert (version.number, version.body) == (3, "About {{ job_title }}")
    assert [row.number for row in queries.list_versions(rita.actor, template.id)] == [3, 2, 1]
    assert [row.data["version"] for row in recorded("template.changed")] == [2, 3]
    with pytest.raises(NotFound):
        operations.bring_back_version(actor=rita.actor, template_id=template.id, number=9)


def test_a_wording_that_a_colleague_wrote_meanwhile_is_not_overwritten(rita):
    template = operations.create_template(actor=rita.actor, **TEXT)
    operations.update_template(actor=rita.actor, template_id=template.id, **{**TEXT, "body": "Hers"}, seen_version=1)
    with pytest.raises(Conflict, match="has written version 2 meanwhile"):
        operations.update_template(actor=rita.actor, template_id=template.id, **{**TEXT, "body": "His"}, seen_version=1)
    assert [row.body for row in queries.list_versions(rita.actor, template.id)] == ["Hers", "About {{ job_title }}"]


def test_whoever_writes_a_template_owns_it_and_can_hand_it_over(rita, ines):
    template = operations.create_template(actor=rita.actor, **TEXT)
    assert template.owner_id == rita.id
    changed = operations.update_template(actor=rita.actor, template_id=template.id, **TEXT, owner_id=ines.id)
    assert changed.owner_id == ines.id
    assert operations.update_template(actor=rita.actor, template_id=template.id, **TEXT).owner_id == ines.id
    with pytest.raises(InvalidInput) as caught:
        operations.update_template(actor=rita.actor, template_id=template.id, **TEXT, owner_id=template.id)
    assert set(caught.value.fields) == {"owner_id"}


def test_what_is_archived_can_be_used_again_unless_its_name_is_taken(rita):
    template = operations.create_template(actor=rita.actor, **TEXT)
    operations.archive_template(actor=rita.actor, template_id=template.id)
    assert not queries.list_templates(rita.actor).exists()
    for _ in range(2):
        operations.restore_template(actor=rita.actor, template_id=template.id)
    assert len(recorded("template.restored")) == 1
    operations.archive_template(actor=rita.actor, template_id=template.id)
    operations.create_template(actor=rita.actor, **TEXT)
    with pytest.raises(Conflict, match="named “First contact” already"):
        operations.restore_template(actor=rita.actor, template_id=template.id)


def test_the_list_is_searched_filtered_sorted_and_paged(rita, ines):
    for number, (name, language) in enumerate((("beta", "en"), ("Alpha", "de"), ("gamma ray", "en"))):
        operations.create_template(
            actor=rita.actor,
            **{**TEXT, "name": name, "subject": f"Subject {number}"},
            language_code=language,
        )

    def found(sort="name", number=1, limit=50, **wanted):
        page = queries.page_of_templates(
            rita.actor, queries.TemplateFilter(**wanted), sort=sort, number=number, limit=limit
        )
        return [row.name for row in page.rows]

    assert found() == ["Alpha", "beta", "gamma ray"]
    assert found(sort="changed") == ["gamma ray", "Alpha", "beta"]
    assert found(text="RAY subject") == ["gamma ray"]
    assert found(text="subject 1") == ["Alpha"]
    assert found(language_code="de") == ["Alpha"]
    assert found(owner_id=ines.id) == []
    assert found(is_archived=True) == []
    page = queries.page_of_templates(rita.actor, queries.TemplateFilter(), number=2, limit=2)
    assert ([row.name for row in page.rows], page.total, page.first, page.last, page.has_next) == (
        ["gamma ray"], 3, 3, 3, False,
    )  # fmt: skip
    assert found(number=99, limit=2) == ["gamma ray"]
