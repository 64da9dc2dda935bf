"""Settings → Teams and Roles."""

from rapport.accounts.capabilities import all_capabilities
from rapport.accounts.models import Team
from rapport.accounts.tests.factories import TeamFactory
from rapport.activity.models import Activity


def test_team_is_made_renamed_and_given_members(ada, rita, hugo, sign_in):
    client = sign_in(ada)
    client.post("/settings/teams/new/", {"name": "Sales", "members": [str(rita.id)]})
    team = Team.objects.get()
    client.post(f"/settings/teams/{team.id}/", {"name": "Sales hiring", "members": [str(hugo.id), str(rita.id), "x"]})
    team.refresh_from_db()
    assert team.name == "Sales hiring"
    assert [str(member) for member in team.members.all()] == ["Hugo Example", "Rita Example"]
    assert list(Activity.objects.order_by("id").values_list("verb", flat=True)) == ["team.created", "team.changed"]
    page = client.get("/settings/teams/").content.decode()
    assert "Sales hiring" in page
    assert "2 people" in page


def test_two_teams_of_one_name_are_refused(ada, sign_in):
    TeamFactory(name="Sales")
    page = sign_in(ada).post("/settings/teams/new/", {"name": "sales"})
    assert page.status_code == 422
    assert page.context["form"].errors["name"] == ["There is already a team named sales."]
    assert Team.objects.count() == 1


def test_members_are_suggested_by_name(ada, rita, hugo, sign_in):
    options = sign_in(ada).get("/settings/people/suggest/?q=rit").content.decode()
    assert f'data-value="{rita.id}"' in options
    assert str(hugo.id) not in options


def test_roles_show_every_capability_in_words(ada, sign_in):
    page = sign_in(ada).get("/settings/roles/")
    rights = {right.label: right.scopes for app in page.context["apps"] for right in app.rights}
    assert len(rights) == len(all_capabilities())
    assert rights["Manage users and teams"] == ("Everywhere", "", "", "", "")
    assert rights["Move applications"] == ("Everywhere", "Everywhere", "On their teams", "", "")
    assert "On their teams" in page.content.decode()
