"""What an import tells of another system's past is on record, and nobody's news."""

from uuid import uuid4

import pytest

from rapport.activity import operations
from rapport.activity.models import Activity
from rapport.activity.verbs import declare
from rapport.lib.actors import SYSTEM

HAPPENED = declare("thing.happened", "happened", "circle")
FINISHED = declare("import.tested", "tested an import", "circle")


@pytest.mark.django_db(transaction=True)
def test_reactions_pass_over_what_an_import_has_told(monkeypatch) -> None:
    while operations.react():
        continue
    seen: list[str] = []
    monkeypatch.setattr(operations, "handlers_for", lambda rows: seen.extend(str(row.id) for row in rows) or [])
    news = operations.record(HAPPENED, actor=SYSTEM, subjects={"candidate": uuid4()})
    told = operations.record(HAPPENED, actor=SYSTEM, subjects={"candidate": uuid4(), "import": uuid4()})
    own = operations.record(FINISHED, actor=SYSTEM, subjects={"import": uuid4()})
    assert operations.react() == 3
    assert seen == [str(news), str(own)]
    assert operations.react() == 0
    assert Activity.objects.get(id=told).is_history
