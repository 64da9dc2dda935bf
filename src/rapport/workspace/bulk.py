"""What is done with many people at once, from the list of candidates and from a pool, and taking it back."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from rapport.applications.operations import create_applications
from rapport.candidates import operations, queries, tag_queries
from rapport.lib import undo as undoing
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import Request

UNDO_SCOPE = "candidates"


def act(request: Request, list_chosen: Callable[[], list[UUID]]) -> tuple[str, str]:
    """Do what the form asks (`do`) with the chosen people; returns what to say, and where an Undo is asked for or "".

    Raises InvalidInput when nothing or nobody was chosen.
    """
    action = ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise InvalidInput("Choose what to do with the selected people.")
    ids = list_chosen()
    if not ids:
        raise InvalidInput("Select somebody first.")
    return action(request, ids)


def read_ids(request: Request, most: int) -> list[UUID]:
    """The people whose rows were ticked."""
    try:
        return list(dict.fromkeys(UUID(value) for value in request.POST.getlist("ids")))[:most]
    except ValueError as error:
        raise InvalidInput("This selection cannot be read. Reload the page and select again.") from error


def take_back(actor: Actor, what: Mapping[str, Any]) -> tuple[Sequence[UUID], str]:
    """Undo what was kept; returns who was changed back, and what to say."""
    ids = [UUID(key) for key in what["ids"]]
    match what["do"]:
        case "tag":
            done = operations.untag_candidates(actor=actor, candidate_ids=ids, tag_id=UUID(what["tag"]))
            return done, f"Tag taken off {people(done)}"
        case "untag":
            done = operations.tag_candidates(actor=actor, candidate_ids=ids, tag_id=UUID(what["tag"]))
            return done, f"Tag given back to {people(done)}"
        case "pool":
            done = operations.remove_from_pool(actor=actor, candidate_ids=ids, pool_id=UUID(what["pool"]))
            return done, f"{people(done)} taken out of the pool"
        case "unpool":
            done = operations.put_back_in_pool(actor=actor, pool_id=UUID(what["pool"]), members=what["members"])
            return done, f"{people(done)} put back into the pool"
        case _:
            done = operations.unarchive_candidates(actor=actor, candidate_ids=ids, archived_until=what["done_at"])
            return done, f"{people(done)} taken back from the archive"


def _keep_undo(request: Request, do: str, ids: Collection[UUID], **parameters: Any) -> str:
    """The address at which an Undo is asked for; "" when nobody was changed."""
    if not ids:
        return ""
    word = undoing.keep(request.actor, UNDO_SCOPE, {"do": do, "ids": [str(key) for key in ids], **parameters})
    return reverse("workspace:candidates_undo", args=[word])


def _tag(request: Request, ids: list[UUID]) -> tuple[str, str]:
    tag = operations.create_tag(actor=request.actor, name=request.POST.get("tag", ""))
    reason = request.POST.get("tag_reason", "")
    done = operations.tag_candidates(actor=request.actor, candidate_ids=ids, tag_id=tag.id, reason=reason)
    return f"{people(done)} tagged {tag.name}{_had_it(ids, done)}.", _keep_undo(request, "tag", done, tag=str(tag.id))


def _untag(request: Request, ids: list[UUID]) -> tuple[str, str]:
    """The tag by its name, as the field gives it."""
    tag = tag_queries.find_tag(request.POST.get("tag", "").strip())
    if tag is None:
        raise InvalidInput("There is no tag of this name. Choose one from the list.")
    done = operations.untag_candidates(actor=request.actor, candidate_ids=ids, tag_id=tag.id)
    return f"{tag.name} taken off {people(done)}.", _keep_undo(request, "untag", done, tag=str(tag.id))


def _pool(request: Request, ids: list[UUID]) -> tuple[str, str]:
    pool_id = _uuid(request.POST.get("pool", ""))
    reason = request.POST.get("pool_reason", "")
    done = operations.add_to_pool(actor=request.actor, pool_id=pool_id, candidate_ids=ids, reason=reason)
    undo_url = _keep_undo(request, "pool", done, pool=str(pool_id))
    return f"{people(done)} added to the pool{_had_it(ids, done)}.", undo_url


def _unpool(request: Request, ids: list[UUID]) -> tuple[str, str]:
    pool_id = _uuid(request.POST.get("pool", ""))
    were = queries.list_memberships(request.actor, pool_id, ids)
    done = operations.remove_from_pool(actor=request.actor, pool_id=pool_id, candidate_ids=ids)
    gone = {str(key) for key in done}
    members = [row for row in were if row["candidate_id"] in gone]
    undo_url = _keep_undo(request, "unpool", done, pool=str(pool_id), members=members)
    return f"{people(done)} taken out of the pool.", undo_url


def _archive(request: Request, ids: list[UUID]) -> tuple[str, str]:
    done = operations.archive_candidates(
        actor=request.actor, candidate_ids=ids, reason=request.POST.get("archive_reason", "")
    )
    return f"{people(done)} archived.", _keep_undo(request, "archive", done)


def _unarchive(request: Request, ids: list[UUID]) -> tuple[str, str]:
    done = operations.unarchive_candidates(actor=request.actor, candidate_ids=ids)
    return f"{people(done)} taken back from the archive.", ""


def _job(request: Request, ids: list[UUID]) -> tuple[str, str]:
    job_id = _uuid(request.POST.get("job", ""))
    done = create_applications(actor=request.actor, job_id=job_id, candidate_ids=ids)
    return f"{people(done.changed)} put up for the job{_had_it(ids, done.changed)}.", ""


ACTIONS: dict[str, Callable[[Request, list[UUID]], tuple[str, str]]] = {
    "tag": _tag,
    "untag": _untag,
    "pool": _pool,
    "unpool": _unpool,
    "archive": _archive,
    "unarchive": _unarchive,
    "job": _job,
}


def people(done: Any) -> str:
    return "1 person" if len(done) == 1 else f"{len(done):,} people"


def _had_it(ids: list[UUID], done: Any) -> str:
    left = len(ids) - len(done)
    return f"; {left:,} had it already" if left > 0 else ""


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput("Choose one from the list.") from error
