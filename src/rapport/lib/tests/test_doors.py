"""What commands print."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from rapport.lib.doors import print_json


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
