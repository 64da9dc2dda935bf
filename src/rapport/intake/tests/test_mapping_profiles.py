from io import BytesIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.models import Candidate
from rapport.intake import operations, queries
from rapport.intake.models import Import, MappingProfile
from rapport.intake.profile_matching import fill_in, likeness
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db

HEADERS = ["Wer", "Wohin schreiben", "Kann", "Sonstiges"]
FIELDS = ["full_name", "email", "skills", ""]
TABLE = b"Wer;Wohin schreiben;Kann;Sonstiges\nAnna Berg;anna@example.org;Python;x\n"


def save(rita: User, name: str = "Fair", headers: list[str] = HEADERS, fields: list[str] = FIELDS) -> MappingProfile:
    return operations.save_profile(actor=rita.actor, name=name, headers=headers, fields=fields)


def upload(rita: User, content: bytes = TABLE) -> Import:
    return operations.create_csv_import(actor=rita.actor, name="people.csv", file=BytesIO(content))


def page(item: Import, name: str = "columns") -> str:
    return reverse(f"intake:{name}", args=[item.id])


def posted(fields: list[str]) -> dict[str, str]:
    return {f"column-{place}": field for place, field in enumerate(fields)}


@pytest.mark.parametrize(
    ("columns", "headers", "share"),
    [
        (["A", "B"], ["b", " a "], 1.0),
        (["A", "B", "C", "D"], ["A", "B", "C"], 0.75),
        (["A", "B"], ["C"], 0.0),
        ([], ["A"], 0.0),
    ],
)
def test_how_alike_two_headers_are(columns: list[str], headers: list[str], share: float) -> None:
    assert likeness(columns, headers) == share


def test_saved_fields_come_before_guesses_and_no_field_is_given_twice() -> None:
    saved = {"wer": "full_name", "kann": "", "mail": "email"}
    filled = fill_in(["Wer", "Kann", "Nachname", "Mail", "E-Mail"], ["", "skills", "family_name", "", "email"], saved)
    assert filled == ["full_name", "", "", "email", "email"]


def test_the_same_columns_are_filled_in_by_what_was_kept(rita: User) -> None:
    assert upload(rita).mapping == ["", "email", "", ""]
    save(rita)

    item = upload(rita, b"Kann;Wer;Sonstiges;wohin SCHREIBEN\nPython;Anna Berg;x;anna@example.org\n")

    assert (item.mapping, item.format["profile"]) == (["skills", "full_name", "", "email"], "Fair")


def test_similar_columns_are_offered_and_filled_in_on_request(rita: User, client: Client) -> None:
    save(rita)
    save(rita, "Other", ["Nombre", "Correo"], ["full_name", "email"])
    item = upload(rita, b"Wer;Wohin schreiben;Kann;Telefon\nAnna Berg;anna@example.org;Python;030 5550142\n")
    assert (item.mapping, item.format["profile"]) == (["", "email", "", "phone"], "")
    client.force_login(rita)

    shown = client.get(page(item)).content.decode()
    assert (">Fair</button>" in shown, ">Other</button>" in shown) == (True, False)
    profile = MappingProfile.objects.get(name="Fair")
    answer = client.post(page(item, "use_profile"), {"profile": str(profile.id)})

    assert (answer.status_code, answer.url) == (302, page(item))
    item.refresh_from_db()
    assert item.mapping == ["full_name", "email", "skills", "phone"]
    assert "Filled in by the saved mapping <b>Fair</b>" in client.get(page(item)).content.decode()


def test_columns_are_kept_under_a_name_while_they_are_named(rita: User, client: Client) -> None:
    client.force_login(rita)
    item = upload(rita)
    assert client.post(page(item), {**posted(FIELDS), "profile": " Fair "}).status_code == 302

    profile = MappingProfile.objects.get()
    assert (profile.name, profile.headers, profile.fields) == ("Fair", HEADERS, FIELDS)
    assert profile.created_by == rita
    assert Activity.objects.get(verb="mapping_profile.saved").data == {"name": "Fair"}

    again = [*FIELDS[:3], "note"]
    client.post(page(item), {**posted(again), "profile": "FAIR"})
    assert MappingProfile.objects.get().fields == again


