"""Settings → People: who may see and change them, invitations, the last administrator."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from rapport.accounts import operations
from rapport.accounts.models import Role, User
from rapport.accounts.tests.factories import TeamFactory, UserFactory
from rapport.activity.models import Activity
from rapport.lib.actors import COMMAND

NEW = {"full_name": "Nora Newcomer", "email": "Nora@Example.org", "role": "recruiter"}


def verbs() -> list[str]:
    return list(Activity.objects.order_by("id").values_list("verb", flat=True))


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER, Role.EMPLOYEE])
def test_only_administrators_manage_people_teams_and_roles(role, make_user, sign_in, ada):
    client = sign_in(make_user("Pat", role))
    pages = ["people/", "people/new/", f"people/{ada.id}/", "teams/", "teams/new/", "roles/", "people/suggest/?q=a"]
    assert {path: client.get(f"/settings/{path}").status_code for path in pages} == dict.fromkeys(pages, 403)
    posts = ["people/new/", f"people/{ada.id}/", f"people/{ada.id}/access/", f"people/{ada.id}/link/",
             f"people/{ada.id}/second-step/", "teams/new/"]  # fmt: skip
    assert {path: client.post(f"/settings/{path}", NEW).status_code for path in posts} == dict.fromkeys(posts, 403)
    assert 'href="/settings/people/"' not in client.get("/settings/you/").content.decode()
    ada.refresh_from_db()
    assert (ada.is_active, User.objects.count(), verbs()) == (True, 2, [])


def test_list_says_role_teams_and_state(ada, rita, sign_in):
    TeamFactory(name="Engineering recruiting").members.add(rita)
    page = sign_in(ada).get("/settings/people/").content.decode()
    (row,) = re.findall(r"<tr>(?:(?!</tr>).)*Rita Example.*?</tr>", page, re.DOTALL)
    for text in ("rita@example.org", "Recruiter", "Engineering recruiting", "invited", "never"):
        assert text in row


def test_search_and_deactivated_narrow_the_list(ada, rita, hugo, sign_in):
    operations.change_user(actor=COMMAND, user_id=hugo.id, is_active=False)
    client = sign_in(ada)
    assert "Rita Example" in client.get("/settings/people/?q=rita").content.decode()
    assert "Rita Example" not in client.get("/settings/people/?q=administrator").content.decode()
    gone = client.get("/settings/people/?state=deactivated").content.decode()
    assert "Hugo Example" in gone
    assert "Rita Example" not in gone


def test_list_asks_as_often_for_2_as_for_20(ada, sign_in, django_assert_num_queries):
    client = sign_in(ada)
    UserFactory()
    client.get("/settings/people/")
    with CaptureQueriesContext(connection) as few:
        client.get("/settings/people/")
    for user in UserFactory.create_batch(18):
        TeamFactory().members.add(user)
    with django_assert_num_queries(len(few)):
        client.get("/settings/people/")


def test_adding_without_a_mail_server_shows_a_link_once_that_sets_the_password(ada, sign_in, client, settings):
    settings.HAS_MAIL_SERVER = False
    admin = sign_in(ada)
    page = admin.post("/settings/people/new/", NEW, follow=True)
    nora = User.objects.get(email="nora@example.org")
    assert page.redirect_chain == [(f"/settings/people/{nora.id}/", 302)]
    (link,) = re.findall(r'value="http://127.0.0.1:8000(/account/password/reset/key/[^"]+)"', page.content.decode())
    assert "password/reset/key" not in admin.get(f"/settings/people/{nora.id}/").content.decode()
    assert verbs() == ["user.created", "user.invited"]

    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "a long enough one", "password2": "a long enough one"})
    answer = client.post("/account/login/", {"login": "nora@example.org", "password": "a long enough one"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "This link no longer works" in Client().get(link).content.decode()
    nora.refresh_from_db()
    assert nora.state == "active"


def test_adding_with_a_mail_server_queues_a_mail_with_the_link(ada, sign_in, settings):
    settings.HAS_MAIL_SERVER = True
    page = sign_in(ada).post("/settings/people/new/", NEW, follow=True).content.decode()
    assert "A link to choose a password is on its way to nora@example.org." in page
    assert "password/reset/key" not in page
    job = ProcrastinateJob.objects.get(task_name="accounts.mail_password_link")
    operations.mail_password_link(user_id=job.args["user_id"], sender=job.args["sender"])
    (sent,) = mail.outbox
    assert sent.to == ["nora@example.org"]
    assert sent.body.startswith("Ada Example has set up an account for you at Rapport, as recruiter.")
    assert "http://127.0.0.1:8000/account/password/reset/key/" in sent.body


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "rita@example.org", "rita@example.org already belongs to a user."),
        ("email", "not an address", "Enter a valid email address."),
        ("full_name", " ", "This field is required."),
        ("role", "owner", "Select a valid choice."),
    ],
)
def test_bad_input_comes_back_with_422_beside_the_field(field, value, sentence, ada, rita, sign_in):
    page = sign_in(ada).post("/settings/people/new/", {**NEW, field: value})
    assert page.status_code == 422
    assert sentence in str(page.context["form"].errors[field])
    assert User.objects.count() == 2


def test_administrator_changes_name_and_role(ada, rita, sign_in):
    client = sign_in(ada)
    data = {"full_name": "Rita Renamed", "role": "hiring_manager"}
    assert client.post(f"/settings/people/{rita.id}/", data).status_code == 302
    client.post(f"/settings/people/{rita.id}/", data)
    rita.refresh_from_db()
    assert (rita.full_name, rita.role) == ("Rita Renamed", "hiring_manager")
    assert verbs() == ["user.changed"]


def test_deactivated_user_is_signed_out_at_once_and_may_come_back(ada, rita, sign_in):
    admin, theirs = sign_in(ada), sign_in(rita)
    assert theirs.get("/settings/you/").status_code == 200
    admin.post(f"/settings/people/{rita.id}/access/", {"active": "no"})
    assert theirs.get("/settings/you/").status_code == 302
    assert admin.post(f"/settings/people/{rita.id}/link/").status_code == 409
    admin.post(f"/settings/people/{rita.id}/access/", {"active": "yes"})
    rita.refresh_from_db()
    assert rita.is_active


def test_last_administrator_stays(ada, sign_in):
    client = sign_in(ada)
    page = client.post(f"/settings/people/{ada.id}/", {"full_name": "Ada Example", "role": "recruiter"})
    assert page.status_code == 422
    assert "Ada Example is the last administrator. Make someone else administrator first." in page.content.decode()
    assert client.post(f"/settings/people/{ada.id}/access/", {"active": "no"}).status_code == 409
    ada.refresh_from_db()
    assert (ada.role, ada.is_active, verbs()) == ("administrator", True, [])


def test_unknown_person_and_team_are_not_found(ada, sign_in):
    client = sign_in(ada)
    nobody = "01900000-0000-7000-8000-000000000000"
    paths = [f"/settings/people/{nobody}/", f"/settings/teams/{nobody}/"]
    assert [client.get(path).status_code for path in paths] == [404, 404]
