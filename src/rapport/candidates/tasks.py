"""Work that is too long for a request: the rest of merging and deleting tags; normal forms and relationships of what was stored before."""

from uuid import UUID

from rapport.candidates.operations import relationships, standardising, tag_deleting, tag_merging
from rapport.lib.errors import NotFound
from rapport.lib.loops import loop
from rapport.lib.queue import task


@loop("candidates.standardise", rest_s=60.0)
def standardise() -> int:
    """After an upgrade that knows other normal forms; otherwise there is nothing to do."""
    return standardising.standardise_some()


@loop("candidates.begin_relationships", rest_s=86_400.0)
def begin_relationships() -> int:
    """Where mail is older than what is kept of relationships; otherwise there is nothing to do, and it rests for a day."""
    relationships.begin_relationships()
    return 0


@task("candidates.go_on_merging_tags")
def go_on_merging_tags(tag_id: str, into_id: str, user_id: str | None = None) -> None:
    """A tag that was deleted meanwhile has nobody left to move."""
    try:
        tag_merging.go_on_merging(tag_id=UUID(tag_id), into_id=UUID(into_id), user_id=_id(user_id))
    except NotFound:
        return


@task("candidates.go_on_unmerging_tags")
def go_on_unmerging_tags(tag_id: str, into_id: str, user_id: str | None = None) -> None:
    try:
        tag_merging.go_on_unmerging(tag_id=UUID(tag_id), into_id=UUID(into_id), user_id=_id(user_id))
    except NotFound:
        return


@task("candidates.go_on_deleting_tag")
def go_on_deleting_tag(tag_id: str, into_id: str | None = None, user_id: str | None = None) -> None:
    """One that is gone has nobody left."""
    try:
        tag_deleting.go_on_deleting(tag_id=UUID(tag_id), into_id=_id(into_id), user_id=_id(user_id))
    except NotFound:
        return


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
