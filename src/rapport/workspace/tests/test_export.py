"""Candidates as a file: who may take whom along, what a spreadsheet makes of it, and that it is on record."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.models import CandidateTag
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory, TagFactory
from rapport.lib import spreadsheets
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import InvalidInput, NotAllowed
from rapport.search import operations
from rapport.search.folder import IndexFolder
from rapport.search.operations import export_candidates
from rapport.search.rebuilding import rebuild

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
EXPORT = "/candidates/export/"


@pytest.fixture
def index(tmp_path: Path, settings: Any) -> Callable[[], None]:
    """Call it to build the index of everybody in the database; until then there is none."""
    settings.SEARCH_DIR = tmp_path / "search"
    return lambda: rebuild(IndexFolder(settings.SEARCH_DIR), processes=1) and None


def body(response: Any) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def test_csv_holds_nothing_that_a_spreadsheet_executes(index, rita: User, sign_in: SignIn) -> None:
    carl = CandidateFactory(full_name="=HYPERLINK(1)", title="Fitter, senior")
    ContactPointFactory(candidate=carl, kind="phone", value="+49 30 5550142")
    for name in ("-tag", "able"):
        CandidateTag.objects.create(candidate=carl, tag=TagFactory(name=name))
    index()
    response = sign_in(rita).post(EXPORT)
    text = body(response)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["full_name"] == "'=HYPERLINK(1)"
    assert row["phone"] == "'+49 30 5550142"
    assert row["title"] == "Fitter, senior"
    assert row["tags"] == "'-tag, able"
    assert (row["id"], row["last_contact_at"]) == (str(carl.id), "")
    assert response["Content-Disposition"].startswith('attachment; filename="candidates-')
    assert response["Content-Disposition"].endswith('.csv"')


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_every_start_of_a_formula_is_defused(start: str) -> None:
    assert spreadsheets.defused(f"{start}1") == f"'{start}1"
    assert spreadsheets.entered_text(f"'{start}1") == f"{start}1"


def test_json_lines_hold_the_values_as_they_are(index, rita: User, sign_in: SignIn) -> None:
    carl = CandidateFactory(full_name="=Jürgen \u2028 漢", years_experience=4.5)
    CandidateTag.objects.create(candidate=carl, tag=TagFactory(name="able"))
    index()
    response = sign_in(rita).post(EXPORT, {"format": "jsonl"})
    (line,) = body(response).strip().split("\n")
    row = json.loads(line)
    assert (row["full_name"], row["tags"], row["years_experience"]) == ("=Jürgen \u2028 漢", ["able"], 4.5)
    assert (row["id"], row["last_contact_at"]) == (str(carl.id), None)
    assert response["Content-Disposition"].endswith('.jsonl"')


def test_all_who_match_come_along_not_only_the_page(index, rita: User, sign_in: SignIn, monkeypatch) -> None:
    monkeypatch.setattr(operations, "EXPORT_BATCH", 7)
    wanted = CandidateFactory.create_batch(60, title="Cook")
    CandidateFactory.create_batch(3, title="Nurse")
    index()
    text = body(sign_in(rita).post(EXPORT, {"q": "title:cook", "format": "jsonl"}))
    assert sorted(json.loads(line)["id"] for line in text.splitlines()) == sorted(str(one.id) for one in wanted)


def test_without_an_index_everybody_can_be_exported_but_no_query(
    index, rita: User, sign_in: SignIn, monkeypatch
) -> None:
    monkeypatch.setattr(operations, "EXPORT_BATCH", 2)
    CandidateFactory.create_batch(5)
    client = sign_in(rita)
    assert len(body(client.post(EXPORT)).splitlines()) == 6
    assert client.post(EXPORT, {"q": "title:cook"}).status_code == 503


def test_who_exported_what_is_on_record_before_the_first_line(index, rita: User) -> None:
    CandidateFactory.create_batch(2, title="Cook")
    index()
    rows = export_candidates(actor=rita.actor, text="title:cook", format="csv")
    activity = Activity.objects.get(verb="candidates.exported")
    assert (activity.actor_id, activity.find_subject_id("user")) == (rita.id, rita.id)
    assert activity.data == {"query": "title:cook", "format": "csv", "count": 2}
    assert len(list(rows)) == 2
    assert len(list(export_candidates(actor=SYSTEM, text="", format="jsonl"))) == 2


@pytest.mark.parametrize("name", ["hugo", "ines", "emma"])
def test_who_may_not_export_takes_nobody_along(name: str, index, request, sign_in: SignIn, client: Client) -> None:
    user = request.getfixturevalue(name)
    CandidateFactory()
    index()
    with pytest.raises(NotAllowed):
        export_candidates(actor=user.actor, text="", format="csv")
    assert sign_in(user).post(EXPORT).status_code == 403
    assert client.post(EXPORT).status_code == 302
    assert not Activity.objects.filter(verb="candidates.exported").exists()


@pytest.mark.parametrize("name", ["rita", "ada"])
def test_who_may_export_does(name: str, index, request, sign_in: SignIn) -> None:
    CandidateFactory()
    index()
    assert len(body(sign_in(request.getfixturevalue(name)).post(EXPORT)).splitlines()) == 2


def test_what_cannot_be_read_is_refused_and_not_recorded(index, rita: User, sign_in: SignIn) -> None:
    index()
    client = sign_in(rita)
    for values in ({"q": "(cook"}, {"format": "xlsx"}, {"q": 'location:"Nowheresville within 5 km"'}):
        assert client.post(EXPORT, values).status_code == 422
    with pytest.raises(InvalidInput):
        export_candidates(actor=rita.actor, text="", format="")
    assert client.get(EXPORT).status_code == 405
    assert not Activity.objects.filter(verb="candidates.exported").exists()


def test_the_number_of_statements_depends_on_the_batches_alone(index, rita: User) -> None:
    CandidateFactory.create_batch(2)
    index()
    list(export_candidates(actor=rita.actor, text="", format="csv"))
    with CaptureQueriesContext(connection) as few:
        list(export_candidates(actor=rita.actor, text="", format="csv"))
    CandidateFactory.create_batch(18)
    index()
    list(export_candidates(actor=rita.actor, text="", format="csv"))
    with CaptureQueriesContext(connection) as many:
        list(export_candidates(actor=rita.actor, text="", format="csv"))
    assert len(many) == len(few)
