"""rapport search, fits and reindex over the database."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from rapport.lib.doors import explain_exit
from rapport.lib.errors import NotFound, TemporaryFailure
from rapport.search.folder import IndexFolder
from rapport.search.tests.factories import make_candidate, make_job

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    call_command(*arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_search_answers_with_json(index_everybody: Callable[[], None], capsys) -> None:
    ada = make_candidate("Ada Pythonist", title="Developer")
    make_candidate("Ben Pythonist")
    index_everybody()
    answer = run(capsys, "search", "pythonist title:developer", "--limit", "1")
    assert (answer["total"], answer["candidates"][0]["id"], answer["next_cursor"]) == (1, str(ada.id), "")
    assert answer["candidates"][0]["full_name"] == "Ada Pythonist"


def test_times_are_iso_8601_and_an_unknown_order_is_a_slip(index_everybody: Callable[[], None], capsys) -> None:
    ada = make_candidate("Ada Pythonist", last_contact_at=datetime(2026, 11, 18, 7, 49, tzinfo=UTC))
    index_everybody()
    answer = run(capsys, "search", "pythonist")
    assert (answer["candidates"][0]["id"], answer["candidates"][0]["last_contact_at"]) == (
        str(ada.id), "2026-11-18T07:49:00+00:00",
    )  # fmt: skip
    with pytest.raises(CommandError, match="invalid choice: 'nosuch'"):
        call_command("search", "pythonist", "--sort", "nosuch")


def test_without_an_index_a_command_says_how_to_get_one(settings, tmp_path: Path, capsys) -> None:
    settings.SEARCH_DIR = tmp_path
    with pytest.raises(TemporaryFailure) as caught:
        call_command("search", "python")
    assert explain_exit(caught.value) == 1
    assert capsys.readouterr().err == (
        "rapport: There is no search index on this machine yet. `rapport worker` (part of `rapport up`) builds it; "
        "`rapport reindex` does so at once.\n"
    )


def test_broken_query_names_the_place(index_everybody: Callable[[], None]) -> None:
    index_everybody()
    with pytest.raises(CommandError, match=r"character 8"):
        call_command("search", "python (java", stdout=StringIO())


def test_fits_of_a_job_and_of_an_advert(index_everybody: Callable[[], None], capsys, tmp_path: Path) -> None:
    job = make_job("Data engineer", must=("Python",))
    ada = make_candidate("Ada", skills=("Python",), sentence="Kept pipelines in Python.", title="Data engineer")
    make_candidate("Ben", title="Nurse")
    index_everybody()
    rows = run(capsys, "fits", "--job", str(job.id), "--limit", "1")
    assert [row["candidate"] for row in rows] == [str(ada.id)]
    must = next(line for line in rows[0]["evidence"] if line["part"] == "must")
    assert (must["label"], must["text"]) == ("Python", "Kept pipelines in Python.")
    assert round(sum(line["points"] for line in rows[0]["evidence"]), 1) == rows[0]["score"]

    advert = tmp_path / "advert.txt"
    advert.write_text("Data engineer\n\nRequirements\n- Python\n")
    assert run(capsys, "fits", "--description", str(advert))[0]["candidate"] == str(ada.id)


def test_fits_of_an_unknown_job_and_file_fail(index_everybody: Callable[[], None], tmp_path: Path) -> None:
    index_everybody()
    with pytest.raises(NotFound):
        call_command("fits", "--job", str(uuid4()))
    with pytest.raises(CommandError):
        call_command("fits", "--description", str(tmp_path / "none.txt"))


def test_reindex_tells_what_it_did(index_folder: IndexFolder, capsys) -> None:
    make_candidate("Ada")
    assert run(capsys, "reindex")["people"] == 1
    assert index_folder.find_current() is not None
