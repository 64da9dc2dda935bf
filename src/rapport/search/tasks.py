"""The loop that keeps the index of this node, and scoring that had to wait for it."""

from functools import cache
from uuid import UUID

from django.conf import settings

from rapport.lib.loops import loop
from rapport.lib.queue import task
from rapport.search import operations
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
