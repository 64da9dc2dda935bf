"""Fixes: what they change, what they record, that they can be taken back, and who may do so."""

from collections.abc import Callable
from datetime import date

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.models import Candidate, CandidateSkill, ContactPoint, Education, Experience, PoolMember
from rapport.candidates.operations.storing import ensure_sources
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.hygiene.models import Finding
from rapport.hygiene.operations import Mended, ask_for_audit, leave_findings, mend, preview_fix, run_audit, take_back
from rapport.jobs import operations as jobs
from rapport.jobs import stage_operations
from rapport.jobs.models import Job, Stage
from rapport.lib import clock
from rapport.lib.actors import COMMAND, SYSTEM, Actor
from rapport.lib.errors import InvalidInput, NotAllowed, NotFound
from rapport.skills.models import Skill
from rapport.skills.operations import find_or_create_skills

pytestmark = pytest.mark.django_db
Do = Callable[..., Mended]


@pytest.fixture
def do(rita: User) -> Do:
    """Apply a fix to everything an audit finds now."""

    def apply(audit: str, fix: str, value: str = "", count: int | None = None) -> Mended:
        run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
        ids = list(Finding.objects.filter(audit=audit).values_list("subject_id", flat=True))
        return mend(actor=rita.actor, audit_key=audit, fix_key=fix, ids=ids, value=value)

    return apply


def undo(done: Mended, user: User) -> tuple[int, int]:
    """(how many went back, how many there were)."""
    back, count, _ = take_back(actor=user.actor, what={**done.undo, "done_at": clock.now()})
    return len(back), count


def open_findings(audit: str) -> int:
    return Finding.objects.filter(audit=audit, left_at=None).count()


def test_archiving_the_unreachable(do: Do, rita: User) -> None:
    people = [CandidateFactory() for _ in range(3)]
    done = do("unreachable", "archive", "Nobody there")
    assert done.said == "3 people archived"
    assert set(Candidate.objects.values_list("archive_reason", flat=True)) == {"Nobody there"}
    assert Activity.objects.filter(verb="candidate.archived", actor_id=rita.id).count() == 3
    assert Activity.objects.get(verb="finding.mended").data == {"audit": "Unreachable", "fix": "Archive", "count": 3}
    assert open_findings("unreachable") == open_findings("incomplete") == 0
    Candidate.objects.filter(id=people[0].id).update(archived_at=None)
    assert undo(done, rita) == (2, 3)
    assert Candidate.objects.filter(archived_at=None).count() == 3
    assert open_findings("unreachable") == 3


def test_a_pool_for_those_to_get_back_in_touch_with(do: Do, rita: User) -> None:
    person = CandidateFactory()
    done = do("unreachable", "pool", "Find a way to reach them")
    assert done.said == "1 person added to the pool Find a way to reach them"
    assert PoolMember.objects.get().candidate_id == person.id
    assert open_findings("unreachable") == 1
    assert do("unreachable", "pool", "find a way to reach them").ids == []
    assert undo(done, rita) == (1, 1)
    assert PoolMember.objects.count() == 0


def test_titles_are_filled_in_from_the_present_job(do: Do, rita: User) -> None:
    works, worked, nothing = (CandidateFactory(title="", organisation="") for _ in range(3))
    Experience.objects.create(
        candidate=works, title="Nurse", organisation="Kranich", start_on=date(2015, 1, 1), is_current=True
    )
    Experience.objects.create(candidate=works, title="Cook", organisation="Umbra", start_on=date(2020, 1, 1))
    Experience.objects.create(candidate=worked, title="Driver", organisation="Kranich", start_on=date(2019, 1, 1))
    done = do("incomplete", "fill")
    assert done.said == "2 people filled in"
    titles = {row.id: (row.title, row.organisation) for row in Candidate.objects.all()}
    assert titles == {works.id: ("Nurse", "Kranich"), worked.id: ("Driver", "Kranich"), nothing.id: ("", "")}
    told = Activity.objects.get(verb="candidate.updated", subjects__candidate=str(works.id))
    assert (told.actor_id, told.data["changed"]) == (rita.id, ["organisation", "title"])
    assert told.data["before"] == {"title": "", "organisation": ""}
    Candidate.objects.filter(id=worked.id).update(title="Pilot")
    assert undo(done, rita) == (1, 2)
    titles = {row.id: (row.title, row.organisation) for row in Candidate.objects.all()}
    assert titles == {works.id: ("", ""), worked.id: ("Pilot", "Kranich"), nothing.id: ("", "")}


