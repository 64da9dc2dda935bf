"""The loop that keeps the index of this node, scoring that had to wait for it, and looking at watched segments."""

from functools import cache
from uuid import UUID

from django.conf import settings

from rapport.lib.loops import loop
from rapport.lib.queue import every, task
from rapport.search import operations, watching
from rapport.search.folder import IndexFolder
from rapport.search.following import Follower


@cache
def follower() -> Follower:
    return Follower(IndexFolder(settings.SEARCH_DIR))


@loop("search.follow", rest_s=0.2)
def follow() -> int:
    return follower().step()


@task("search.score_applications")
def score_applications(job_id: str, candidate_ids: list[str], attempt: int) -> None:
    operations.score_applications(
        job_id=UUID(job_id), candidate_ids=[UUID(key) for key in candidate_ids], attempt=attempt
    )


@every("*/5 * * * *", "search.look_at_watches")
def look_at_watches(timestamp: int) -> None:
    watching.look_at_all()
