import pytest
from django.urls import reverse

from rapport.accounts.models import User
from rapport.candidates.models import Candidate, CandidateTag, ContactPoint, Education, Experience, Note
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory, PoolFactory, TagFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_a_person_is_added_and_shown(rita: User, sign_in) -> None:
    values = {"full_name": "Carl Candidate", "email": "carl@example.org", "place": "Graz", "tags": "four days, speaks"}
    response = sign_in(rita).post(reverse("candidates:create"), values)
    carl = Candidate.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/candidates/{carl.id}/")
    assert carl.tag_rows.count() == 2


def test_the_same_address_leads_to_the_person_who_is_there(rita: User, sign_in) -> None:
    point = ContactPointFactory(value="carl@example.org", candidate__full_name="Carl Senior")
    values = {"full_name": "Carl", "email": "Carl@example.org"}
    response = sign_in(rita).post(reverse("candidates:create"), values)
    assert response.status_code == 422
    assert f'href="/candidates/{point.candidate_id}/">Open Carl Senior' in response.content.decode()
    assert Candidate.objects.count() == 1


def test_what_is_wrong_is_told_beside_its_field(rita: User, sign_in) -> None:
    response = sign_in(rita).post(reverse("candidates:create"), {"full_name": ""})
    assert response.status_code == 422
    assert "full_name" in response.context["form"].errors


def test_an_interviewer_may_not_open_the_form(ines: User, sign_in) -> None:
    assert sign_in(ines).get(reverse("candidates:create")).status_code == 403
    assert sign_in(ines).post(reverse("candidates:create"), {"full_name": "Carl"}).status_code == 403
    assert not Candidate.objects.exists()


def test_editing_over_a_colleague_is_a_conflict_that_keeps_what_was_typed(rita: User, sign_in) -> None:
    carl = CandidateFactory(full_name="Carl")
    client, url = sign_in(rita), reverse("candidates:edit", args=[carl.id])
    assert client.post(url, {"full_name": "Carl", "title": "Fitter", "version": "1"}).status_code == 302
    response = client.post(url, {"full_name": "Carl", "title": "Welder", "version": "1"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "changed by somebody else" in page
    assert 'value="Welder"' in page
    carl.refresh_from_db()
    assert carl.title == "Fitter"


def test_a_contact_point_comes_back_as_its_section_and_a_wrong_one_with_the_complaint(rita: User, sign_in) -> None:
    carl = CandidateFactory()
    client, url = sign_in(rita), reverse("candidates:contact_point_add", args=[carl.id])
    response = client.post(url, {"value": "carl@example.org"}, headers=HTMX)
    assert response.status_code == 200
    assert "carl@example.org" in response.content.decode()
    assert "timelineChanged" in response["HX-Trigger-After-Swap"]

    refused = client.post(url, {"value": "nonsense"}, headers=HTMX)
    assert refused.status_code == 422
    assert "nonsense" in refused.content.decode()
    assert ContactPoint.objects.count() == 1


def test_a_contact_point_of_somebody_else_offers_to_open_them(rita: User, sign_in) -> None:
    theirs = ContactPointFactory(value="dora@example.org", candidate__full_name="Dora")
    carl = CandidateFactory()
    url = reverse("candidates:contact_point_add", args=[carl.id])
    response = sign_in(rita).post(url, {"value": "dora@example.org"}, headers=HTMX)
    assert response.status_code == 422
    assert f'href="/candidates/{theirs.candidate_id}/">Open Dora' in response.content.decode()


def test_without_javascript_a_form_leads_back_to_the_profile(rita: User, sign_in) -> None:
    carl = CandidateFactory()
    response = sign_in(rita).post(reverse("candidates:note_add", args=[carl.id]), {"text": "Called."})
    assert (response.status_code, response["Location"]) == (302, f"/candidates/{carl.id}/")
    assert Note.objects.get().text == "Called."


def test_the_sections_of_a_profile_change_in_place(rita: User, sign_in) -> None:
    carl = CandidateFactory()
    pool = PoolFactory(name="Data")
    changes = [
        ("tag_add", {"name": "four days"}, "four days"),
        ("pool_add", {"pool": str(pool.id), "reason": "Fair"}, "Data"),
        ("skill_add", {"name": "Python", "years": "3"}, "Python"),
        ("consent_add", {"purpose": "pool", "basis": "consent", "expires_on": "2030-03-14"}, "14 Mar 2030"),
        ("experience_add", {"title": "Fitter", "organisation": "Pegel", "start_on": "2020-03"}, "Mar 2020"),
        ("education_add", {"school": "TU Graz", "degree": "MSc", "end_on": "2018"}, "TU Graz"),
        ("task_add", {"text": "Call him", "due_on": "2030-03-14"}, "Call him"),
    ]
    client = sign_in(rita)
    for name, values, shown in changes:
        response = client.post(reverse(f"candidates:{name}", args=[carl.id]), values, headers=HTMX)
        assert (name, response.status_code) == (name, 200)
        assert shown in response.content.decode()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("consent_add", {"purpose": "x", "basis": "consent"}),
        ("experience_add", {"title": "Fitter", "start_on": "spring"}),
        ("experience_add", {"title": "Fitter", "start_on": "2020", "end_on": "2019"}),
        ("skill_add", {"name": ""}),
        ("task_add", {"text": ""}),
        ("tag_add", {"name": " "}),
        ("pool_add", {"pool": "nonsense"}),
        ("note_add", {"text": ""}),
        ("document_add", {}),
    ],
)
def test_bad_input_of_a_section_is_422_with_the_section(rita: User, sign_in, name: str, values: dict) -> None:
    url = reverse(f"candidates:{name}", args=[CandidateFactory().id])
    response = sign_in(rita).post(url, values, headers=HTMX)
    assert response.status_code == 422
    assert response.content


