"""What commands print."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from rapport.lib.doors import explain_exit, print_json
from rapport.lib.errors import InvalidInput, NotFound, RapportError


def test_json_has_times_as_iso_8601_and_ids_as_text(capsys) -> None:
    print_json(
        {
            "at": datetime(2026, 11, 18, 7, 49, tzinfo=UTC), "on": date(2026, 11, 18), "path": Path("cv.pdf"),
            "id": UUID("0198f000-0000-7000-8000-000000000001"),
        }
    )  # fmt: skip
    assert json.loads(capsys.readouterr().out) == {
        "at": "2026-11-18T07:49:00+00:00", "on": "2026-11-18", "path": "cv.pdf",
        "id": "0198f000-0000-7000-8000-000000000001",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound("There is no such job."), "There is no such job."),
        (InvalidInput("Nothing is in it."), "Nothing is in it."),
        (InvalidInput({"path": "cv.csv is empty."}), "cv.csv is empty."),
        (InvalidInput({"email": "This is taken.", "name": "A name is missing."}), "email: This is taken. name: A name is missing."),
    ],
)  # fmt: skip
def test_an_error_is_one_line_that_names_fields_where_there_are_several(error: RapportError, said: str, capsys) -> None:
    assert explain_exit(error) == 1
    assert capsys.readouterr().err == f"rapport: {said}\n"
