"""Runs whose process was killed begin again; those that said that they failed do not."""

import subprocess
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from procrastinate.contrib.django import app

from rapport.hygiene import tasks
from rapport.hygiene.models import AuditRun, LinkageRun, Run
from rapport.hygiene.operations import linking, run_linkage
from rapport.lib import clock
from rapport.lib.errors import TemporaryFailure

pytestmark = pytest.mark.django_db


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=-9))


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize(("task", "kind"), [(tasks.link_pool, LinkageRun), (tasks.audit, AuditRun)])
def test_a_run_whose_process_was_killed_begins_again(task: Callable[..., None], kind: type[Run]) -> None:
    run = kind._default_manager.create(asked_at=clock.now(), state="running")

    with pytest.raises(TemporaryFailure, match="was killed"):
        task(run_id=str(run.id))

    kind._default_manager.filter(id=run.id).update(state="failed", finished_at=clock.now())
    task(run_id=str(run.id))


def test_a_linkage_under_which_the_database_went_away_has_not_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the connection is closed")

    run = LinkageRun.objects.create(asked_at=clock.now())
    monkeypatch.setattr(linking, "_link_all", away)

    with pytest.raises(OperationalError):
        run_linkage(run_id=run.id)

    run.refresh_from_db()
    assert run.state == "running"


def test_tasks_are_tried_again_when_the_database_goes_away_and_not_for_a_mistake() -> None:
    task: Any = app.tasks["candidates.go_on_merging_tags"]
    job = SimpleNamespace(attempts=0)

    assert task.get_retry_exception(exception=OperationalError("gone"), job=job) is not None
    assert task.get_retry_exception(exception=ValueError("wrong"), job=job) is None
