"""The builder's page: laid out from a query, sent line by line, and what it leads to."""

import json
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates import operations as candidates
from rapport.lib.actors import SYSTEM
from rapport.search import builder, language
from rapport.search.tests.factories import make_candidate, make_job
from rapport.search.tests.test_builder import as_form

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGE = "/search/builder/"
HTMX = {"HX-Request": "true"}


def form_of(text: str, **more: str) -> dict[str, object]:
    return {**as_form(builder.lines_of(builder.read_query(language.parse(text).node))), **more}


def test_a_query_is_laid_out_with_how_many_match(index_everybody, rita: User, sign_in: SignIn) -> None:
    make_candidate("Ada Pythonist", title="Cook")
    index_everybody()
    page = sign_in(rita).get(PAGE, {"q": "title:cook NOT (tag:x OR years:>=5)"})
    panel = page.context["panel"]
    assert (panel.text, panel.count, panel.group.mode) == ("title:cook NOT (tag:x OR years:>=5)", 1, "all")
    assert [item.is_row for item in panel.group.items] == [True, False]
    html = unescape(page.content.decode())
    assert '<option value="none" selected>none of these</option>' in html
    assert "Show 1 person" in html


def test_what_is_entered_becomes_the_text(index_everybody, rita: User, sign_in: SignIn) -> None:
    make_candidate("Ada", title="Cook")
    index_everybody()
    client = sign_in(rita)
    form = form_of("title:cook")
    added = client.post(PAGE, {**form, "do": "row-2"}, headers=HTMX)
    assert added.context["panel"].text == "title:cook"
    assert [item.is_new for item in added.context["panel"].group.items] == [False, True]
    assert "<html" not in added.content.decode()
    filled = form_of("title:cook title:baker")
    filled["mode"] = ["any"]
    panel = client.post(PAGE, filled, headers=HTMX).context["panel"]
    assert (panel.text, panel.count) == ("title:cook OR title:baker", 1)
    taken = client.post(PAGE, {**filled, "do": "remove-1"}, headers=HTMX).context["panel"]
    assert (taken.text, taken.count) == ("title:baker", 0)


def test_showing_leads_to_the_list(index_everybody, rita: User, sign_in: SignIn) -> None:
    index_everybody()
    client, form = sign_in(rita), form_of('skill:"C++" years:>=5', do="show")
    where = "/candidates/?q=skill%3AC%2B%2B+years%3A%3E%3D5&build=1"
    assert client.post(PAGE, form).headers["Location"] == where
    led = client.post(PAGE, form, headers=HTMX)
    assert (led.status_code, json.loads(led.headers["HX-Location"])["path"]) == (204, where)
    page = client.get(where)
    assert page.context["builder"].text == "skill:C++ years:>=5"
    assert 'id="builder"' in page.content.decode()
    assert 'id="builder"' not in client.get("/candidates/?q=skill:x").content.decode()


def test_what_cannot_be_said_stays_with_a_sentence(index_everybody, rita: User, sign_in: SignIn) -> None:
    index_everybody()
    form = form_of("years:>=5", do="show")
    form["value"] = ["many"]
    page = sign_in(rita).post(PAGE, form, headers=HTMX)
    assert "Years of experience: a whole number is a number from 0 to 9,999." in page.content.decode()
    assert page.context["panel"].group.items[0].row.value == "many"
    unreadable = sign_in(rita).get(PAGE, {"q": "(java"}, headers=HTMX)
    assert "This parenthesis is not closed." in unreadable.content.decode()
    assert unreadable.context["panel"].group is None


def test_it_works_while_there_is_no_index(index_folder, rita: User, sign_in: SignIn) -> None:
    page = sign_in(rita).post(PAGE, form_of("title:cook"), headers=HTMX)
    assert (page.context["panel"].text, page.context["panel"].count) == ("title:cook", None)
    assert sign_in(rita).get("/search/values", {"field": "skill", "q": "py"}).context["values"] == []


def test_the_count_is_of_whom_one_may_see(index_everybody, rita: User, hugo: User, emma: User, sign_in) -> None:
    ada, _ben = make_candidate("Ada", title="Cook"), make_candidate("Ben", title="Cook")
    ApplicationFactory(candidate=ada, job=make_job("Canteen", team=[hugo]))
    index_everybody()
    counts = [sign_in(user).get(PAGE, {"q": "title:cook"}).context["panel"].count for user in (rita, hugo)]
    assert counts == [2, 1]
    assert sign_in(emma).get(PAGE).status_code == 403
    assert sign_in(emma).post(PAGE, form_of("cook")).status_code == 403
    assert sign_in(emma).get("/search/values", {"field": "skill", "q": "py"}).status_code == 403


def test_values_are_suggested_of_whom_one_may_see(index_everybody, rita: User, hugo: User, sign_in) -> None:
    ada = make_candidate("Ada", skills=("Python", "SQL"))
    make_candidate("Ben", skills=("PyTorch",))
    tag = candidates.create_tag(actor=SYSTEM, name="Python club")
    candidates.tag_candidates(actor=SYSTEM, candidate_ids=[ada.id], tag_id=tag.id)
    job = make_job("Canteen", team=[hugo])
    ApplicationFactory(candidate=ada, job=job)
    index_everybody()

    def suggested(user: User, field: str, text: str) -> list[str]:
        return sign_in(user).get("/search/values", {"field": field, "q": text}).context["values"]

    assert sorted(suggested(rita, "skill", "PY")) == ["PyTorch", "Python"]
    assert suggested(hugo, "skill", "py") == ["Python"]
    assert suggested(rita, "tag", "pyth") == ["Python club"]
    assert suggested(rita, "stage", "app") == ["Applied"]
    assert suggested(hugo, "stage", "app") == []
    assert suggested(rita, "name", "a") == suggested(rita, "nonsense", "a") == suggested(rita, "skill", " ") == []


def test_the_builder_costs_the_list_a_constant_number_of_statements(index_everybody, rita: User, sign_in) -> None:
    client = sign_in(rita)
    index_everybody()
    client.get("/candidates/?q=a&build=1")
    with CaptureQueriesContext(connection) as few:
        client.get("/candidates/?q=a&build=1")
    many_words = "+".join(f"skill:a{number}" for number in range(60))
    with CaptureQueriesContext(connection) as many:
        client.get(f"/candidates/?q={many_words}&build=1")
    assert len(many) == len(few)
