"""The index as somebody may see it: whom they may find, and which jobs' stages they may ask for."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings

from rapport.accounts.capabilities import EVERYWHERE, require
from rapport.activity.followers import read_after
from rapport.candidates.permissions import VIEW
from rapport.candidates.tag_queries import find_tag
from rapport.jobs.models import HiringTeamMember, Job
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import TemporaryFailure
from rapport.lib.places import find_place
from rapport.search.compiling import Lookup
from rapport.search.engine import EVERYBODY, Engine, Scope
from rapport.search.folder import IndexFolder, Reader, read_commit, read_cursor
from rapport.skills.queries import vocabulary

MOST_LAG = timedelta(minutes=1)
NOT_READY = "The search index is being built. Until it is ready, people are listed without search."


class NoIndex(TemporaryFailure):
    """This node has no index yet; on a page that means that one is being built."""

    in_command = (
        "There is no search index on this machine yet. `rapport worker` (part of `rapport up`) builds it; "
        "`rapport reindex` does so at once."
    )


@dataclass(frozen=True, slots=True)
class Access:
    """The engine with what the asking person brings along."""

    engine: Engine
    scope: Scope
    lookup: Lookup


def open_for(actor: Actor) -> Access:
    """The index for this actor, in two short statements.

    Raises NotAllowed for those who may see no candidates at all, TemporaryFailure while there is no index.
    """
    require(actor, VIEW)
    engine = open_engine()
    scope, job_ids = _scope(actor)
    lookup = Lookup(
        today=clock.today(),
        canonical_skill=vocabulary().canonical,
        canonical_tag=_tag_now,
        locate=_locate,
        me=actor.name,
        job_ids=job_ids,
        sees_open_jobs=scope.everybody,
    )
    return Access(engine, scope, lookup)


def open_engine() -> Engine:
    """The index of this node as it is now; TemporaryFailure while there is none."""
    engine = _reader(settings.SEARCH_DIR).engine()
    if engine is None:
        raise NoIndex(NOT_READY, retry_after_s=10)
    return engine


def index_state() -> str | None:
    """What tells whether a search could find other people than before: the index's last commit, and the day.

    None while there is no index, or it lags more than MOST_LAG behind the record: then it is no base for comparing.
    """
    index = IndexFolder(settings.SEARCH_DIR).find_current()
    token = read_cursor(index) if index else ""
    if index is None or not token:
        return None
    waiting, _ = read_after(token, 1)
    if waiting and waiting[0].occurred_at < clock.now() - MOST_LAG:
        return None
    return f"{index.name} {read_commit(index)} {clock.today()}"


@cache
def _reader(folder: Path) -> Reader:
    """One for the process; requests share its open files."""
    return Reader(IndexFolder(folder))


def _scope(actor: Actor) -> tuple[Scope, tuple[str, ...]]:
    """Whom the actor may find, and the jobs beyond the open ones whose stages and titles they may ask for.

    Recruiters find everybody, and confidential jobs of their own teams; others those considered for jobs of their teams.
    """
    if actor.is_system:
        secret = Job.objects.filter(is_confidential=True).values_list("id", flat=True)
        return EVERYBODY, tuple(map(str, secret))
    team = HiringTeamMember.objects.of(actor)
    if VIEW.scope_for(actor) == EVERYWHERE:
        return EVERYBODY, tuple(map(str, team.filter(job__is_confidential=True).values_list("job_id", flat=True)))
    own = tuple(map(str, team.values_list("job_id", flat=True)))
    return Scope(job_ids=own), own


def _tag_now(name: str) -> str | None:
    tag = None if "\x00" in name else find_tag(name)
    return tag.name if tag else None


def _locate(name: str) -> tuple[float, float] | None:
    place = find_place(name)
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude
