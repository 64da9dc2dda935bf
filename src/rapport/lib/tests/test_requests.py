from uuid import UUID

import pytest

from rapport.lib.requests import find_id

ID = "0198f000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ID, UUID(ID)),
        (ID.replace("-", ""), UUID(ID)),
        (None, None),
        ("", None),
        ("x", None),
        (ID + "0", None),
        ("\0", None),
    ],
)
def test_what_is_no_id_finds_none(text: str | None, found: UUID | None) -> None:
    assert find_id(text) == found
