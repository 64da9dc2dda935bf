"""What the audits of tags, sources, titles, skills, jobs and pairs name."""

from uuid import UUID

import pytest

from rapport.candidates import operations as candidates
from rapport.candidates.models import Candidate, CandidateSkill, Source
from rapport.candidates.operations.storing import ensure_sources
from rapport.candidates.tests.factories import CandidateFactory, TagFactory
from rapport.hygiene.audits.catalogue import AUDITS, get_audit
from rapport.hygiene.audits.health import Count, health, parts
from rapport.hygiene.audits.registry import Found
from rapport.hygiene.models import Finding, PoolTitle, Suggestion
from rapport.hygiene.operations import ask_for_audit, dismiss_suggestion, leave_findings, run_audit, take_stock
from rapport.hygiene.operations.suggestions import Found as Pair
from rapport.hygiene.operations.suggestions import store_found
from rapport.jobs import operations as jobs
from rapport.jobs import stage_operations
from rapport.jobs.models import Job
from rapport.lib.actors import COMMAND, SYSTEM
from rapport.skills.operations import find_or_create_skills

pytestmark = pytest.mark.django_db


def run() -> dict[str, Count]:
    made = run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    return {row.audit: Count(row.found_count, row.concerned_count, row.population_count) for row in made.counts.all()}


def listed(key: str) -> dict[str, str]:
    rows = Finding.objects.filter(audit=key, left_at=None).order_by("-size", "-subject_id")
    found = [Found(row.subject_id, row.size, row.other_id) for row in rows]
    return {line.label: line.why for line in get_audit(key).describe(COMMAND, found)}


def test_tags_that_are_nearly_the_same() -> None:
    often, slip, _ = (
        TagFactory(name="knows the industry"),
        TagFactory(name="knows the industy"),
        TagFactory(name="freelance"),
    )
    people = [CandidateFactory().id for _ in range(3)]
    candidates.tag_candidates(actor=SYSTEM, candidate_ids=people, tag_id=often.id)
    candidates.tag_candidates(actor=SYSTEM, candidate_ids=people[:1], tag_id=slip.id)
    assert run()["similar_tags"] == Count(1, 1, 3)
    assert listed("similar_tags") == {"knows the industy": "like “knows the industry”; 1 person"}


def test_sources_that_are_nearly_the_same_and_had_by_somebody() -> None:
    ids = ensure_sources(["Referral", "Referal", "Refferal", "Job fair"])
    for name in ("Referral", "Referral", "Referal", "Job fair"):
        CandidateFactory(source_id=ids[name.casefold()])
    assert run()["similar_sources"] == Count(1, 1, 3)
    assert listed("similar_sources") == {"Referal": "like “Referral”; 1 person"}
    Candidate.objects.filter(source__name="Referal").update(source=Source.objects.get(name="Referral"))
    assert run()["similar_sources"] == Count(0, 0, 2)


def test_titles_without_an_occupation_count_the_people_who_have_them() -> None:
    for title in ("Nurse", "Senior Nurse", "Zzyx wrangler", "Zzyx wrangler", "Qwopling", ""):
        CandidateFactory(title=title)
    CandidateFactory(title="Zzyx wrangler", archived_at="2026-01-01T00:00Z")
    assert run()["unknown_titles"] == Count(2, 3, 5)
    assert listed("unknown_titles") == {"Zzyx wrangler": "2 people", "Qwopling": "1 person"}
    assert dict(PoolTitle.objects.values_list("text", "is_known")) == {
        "Nurse": True, "Senior Nurse": True, "Zzyx wrangler": False, "Qwopling": False,
    }  # fmt: skip
    Candidate.objects.filter(title="Qwopling").update(title="Nurse")
    assert run()["unknown_titles"] == Count(1, 2, 5)
    assert PoolTitle.objects.filter(text="Qwopling").count() == 0


