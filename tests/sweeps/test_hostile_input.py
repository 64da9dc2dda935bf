"""What no form of ours sends: NUL in every address, query and form, and digits and line ends where none are meant."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.sweeps.test_routes import FILLERS, OURS, READ_BY_GET, ask
from tests.sweeps.world import World

NUL = "a\x00b"
ASKED = (
    "after", "before", "candidate", "count", "cursor", "day", "department", "group", "ids", "offset", "panel", "q", "show",
    "sort", "state", "to_stage",
)  # fmt: skip


def test_nul_is_refused_by_every_page(world: World, sign_in):
    client = sign_in(world.users["ada"])
    for route in READ_BY_GET:
        assert client.get(route.url({**FILLERS, **world.values}), {"q": NUL}).status_code == 422, route
    for route in OURS:
        # Who reads the body by itself looks after that itself (mail/tests/test_services.py).
        if "POST" in (route.methods or ()) and not getattr(route.view, "takes_raw_body", False):
            answer = client.post(route.url({**FILLERS, **world.values}), {"name": NUL}, headers={"HX-Request": "true"})
            assert answer.status_code == 422, route
            assert "cannot be stored" in answer["HX-Trigger"], route


def test_nul_in_an_address_is_refused(world: World, sign_in):
    client = sign_in(world.users["rita"])
    for url in (f"/jobs/{world.values['job_id']}/applications/undo/a%00b/", "/candidates/undo/%00/"):
        assert client.post(url).status_code == 404, url  # a word of an Undo holds letters and digits only
    assert client.get("/u/a%00b").status_code == 422


def test_strangers_cannot_break_signing_in_with_nul(client: Any, db: None):
    assert client.post("/account/login/", {"login": NUL, "password": NUL}).status_code == 422


def test_no_number_date_or_cursor_breaks_a_page(world: World, sign_in):
    client = sign_in(world.users["rita"])
    for text in ("²³", "9" * 5000, "-1", "99999-01-01"):
        answers = {
            route.name: ask(
                client, "get", route.url({**FILLERS, **world.values}), data=dict.fromkeys(ASKED, text)
            ).status_code
            for route in READ_BY_GET
        }
        assert {page: status for page, status in answers.items() if status >= 500} == {}, text


def test_the_page_to_return_to_never_breaks_a_header(world: World, sign_in):
    url = f"/applications/{world.values['application_id']}/hire/"
    answer = sign_in(world.users["rita"]).post(
        url, {"next": "/jobs/?q=Zürich\r\nX-Evil: 1"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/jobs/?q=Z%C3%BCrich%0D%0AX-Evil:%201"


def test_names_of_files_are_only_names(world: World, sign_in):
    client = sign_in(world.users["rita"])
    for name in ("../../x.csv", "n" * 300 + ".csv", "\u202evsc.exe", "a\r\nb.csv"):
        for url, field in (("/imports/csv/", "file"), ("/imports/resumes/", "files")):
            file = SimpleUploadedFile(name, b"name,email\nCora Candidate,cora@example.org\n")
            assert client.post(url, {field: file, "look": "after"}).status_code == 302, (url, name)


def test_a_pasted_page_is_no_slow_search(world: World, sign_in):
    client, board = sign_in(world.users["rita"]), f"/jobs/{world.values['job_id']}/board/"
    for url, name in (("/jobs/", "q"), ("/jobs/options", "q"), (board, "q"), ("/settings/people/suggest/", "q")):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url, {name: "a " * 50_000}).status_code in (200, 403), url
        assert max(len(query["sql"]) for query in asked) < 20_000, url


def test_moments_in_addresses_are_read_with_care(world: World, sign_in):
    client, key = sign_in(world.users["rita"]), world.candidate.id
    assert client.get(f"/candidates/{key}/?day=2026-02-30").status_code == 200
    for moment in ("0001-01-01T00:00:00+23:59", "2026-01-01T00:00:00", "x"):
        assert client.get(f"/pools/{world.values['pool_id']}/", {"cursor": f"{moment}|{key}"}).status_code == 422, (
            moment
        )
        assert client.get("/inbox/", {"after": f"{moment}_{moment}_{key}"}).status_code == 200, moment