def test_names_places_and_addresses_get_their_standard_form(do: Do, rita: User) -> None:
    person = CandidateFactory(full_name="LENA VON DER HEIDE", place="Hamburg", city="", country_code="")
    slip = ContactPointFactory(candidate=person, value="Lena@Gmial.com", status="bounced", status_note="no such user")
    taken = ContactPointFactory(candidate=CandidateFactory(full_name="Ada"), value="ada@gmial.com")
    ContactPointFactory(candidate=CandidateFactory(full_name="Ida"), value="ada@gmail.com")
    done = do("malformed", "standard")
    person.refresh_from_db()
    assert (person.full_name, person.family_name, person.city, person.country_code) == (
        "Lena von der Heide", "von der Heide", "Hamburg", "DE",
    )  # fmt: skip
    point = ContactPoint.objects.get(id=slip.id)
    assert (point.value, point.normal, point.status, point.status_note) == (
        "Lena@gmail.com",
        "lena@gmail.com",
        "unverified",
        "",
    )
    assert ContactPoint.objects.get(id=taken.id).normal == "ada@gmial.com"
    values = {
        verb: Activity.objects.get(verb=verb).data["value"] for verb in ("contact_point.removed", "contact_point.added")
    }
    assert values == {"contact_point.removed": "Lena@Gmial.com", "contact_point.added": "Lena@gmail.com"}
    assert open_findings("malformed") == 1
    assert undo(done, rita) == (1, 1)
    person.refresh_from_db()
    assert (person.full_name, person.family_name, person.city, person.latitude) == ("LENA VON DER HEIDE", "", "", None)
    point.refresh_from_db()
    assert (point.value, point.normal, point.status, point.status_note) == (
        "Lena@Gmial.com", "lena@gmial.com", "bounced", "no such user",
    )  # fmt: skip


def test_dates_the_wrong_way_round_change_places(do: Do, rita: User) -> None:
    first, second = date(2018, 3, 1), date(2021, 6, 1)
    person = CandidateFactory()
    job = Experience.objects.create(candidate=person, title="Nurse", start_on=second, end_on=first, is_current=True)
    school = Education.objects.create(candidate=person, school="TU", start_on=second, end_on=first)
    future = Experience.objects.create(candidate=person, title="Nurse", start_on=date(2999, 1, 1))
    done = do("dates", "dates")
    job.refresh_from_db()
    school.refresh_from_db()
    assert (job.start_on, job.end_on, job.is_current) == (first, second, False)
    assert (school.start_on, school.end_on) == (first, second)
    assert Experience.objects.get(id=future.id).start_on == date(2999, 1, 1)
    assert Activity.objects.filter(verb="candidate.updated").count() == 2
    assert undo(done, rita) == (1, 1)
    job.refresh_from_db()
    assert (job.start_on, job.end_on, job.is_current) == (second, first, True)


def test_sources_are_brought_together(do: Do, rita: User) -> None:
    ids = ensure_sources(["Referral", "Referal"])
    right = [CandidateFactory(source_id=ids["referral"]) for _ in range(2)]
    wrong = CandidateFactory(source_id=ids["referal"])
    [change] = preview_fix(
        actor=_counted(rita), audit_key="similar_sources", fix_key="bring_together", ids=[ids["referal"]], value=""
    )
    assert (change.before, change.after) == ("Referal: 1 person", "Referral: 3 people")
    done = do("similar_sources", "bring_together")
    assert Candidate.objects.filter(source_id=ids["referral"]).count() == 3
    assert open_findings("similar_sources") == 0
    assert undo(done, rita) == (1, 1)
    assert Candidate.objects.get(id=wrong.id).source_id == ids["referal"]
    assert Candidate.objects.filter(source_id=ids["referral"]).count() == len(right)
    finding = Finding.objects.get(audit="similar_sources")
    assert (finding.subject_id, finding.other_id, finding.size) == (ids["referal"], ids["referral"], 1)