def test_a_mapping_is_renamed_changed_and_deleted(rita: User, client: Client) -> None:
    client.force_login(rita)
    profile = save(rita)
    save(rita, "Other")
    url = reverse("intake:profile", args=[profile.id])
    assert HEADERS[1] in client.get(url).content.decode()

    changed = [*FIELDS[:3], "note"]
    assert client.post(url, {**posted(changed), "name": "Fair 2026"}).status_code == 302
    profile.refresh_from_db()
    assert (profile.name, profile.fields) == ("Fair 2026", changed)
    recorded = Activity.objects.filter(verb="mapping_profile.saved").count()
    client.post(url, {**posted(changed), "name": "Fair 2026"})
    assert Activity.objects.filter(verb="mapping_profile.saved").count() == recorded

    assert client.post(url, {**posted(changed), "name": "other"}).status_code == 409
    assert client.post(url, {**posted(changed), "name": " "}).status_code == 422
    assert client.post(url, {**posted(["", "", "", ""]), "name": "x"}).status_code == 422
    profile.refresh_from_db()
    assert (profile.name, profile.fields) == ("Fair 2026", changed)

    assert client.post(reverse("intake:delete_profile", args=[profile.id])).status_code == 302
    assert list(MappingProfile.objects.values_list("name", flat=True)) == ["Other"]
    assert Activity.objects.get(verb="mapping_profile.deleted").data == {"name": "Fair 2026"}
    assert client.get(url).status_code == 404
    assert client.post(reverse("intake:delete_profile", args=[profile.id])).status_code == 404


def test_a_running_import_keeps_its_columns(rita: User) -> None:
    profile = save(rita)
    item = upload(rita)
    operations.save_mapping(actor=rita.actor, import_id=item.id, mapping=item.mapping)
    operations.start_import(actor=rita.actor, import_id=item.id)
    with pytest.raises(Conflict):
        operations.use_profile(actor=rita.actor, import_id=item.id, profile_id=profile.id)


def test_wrong_mappings_are_not_kept(rita: User) -> None:
    for name, fields, said in (("", FIELDS, "name"), ("x", FIELDS[:2], "other columns"), ("x", ["", "", "", ""], "holds the name")):  # fmt: skip
        with pytest.raises(InvalidInput, match=said):
            save(rita, name, HEADERS, fields)
    assert not MappingProfile.objects.exists()


def test_only_who_imports_may_see_them(hugo: User, rita: User, client: Client) -> None:
    profile = save(rita)
    client.force_login(hugo)
    for address in (reverse("intake:profiles"), reverse("intake:profile", args=[profile.id])):
        assert client.get(address).status_code == 403
    assert client.post(reverse("intake:delete_profile", args=[profile.id])).status_code == 403
    with pytest.raises(NotAllowed):
        operations.save_profile(actor=hugo.actor, name="x", headers=HEADERS, fields=FIELDS)
    assert MappingProfile.objects.get().name == "Fair"


def test_a_deleted_mapping_cannot_be_used(rita: User, client: Client) -> None:
    item, profile = upload(rita), save(rita)
    operations.delete_profile(actor=rita.actor, profile_id=profile.id)
    with pytest.raises(NotFound):
        operations.use_profile(actor=rita.actor, import_id=item.id, profile_id=profile.id)
    client.force_login(rita)
    assert client.post(page(item, "use_profile"), {"profile": "nonsense"}).status_code == 404


def test_the_statements_of_the_list_do_not_depend_on_how_many(rita: User, django_assert_num_queries) -> None:
    for number in range(20):
        save(rita, f"Fair {number}")
    with django_assert_num_queries(1):
        assert len(queries.list_profiles(rita.actor)) == 20


def test_the_command_takes_a_saved_mapping(rita: User, tmp_path, capsys) -> None:
    save(rita, headers=[*HEADERS, "Gone"], fields=[*FIELDS, "phone"])
    path = tmp_path / "people.csv"
    path.write_bytes(TABLE)
    with pytest.raises(InvalidInput, match="Saved: Fair"):
        call_command("import", "candidates", str(path), "--profile", "Fear")

    call_command("import", "candidates", str(path), "--profile", "fair", "--dry-run", "--json")
    assert '"Kann": "skills"' in capsys.readouterr().out
    call_command("import", "candidates", str(path), "--profile", "fair")
    assert Candidate.objects.get().skill_rows.get().skill.name == "Python"
