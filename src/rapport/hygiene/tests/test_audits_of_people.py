"""Whom each audit of people names, and why: exactly those, and nobody who is archived or merged."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.test import override_settings

from rapport.activity.operations import record
from rapport.applications.models import Application
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates.models import Candidate, CandidateSkill, Consent, Education, Experience
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.hygiene.audits import people_sql
from rapport.hygiene.audits.catalogue import OF_PEOPLE, get_audit
from rapport.hygiene.audits.registry import Found
from rapport.hygiene.models import AuditRun, Finding
from rapport.hygiene.operations import ask_for_audit, look_at, run_audit, take_stock
from rapport.lib import clock
from rapport.lib.actors import COMMAND, SYSTEM
from rapport.mail.activities import MESSAGE_RECEIVED
from rapport.skills.operations import find_or_create_skills

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=500)


def whole(**values: object) -> Candidate:
    """Somebody of whom no audit complains."""
    given = {
        "full_name": "Carla Example",
        "title": "Nurse",
        "place": "Berlin",
        "city": "Berlin",
        "country_code": "DE",
        **values,
    }
    person = CandidateFactory(**given)
    ContactPointFactory(candidate=person)
    skill_id = find_or_create_skills(["Nursing"])["Nursing"]
    CandidateSkill.objects.create(candidate=person, skill_id=skill_id)
    return person


def found(key: str) -> dict[UUID, str]:
    """Whom an audit names after a run, with why as the page says it."""
    run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    rows = Finding.objects.filter(audit=key, left_at=None)
    lines = get_audit(key).describe(COMMAND, [Found(row.subject_id) for row in rows])
    assert len(lines) == len(rows)
    return {line.subject_id: line.why for line in lines}


def test_nothing_is_found_in_whole_data() -> None:
    whole()
    run = run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    assert Finding.objects.count() == 0
    assert (run.state, float(run.health or 0)) == ("done", 100.0)
    assert {row.audit: (row.found_count, row.population_count) for row in run.counts.all()}["unreachable"] == (0, 1)


def test_unreachable_are_those_without_a_contact_point_that_works() -> None:
    whole()
    none, dead, half = CandidateFactory(), CandidateFactory(), CandidateFactory()
    ContactPointFactory(candidate=dead, status="bounced")
    ContactPointFactory(candidate=dead, status="outdated", kind="phone", value="+49 30 901820")
    ContactPointFactory(candidate=half, status="bounced")
    ContactPointFactory(candidate=half, kind="link", value="https://profiles.example.org/in/half")
    CandidateFactory(archived_at=clock.now())
    CandidateFactory(merged_into=half)
    assert found("unreachable") == {
        none.id: "no contact point", dead.id: "every contact point bounced or is outdated",
    }  # fmt: skip


def _answer(person: Candidate, at: datetime, kind: str = "reply") -> None:
    record(MESSAGE_RECEIVED, actor=SYSTEM, subjects={"candidate": person.id}, data={"kind": kind}, at=at)


@override_settings(AUDIT_STALE_MONTHS=12)
def test_stale_are_those_who_have_not_answered_for_months() -> None:
    now = clock.now()
    old = {"created_at": now - LONG_AGO}
    never, silent = whole(**old), whole(**old, last_contact_at=now - timedelta(days=400))
    unanswered, automatic, answered_before = (whole(**old, last_contact_at=now - timedelta(days=5)) for _ in range(3))
    _answer(automatic, now - timedelta(days=5), "auto_reply")
    _answer(answered_before, now - timedelta(days=380))
    answered = whole(**old, last_contact_at=now - timedelta(days=300))
    _answer(answered, now - timedelta(days=300))
    whole(created_at=now - timedelta(days=300))
    applied, in_process = whole(**old), whole(**old)
    _apply(applied, now - timedelta(days=100), state="rejected", ended_at=now)
    _apply(in_process, now - timedelta(days=400))
    sourced = whole(**old)
    _apply(sourced, now - timedelta(days=100), state="rejected", ended_at=now, origin="sourced")
    assert found("stale") == {
        never.id: "never in touch", sourced.id: "never in touch", silent.id: "nobody wrote in this time",
        **dict.fromkeys((unanswered.id, automatic.id, answered_before.id), "written to, no answer"),
    }  # fmt: skip
    with override_settings(AUDIT_STALE_MONTHS=24):
        assert found("stale") == {}


def _apply(person: Candidate, at: datetime, **values: object) -> None:
    row = ApplicationFactory(candidate=person)
    Application.objects.filter(id=row.id).update(**{"applied_at": at, "origin": "applied", **values})


def test_incomplete_are_those_whom_search_cannot_find() -> None:
    whole()
    bare = CandidateFactory()
    untitled = whole(title="")
    nowhere = whole(place="", city="")
    assert found("incomplete") == {
        bare.id: "no title, no place, no skill", untitled.id: "no title", nowhere.id: "no place",
    }  # fmt: skip


def test_malformed_are_names_places_and_contact_points_out_of_form() -> None:
    whole(full_name="Amara O'Neill-de la Cruz")
    whole(full_name="山田太郎")
    shouted, small = whole(full_name="LENA HOFFMANN"), whole(full_name="lena hoffmann")
    odd = whole(full_name="jan.brandt@example.org")
    somewhere = whole(place="Atlantis", city="", country_code="")
    country = whole(place="Germany", city="", country_code="DE")
    broken = whole()
    for kind, normal in (("email", "nobody"), ("phone", "030 123"), ("link", "profile")):
        ContactPointFactory(candidate=broken, kind=kind, value=normal, normal=normal)
    slip = whole()
    ContactPointFactory(candidate=slip, value="lena@gmial.com")
    given_up = whole()
    ContactPointFactory(candidate=given_up, value="lena@gamil.com", status="outdated")
    for normal in ("example.org:8080/me", "example.org?x=1", "+4930901820x12"):
        kind = "phone" if normal.startswith("+") else "link"
        ContactPointFactory(candidate=country, kind=kind, value=normal, normal=normal)
    assert found("malformed") == {
        shouted.id: "name in capitals or small letters only", small.id: "name in capitals or small letters only",
        odd.id: "odd characters in the name", somewhere.id: "place is not known",
        broken.id: "not an e-mail address, not a phone number, not a web address", slip.id: "misspelt mail provider",
    }  # fmt: skip


def test_inconsistent_dates_of_jobs_and_schools() -> None:
    fine = whole()
    Experience.objects.create(candidate=fine, title="Nurse", start_on=date(2019, 1, 1), is_current=True)
    Experience.objects.create(candidate=fine, title="Nurse", start_on=date(2015, 1, 1), end_on=date(2015, 1, 1))
    today = clock.today()
    cases = {
        "a job ends before it starts": {"start_on": date(2020, 5, 1), "end_on": date(2019, 5, 1)},
        "a job starts in the future": {"start_on": today + timedelta(days=60)},
        "a present job has an end in the past": {"end_on": date(2020, 5, 1), "is_current": True},
        "a date before 1940": {"start_on": date(1019, 5, 1)},
    }
    schools = {
        "a school ends before it starts": {"start_on": date(2010, 10, 1), "end_on": date(2001, 7, 1)},
        "a school lies in the future": {"end_on": today + timedelta(days=5000)},
    }
    wanted = {}
    for why, values in cases.items():
        wanted[(person := whole()).id] = why
        Experience.objects.create(candidate=person, title="Nurse", **values)
    for why, values in schools.items():
        wanted[(person := whole()).id] = why
        Education.objects.create(candidate=person, school="TU Berlin", **values)
    assert found("dates") == wanted


@override_settings(AUDIT_CONSENT_DAYS=30)
def test_consent_that_is_about_to_end_and_has_ended() -> None:
    now = clock.now()

    def consent(
        days: int | None, person: Candidate | None = None, purpose: str = "pool", **values: object
    ) -> Candidate:
        person = person or whole()
        ends = None if days is None else now + timedelta(days=days)
        Consent.objects.create(
            candidate=person, purpose=purpose, given_at=now - LONG_AGO, expires_at=ends, **values
        )  # fmt: skip
        return person

    consent(40)
    consent(None)
    ending, ended = consent(29), consent(-1)
    consent(20, consent(400))
    consent(-20, consent(None))
    consent(5, withdrawn_at=now)
    both = consent(400)
    consent(10, both, "outreach")
    day = lambda days: (now + timedelta(days=days)).date().isoformat()  # noqa: E731
    assert found("consent_ending") == {
        ending.id: f"kept in the pool: until {day(29)}", both.id: f"written to about jobs: until {day(10)}",
    }  # fmt: skip
    assert found("consent_ended") == {ended.id: f"kept in the pool: until {day(-1)}"}


def test_batches_see_the_same_as_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [CandidateFactory() for _ in range(7)]
    monkeypatch.setattr(people_sql, "BATCH", 3)
    assert set(found("unreachable")) == {person.id for person in people}
    stock = take_stock(store=False)
    assert (stock.people, stock.counts["unreachable"].found) == (7, 7)
    assert [one.subject_id for one in stock.examples["unreachable"]] == [person.id for person in people[:3:-1]]


def test_a_later_run_forgets_what_was_put_right_and_keeps_the_rest() -> None:
    first, second = CandidateFactory(), CandidateFactory()
    assert set(found("unreachable")) == {first.id, second.id}
    since = Finding.objects.get(audit="unreachable", subject_id=second.id).found_at
    ContactPointFactory(candidate=first)
    assert set(found("unreachable")) == {second.id}
    assert Finding.objects.get(audit="unreachable", subject_id=second.id).found_at == since
    second.delete()
    assert found("unreachable") == {}
    look_at([first.id])
    assert Finding.objects.filter(audit="unreachable").count() == 0


def test_looking_without_storing_leaves_no_trace() -> None:
    CandidateFactory()
    stock = take_stock(store=False)
    assert stock.counts["unreachable"].found == 1
    assert (Finding.objects.count(), AuditRun.objects.count()) == (0, 0)


def test_every_audit_of_people_has_words_for_all_its_reasons() -> None:
    CandidateFactory(full_name="X1")
    for audit in OF_PEOPLE:
        assert audit.nouns == ("person", "people")
        audit.describe(COMMAND, [Found(key) for key in Candidate.objects.values_list("id", flat=True)])


def test_a_run_whose_process_was_killed_does_not_stop_the_next_ones() -> None:
    killed = ask_for_audit(actor=SYSTEM)
    AuditRun.objects.filter(id=killed.id).update(state="running", asked_at=clock.now() - timedelta(minutes=50))
    assert ask_for_audit(actor=SYSTEM).id == killed.id
    AuditRun.objects.filter(id=killed.id).update(asked_at=clock.now() - timedelta(hours=3))
    following = ask_for_audit(actor=SYSTEM)
    killed.refresh_from_db()
    assert (following.state, killed.state, killed.error) == ("waiting", "failed", "It was interrupted.")
    assert run_audit(run_id=killed.id).state == "failed"
