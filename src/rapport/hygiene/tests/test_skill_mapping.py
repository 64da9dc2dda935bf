"""Unknown skills become other words for known ones: what moves, what is recorded, that it goes back, and who may do it."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.models import CandidateSkill
from rapport.candidates.tests.factories import CandidateFactory
from rapport.hygiene.models import Finding
from rapport.hygiene.operations import Mended, ask_for_audit, mend, preview_fix, run_audit, skill_mapping, take_back
from rapport.jobs import operations as jobs
from rapport.jobs.models import JobSkill
from rapport.lib import clock
from rapport.lib.actors import COMMAND, SYSTEM, Actor
from rapport.lib.errors import InvalidInput, NotAllowed
from rapport.skills import queries
from rapport.skills.models import Alias, Skill
from rapport.skills.operations import find_or_create_skills, load_starter, set_active

pytestmark = pytest.mark.django_db
PEOPLE, WORD = 4, "Kubernetis wrangling"


@pytest.fixture
def known() -> UUID:
    load_starter()
    return find_or_create_skills(["Kubernetes"])["Kubernetes"]


@pytest.fixture
def unknown(known: UUID) -> UUID:
    """Four people have the word, the first of them Kubernetes too, and a job asks for it."""
    skill_id = find_or_create_skills([WORD])[WORD]
    people = [CandidateFactory() for _ in range(PEOPLE)]
    for place, person in enumerate(people):
        CandidateSkill.objects.create(candidate=person, skill_id=skill_id, years=place, evidence=f"wrangled {place}")
    CandidateSkill.objects.create(candidate=people[0], skill_id=known, years=9, is_confirmed=True)
    job = jobs.create_job(actor=COMMAND, title="Platform engineer")
    jobs.set_skills(actor=COMMAND, job_id=job.id, skills=[jobs.WantedSkill(skill_id, "nice", 7)])
    run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    assert Finding.objects.get(audit="unknown_skills").subject_id == skill_id
    return skill_id


def make(user: User, skill_id: UUID, value: str) -> Mended:
    return mend(actor=user.actor, audit_key="unknown_skills", fix_key="map", ids=[skill_id], value=value)


def everything() -> dict[str, list]:
    return {
        "people": sorted(
            CandidateSkill.objects.values_list("candidate_id", "skill_id", "years", "evidence", "is_confirmed")
        ),
        "jobs": sorted(JobSkill.objects.values_list("job_id", "skill_id", "need", "weight")),
        "skills": sorted(Skill.objects.values_list("id", "name", "source", "category", "matching")),
        "aliases": sorted(Alias.objects.values_list("text", "skill_id")),
        "findings": sorted(Finding.objects.values_list("audit", "subject_id", "size")),
    }


def test_people_and_jobs_get_the_known_skill_and_the_word_is_read_as_it(rita: User, known: UUID, unknown: UUID) -> None:
    (change,) = preview_fix(
        actor=rita.actor, audit_key="unknown_skills", fix_key="map", ids=[unknown], value=str(known)
    )
    assert (change.label, change.before, change.after) == (WORD, "a skill of 4 people", "another word for Kubernetes")
    done = make(rita, unknown, str(known))
    assert done.said == "1 word for Kubernetes now"
    rows = CandidateSkill.objects.filter(skill_id=known).order_by("years").values_list("years", "evidence")
    assert [(int(years), text) for years, text in rows] == [
        (1, "wrangled 1"),
        (2, "wrangled 2"),
        (3, "wrangled 3"),
        (9, ""),
    ]
    assert list(JobSkill.objects.values_list("skill_id", "need", "weight")) == [(known, "nice", 7)]
    assert not Skill.objects.filter(id=unknown).exists()
    assert not Finding.objects.filter(audit="unknown_skills").exists()
    assert [mention.skill for mention in queries.vocabulary().find(f"Years of {WORD.lower()}.")] == ["Kubernetes"]
    assert find_or_create_skills([WORD.upper()]) == {WORD.upper(): known}
    run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    assert not Finding.objects.filter(audit="unknown_skills").exists()
    told = Activity.objects.filter(verb="skill.mapped", actor_id=rita.id)
    assert told.count() == PEOPLE + 1
    assert {tuple(sorted(row.data.items())) for row in told} == {(("before", WORD), ("skill", "Kubernetes"))}
    assert Activity.objects.get(verb="finding.mended").data["count"] == 1


def test_it_goes_back_to_the_row(rita: User, known: UUID, unknown: UUID) -> None:
    before = everything()
    done = make(rita, unknown, "k8s")
    assert everything() != before
    back, count, said = take_back(actor=rita.actor, what={**done.undo, "done_at": clock.now()})
    assert (list(back), count, said) == ([unknown], 1, "Another word for a skill: taken back for 1")
    assert everything() == before
    assert Activity.objects.filter(verb="skill.unmapped").count() == PEOPLE + 1


def test_who_lost_the_known_skill_meanwhile_does_not_get_the_word_back(rita: User, known: UUID, unknown: UUID) -> None:
    done = make(rita, unknown, str(known))
    lost = CandidateSkill.objects.get(skill_id=known, years=2)
    CandidateSkill.objects.filter(skill_id=known, years=2).delete()
    take_back(actor=rita.actor, what={**done.undo, "done_at": clock.now()})
    assert CandidateSkill.objects.filter(skill_id=unknown).count() == PEOPLE - 1
    assert not CandidateSkill.objects.filter(candidate_id=lost.candidate_id).exists()


def test_several_words_at_once_and_twice(rita: User, known: UUID, unknown: UUID) -> None:
    other = find_or_create_skills(["Kubernetes herding"])["Kubernetes herding"]
    person = CandidateSkill.objects.filter(skill_id=unknown).order_by("years").last()
    assert person is not None
    CandidateSkill.objects.create(candidate_id=person.candidate_id, skill_id=other)
    run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    before = everything()
    done = mend(actor=rita.actor, audit_key="unknown_skills", fix_key="map", ids=[unknown, other], value=str(known))
    assert done.said == "2 words for Kubernetes now"
    assert CandidateSkill.objects.filter(skill_id=known).count() == PEOPLE
    with pytest.raises(InvalidInput, match="None of this is found any more"):
        make(rita, unknown, str(known))
    take_back(actor=rita.actor, what={**done.undo, "done_at": clock.now()})
    assert everything() == before


@pytest.mark.parametrize("value", ["Nobody knows this", WORD, ""])
def test_only_a_known_skill_may_be_chosen(rita: User, known: UUID, unknown: UUID, value: str) -> None:
    before = everything()
    with pytest.raises(InvalidInput) as refused:
        make(rita, unknown, value)
    assert list(refused.value.fields) == ["value"]
    assert everything() == before


def test_a_retired_skill_cannot_be_chosen(rita: User, known: UUID, unknown: UUID) -> None:
    set_active(skill_id=known, is_active=False)
    with pytest.raises(InvalidInput):
        make(rita, unknown, str(known))


def test_what_too_many_have_stays(rita: User, known: UUID, unknown: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skill_mapping, "MOST_PEOPLE", PEOPLE - 1)
    before = everything()
    assert make(rita, unknown, str(known)).undo == {}
    assert everything() == before


def test_it_needs_the_right_to_change_everybody(known: UUID, unknown: UUID, rita: User) -> None:
    before = everything()
    for role in ("hiring_manager", "interviewer", "employee"):
        with pytest.raises(NotAllowed):
            skill_mapping.map_skills(actor=Actor("user", rita.id, role), skill_ids=[unknown], into_id=known)
    assert everything() == before


def test_the_page_suggests_shows_and_does_it(rita: User, known: UUID, unknown: UUID, client: Client) -> None:
    client.force_login(rita)
    url = reverse("hygiene:fix", args=["unknown_skills", "map"])
    Skill.objects.filter(id=unknown).update(name="Kubernets", normal="kubernets")
    first = client.get(url, {"ids": str(unknown)}).content.decode()
    assert 'value="Kubernetes"' in first
    assert "another word for Kubernetes" in first
    shown = client.post(url, {"ids": str(unknown), "value": str(known), "preview": "1"}).content.decode()
    assert 'value="Kubernetes"' in shown
    assert f'value="{known}"' in shown
    wrong = client.post(url, {"ids": str(unknown), "value": "no such", "confirm": "1"})
    assert wrong.status_code == 422
    assert "No vocabulary knows this skill" in wrong.content.decode()
    done = client.post(url, {"ids": str(unknown), "value": str(known), "confirm": "1"}, follow=True)
    assert "1 word for Kubernetes now" in done.content.decode()
    assert Alias.objects.get(normal="kubernets").skill_id == known


def test_interviewers_get_403(ines: User, unknown: UUID, client: Client) -> None:
    client.force_login(ines)
    url = reverse("hygiene:fix", args=["unknown_skills", "map"])
    assert client.get(url).status_code == 403
    assert client.post(url, {"all": "1", "value": "Kubernetes", "confirm": "1"}).status_code == 403
    assert Skill.objects.filter(id=unknown).exists()