def test_insiders_without_the_right_change_nothing(ines: User, emma: User, sign_in) -> None:
    carl = CandidateFactory()
    tag = TagFactory()
    for user in (ines, emma):
        client = sign_in(user)
        for name, values in [
            ("tag_add", {"name": "x"}),
            ("note_add", {"text": "x"}),
            ("archive", {"reason": "x"}),
            ("contact_point_add", {"value": "a@example.org"}),
        ]:
            assert client.post(reverse(f"candidates:{name}", args=[carl.id]), values).status_code == 404
    carl.refresh_from_db()
    assert carl.archived_at is None
    assert not CandidateTag.objects.filter(tag=tag).exists()
    assert not Note.objects.exists()


def test_archiving_offers_to_undo_it(rita: User, sign_in) -> None:
    carl = CandidateFactory(full_name="Carl")
    client = sign_in(rita)
    response = client.post(reverse("candidates:archive", args=[carl.id]), {"reason": "Left the field"}, follow=True)
    undo = reverse("candidates:unarchive", args=[carl.id])
    page = response.content.decode()
    assert f'data-toast-undo="{undo}"' in page
    assert "Left the field" in page
    assert client.post(undo, headers=HTMX).status_code == 204
    carl.refresh_from_db()
    assert carl.archived_at is None


def test_fields_suggest_tags_and_pools(rita: User, sign_in) -> None:
    TagFactory(name="four days")
    pool = PoolFactory(name="Data, Berlin")
    client = sign_in(rita)
    assert 'data-value="four days"' in client.get("/tags/options/?q=FOUR").content.decode()
    assert f'data-value="{pool.id}"' in client.get("/pools/options/?q=ber").content.decode()
    assert client.get("/pools/options/?q=nothing").content.decode().count("<li") == 0


def test_a_note_is_changed_by_its_author_only(rita: User, ada: User, sign_in) -> None:
    carl = CandidateFactory()
    sign_in(rita).post(reverse("candidates:note_add", args=[carl.id]), {"text": "Called."})
    note = Note.objects.get()
    url = reverse("candidates:note_change", args=[carl.id, note.id])
    assert sign_in(ada).post(url, {"text": "No"}, headers=HTMX).status_code == 403
    assert sign_in(rita).post(url, {"text": "Wrote."}, headers=HTMX).status_code == 204
    note.refresh_from_db()
    assert note.text == "Wrote."
    assert sign_in(rita).post(url, {"do": "delete"}).status_code == 302
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("kind", "values", "shown"),
    [
        ("experience", {"title": "Fitter", "organisation": "Pegel", "start_on": "2020-03"}, "2020-03"),
        ("education", {"school": "TU Graz", "degree": "MSc", "end_on": "2018-01"}, "TU Graz"),
    ],
)
def test_the_form_of_a_job_or_school_is_fetched_and_comes_back_as_typed(
    rita: User, sign_in, kind: str, values: dict, shown: str
) -> None:
    carl, client = CandidateFactory(), sign_in(rita)
    add = reverse(f"candidates:{kind}_add", args=[carl.id])
    assert "Remove</button>" not in client.get(add, headers=HTMX).content.decode()
    client.post(add, values, headers=HTMX)
    row = (Experience if kind == "experience" else Education).objects.get()
    change = reverse(f"candidates:{kind}_change", args=[carl.id, row.id])

    form = client.get(change, headers=HTMX).content.decode()
    assert [f'value="{value}"' in form for value in values.values()] == [True] * len(values)
    assert (form.count("data-open-now"), form.count("Remove</button>")) == (1, 1)

    refused = client.post(change, values | {"end_on": "spring <b>"}, headers=HTMX)
    again = refused.content.decode()
    assert (refused.status_code, shown in again, again.count("data-open-now")) == (422, True, 1)
    assert 'value="spring &lt;b&gt;"' in again
    assert client.get(reverse(f"candidates:{kind}_change", args=[carl.id, carl.id]), headers=HTMX).status_code == 404
    assert client.get(change)["Location"] == f"/candidates/{carl.id}/"


def test_the_form_of_a_job_is_for_those_who_may_change_people(ines: User, sign_in) -> None:
    response = sign_in(ines).get(reverse("candidates:experience_add", args=[CandidateFactory().id]), headers=HTMX)
    assert response.status_code in (403, 404)
