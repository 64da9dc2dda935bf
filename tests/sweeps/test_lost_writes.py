"""Writes that lose against somebody else's at the last moment are told, not broken."""

import threading

import pytest
from django.db import connection, transaction

from rapport.applications import operations as applications
from rapport.applications.operations import moving
from rapport.applications.tests.factories import ApplicationFactory
from rapport.jobs import stage_operations
from rapport.jobs.tests.factories import JobFactory

pytestmark = pytest.mark.django_db(transaction=True)


def in_other_connection(work) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_move_into_a_stage_just_removed_is_a_conflict(rita, sign_in, monkeypatch) -> None:
    application = ApplicationFactory(job=JobFactory())
    stage = application.job.stages.create(name="Offer", kind="offer", position=2)
    enter = moving._enter_stage

    def removed_meanwhile(*args) -> None:
        enter(*args)
        in_other_connection(lambda: stage_operations.remove_stage(actor=rita.actor, stage_id=stage.id))

    monkeypatch.setattr(moving, "_enter_stage", removed_meanwhile)
    url, values = f"/applications/{application.id}/move/", {"to_stage": stage.id}
    answer = sign_in(rita).post(url, values, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "Somebody removed something of this just now" in answer["HX-Trigger"]
    application.refresh_from_db()
    assert application.stage.name == "Applied"


def test_of_two_who_wait_for_each_other_one_is_told_to_try_again(rita, sign_in, monkeypatch) -> None:
    first, second = ApplicationFactory.create_batch(2)
    other_holds, both_hold = threading.Event(), threading.Event()

    def lock(application) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM applications_application WHERE id = %s FOR UPDATE", [application.id])

    def other_way_round() -> None:
        with transaction.atomic():
            lock(second)
            other_holds.set()
            both_hold.wait(10)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '1min'")  # the page is the one that is told
            lock(first)
        connection.close()

    def hire(**_values) -> None:
        with transaction.atomic():
            lock(first)
            other_holds.wait(10)
            both_hold.set()
            lock(second)

    monkeypatch.setattr(applications, "hire_application", hire)
    thread = threading.Thread(target=other_way_round)
    thread.start()
    answer = sign_in(rita).post(f"/applications/{first.id}/hire/")
    thread.join()
    assert answer.status_code == 409
    assert "Somebody changed the same at the same moment" in answer.content.decode()
