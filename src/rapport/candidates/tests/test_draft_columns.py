"""What a reading process writes as text is what the database gives back as values."""

from datetime import date

import pytest

from rapport.candidates.draft_columns import COLUMNS, draft_cells, draft_columns
from rapport.candidates.drafts import CandidateDraft
from rapport.candidates.models import Candidate
from rapport.candidates.operations import store_prepared
from rapport.candidates.preparing import prepare
from rapport.lib.actors import SYSTEM

pytestmark = pytest.mark.django_db

NASTY = CandidateDraft(
    full_name="Zoë O'Neil\\N", pronouns="she\t/her", title="Sr. SWE\\", organisation='Bosch "GmbH"', place="Graz, Austria",
    summary="One\nTwo\\.\n\\.\n{a}", languages=("German (C1)", 'a"b\\c', "NULL"), language_code="de", years_experience=2.25,
)  # fmt: skip
BARE = CandidateDraft(full_name="Ben Klein")


@pytest.mark.parametrize("draft", [NASTY, BARE], ids=["nasty", "bare"])
def test_columns_come_back_as_they_were(draft: CandidateDraft) -> None:
    prepared = prepare(draft, date(2026, 11, 27))
    prepared.cells = draft_cells(prepared)
    store_prepared(actor=SYSTEM, prepared=[prepared])

    wanted = draft_columns(prepared)
    assert set(wanted) == set(COLUMNS)
    stored = Candidate.objects.get()
    assert {name: getattr(stored, name) for name in COLUMNS} == wanted
    assert not draft.languages or (stored.city, stored.languages) == ("Graz", list(draft.languages))
