from datetime import date

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import operations, queries
from rapport.candidates.models import Note
from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib.errors import InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def test_a_note_is_written_edited_and_deleted_by_its_author_only(rita: User, ada: User) -> None:
    carl = CandidateFactory()
    note = operations.add_note(actor=rita.actor, candidate_id=carl.id, text=" Likes the sea.\r\n")
    assert note.text == "Likes the sea."

    with pytest.raises(NotAllowed, match="Only its author may change a note"):
        operations.edit_note(actor=ada.actor, candidate_id=carl.id, note_id=note.id, text="No")
    edited = operations.edit_note(actor=rita.actor, candidate_id=carl.id, note_id=note.id, text="Likes the lake.")
    assert edited.edited_at is not None

    operations.delete_note(actor=rita.actor, candidate_id=carl.id, note_id=note.id)
    assert not Note.objects.exists()
    rows = Activity.objects.order_by("id")
    assert [row.verb for row in rows] == ["note.added", "note.edited", "note.deleted"]
    assert all(row.subjects == {"candidate": str(carl.id), "note": str(note.id)} for row in rows)
    assert all(row.data == {} for row in rows)


def test_an_empty_note_is_refused(rita: User) -> None:
    with pytest.raises(InvalidInput):
        operations.add_note(actor=rita.actor, candidate_id=CandidateFactory().id, text=" \n ")


def test_who_may_not_see_writes_no_note(ines: User) -> None:
    with pytest.raises(NotFound):
        operations.add_note(actor=ines.actor, candidate_id=CandidateFactory().id, text="x")


def test_a_task_waits_for_its_assignee_until_it_is_done(rita: User, ada: User) -> None:
    carl = CandidateFactory()
    task = operations.add_task(
        actor=rita.actor, candidate_id=carl.id, text="Call", due_on=date(2026, 11, 27), assignee_id=ada.id
    )
    own = operations.add_task(actor=rita.actor, candidate_id=carl.id, text="Write")
    assert queries.list_open_tasks(ada.actor) == [task]
    assert queries.list_open_tasks(rita.actor) == [own]

    operations.complete_task(actor=ada.actor, candidate_id=carl.id, task_id=task.id)
    operations.complete_task(actor=ada.actor, candidate_id=carl.id, task_id=task.id)
    assert queries.list_open_tasks(ada.actor) == []
    operations.reopen_task(actor=ada.actor, candidate_id=carl.id, task_id=task.id)
    assert queries.list_open_tasks(ada.actor) == [task]
    verbs = list(Activity.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["task.added", "task.added", "task.done", "task.reopened"]