def test_skills_that_no_vocabulary_knows() -> None:
    people = [CandidateFactory() for _ in range(2)]
    ids = find_or_create_skills(["Python", "Flipchart haiku", "Nobody has this"])
    for person in people:
        CandidateSkill.objects.create(candidate=person, skill_id=ids["Flipchart haiku"])
    CandidateSkill.objects.create(candidate=people[0], skill_id=ids["Python"])
    assert run()["unknown_skills"] == Count(1, 1, 2)
    assert listed("unknown_skills") == {"Flipchart haiku": "2 people"}


def _job(title: str, days: int | None, state: str = Job.State.OPEN) -> Job:
    job = jobs.create_job(actor=COMMAND, title=title)
    for stage in job.stages.all():
        stage_operations.remove_stage(actor=COMMAND, stage_id=stage.id) if stage.position else None
    stage_operations.add_stage(actor=COMMAND, job_id=job.id, name="Talk", promised_days=days)
    return jobs.change_state(actor=COMMAND, job_id=job.id, state=state)


def test_open_jobs_with_a_stage_that_promises_no_day() -> None:
    _job("Nurse", 5)
    _job("Electrician", None)
    closed = _job("Driver", None)
    jobs.change_state(actor=COMMAND, job_id=closed.id, state=Job.State.CLOSED)
    assert run()["no_promise_days"] == Count(1, 1, 2)
    assert listed("no_promise_days") == {"Electrician": "no day in Talk"}


def _pair(one: Candidate, other: Candidate) -> UUID:
    store_found([Pair(one.id, other.id, 12.0, True, ["Same name"])])
    return Suggestion.objects.get(first_id=min(one.id, other.id), second_id=max(one.id, other.id)).id


def test_duplicates_are_the_open_pairs() -> None:
    first, second, third = (CandidateFactory() for _ in range(3))
    _pair(first, second)
    settled = _pair(second, third)
    assert run()["duplicates"] == Count(2, 3, 3)
    dismiss_suggestion(actor=SYSTEM, suggestion_id=settled)
    assert run()["duplicates"] == Count(1, 2, 3)
    assert Finding.objects.filter(audit="duplicates").count() == 0


def test_what_is_left_on_purpose_stays_left_and_does_not_count() -> None:
    for title in ("Zzyx wrangler", "Zzyx wrangler", "Qwopling"):
        CandidateFactory(title=title)
    before = run()
    left = Finding.objects.get(audit="unknown_titles", size=2)
    done = leave_findings(actor=COMMAND, audit_key="unknown_titles", ids=[left.subject_id])
    assert (list(done.ids), done.said) == ([left.subject_id], "1 title left as they are")
    leave_findings(actor=COMMAND, audit_key="unreachable", ids=list(Candidate.objects.values_list("id", flat=True)))
    now = run()
    assert (before["unknown_titles"], now["unknown_titles"]) == (Count(2, 3, 3), Count(1, 1, 3))
    assert (before["unreachable"], now["unreachable"]) == (Count(3, 3, 3), Count(0, 0, 3))
    assert take_stock(store=False).counts == now


def test_the_figure_is_what_the_formula_says() -> None:
    weights = {audit.key: audit.weight for audit in AUDITS}
    assert sum(weights.values()) == 100
    assert len(weights) == len(AUDITS) == 13
    counts = dict.fromkeys(weights, Count(0, 0, 10)) | {"unreachable": Count(5, 5, 10), "stale": Count(1, 1, 10)}
    assert health(parts(weights, counts)) == 100 - 18 * 0.5 - 14 * 0.1 == 89.6
    assert health(parts(weights, dict.fromkeys(weights, Count(9, 10, 10)))) == 0.0
    assert health(parts(weights, dict.fromkeys(weights, Count(0, 0, 0)))) == 100.0
    tiny = dict.fromkeys(weights, Count(0, 0, 10)) | {"dates": Count(1, 1, 1_000_000)}
    assert health(parts(weights, tiny)) == 99.9