def _counted(user: User) -> Actor:
    run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    return user.actor


def test_people_get_another_title(do: Do, rita: User) -> None:
    for _ in range(2):
        CandidateFactory(title="Zzyx wrangler")
    with pytest.raises(InvalidInput) as refused:
        do("unknown_titles", "title", "  ")
    assert set(refused.value.fields) == {"value"}
    done = do("unknown_titles", "title", "Nurse")
    assert done.said == "2 people given the title"
    assert set(Candidate.objects.values_list("title", flat=True)) == {"Nurse"}
    assert open_findings("unknown_titles") == 0
    assert undo(done, rita) == (2, 2)
    assert set(Candidate.objects.values_list("title", flat=True)) == {"Zzyx wrangler"}
    assert open_findings("unknown_titles") == 1


def test_skills_of_the_house_become_known(do: Do, rita: User) -> None:
    skill_id = find_or_create_skills(["Flipchart haiku"])["Flipchart haiku"]
    CandidateSkill.objects.create(candidate=CandidateFactory(), skill_id=skill_id)
    done = do("unknown_skills", "settle", "Arts")
    assert (done.said, Skill.objects.get(id=skill_id).category) == ("1 skill put into Arts", "Arts")
    run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    assert open_findings("unknown_skills") == 0
    assert undo(done, rita) == (1, 1)
    assert Skill.objects.get(id=skill_id).category == ""
    assert open_findings("unknown_skills") == 1


def test_stages_promise_days(do: Do, rita: User) -> None:
    job = jobs.create_job(actor=COMMAND, title="Nurse")
    stage_operations.add_stage(actor=COMMAND, job_id=job.id, name="Trial day")
    jobs.change_state(actor=COMMAND, job_id=job.id, state=Job.State.OPEN)
    with pytest.raises(InvalidInput):
        do("no_promise_days", "promise", "0")
    done = do("no_promise_days", "promise", "")
    stage = Stage.objects.get(name="Trial day")
    assert (done.said, stage.promised_days) == ("1 job promises a day in every stage", 7)
    assert Activity.objects.filter(verb="stage.changed", actor_id=rita.id).count() == 1
    assert undo(done, rita) == (1, 1)
    stage.refresh_from_db()
    assert stage.promised_days is None
    done = do("no_promise_days", "promise", "4")
    Stage.objects.filter(id=stage.id).update(promised_days=9)
    assert undo(done, rita) == (0, 1)
    assert Stage.objects.get(id=stage.id).promised_days == 9


def test_a_fix_passes_over_what_is_not_found_any_more(do: Do, rita: User) -> None:
    person = CandidateFactory()
    run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    ContactPointFactory(candidate=person)
    with pytest.raises(InvalidInput, match="put it right meanwhile"):
        mend(actor=rita.actor, audit_key="unreachable", fix_key="archive", ids=[person.id], value="")
    assert Candidate.objects.get().archived_at is None


@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_nobody_else_may(role: str, request: pytest.FixtureRequest) -> None:
    other: User = request.getfixturevalue(role)
    person = CandidateFactory()
    run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    own = {"actor": other.actor, "audit_key": "unreachable", "ids": [person.id]}
    for act in (
        lambda: mend(**own, fix_key="archive", value=""),
        lambda: preview_fix(**own, fix_key="archive", value=""),
        lambda: leave_findings(**own),
        lambda: take_back(actor=other.actor, what={"do": "leave", "audit": "unreachable", "ids": [person.id]}),
        lambda: ask_for_audit(actor=other.actor),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert (Candidate.objects.get().archived_at, open_findings("unreachable")) == (None, 1)


def test_unknown_audits_and_fixes_are_not_found(rita: User) -> None:
    for audit, fix in (("nothing", "archive"), ("unreachable", "nothing")):
        with pytest.raises(NotFound):
            mend(actor=rita.actor, audit_key=audit, fix_key=fix, ids=[], value="")
