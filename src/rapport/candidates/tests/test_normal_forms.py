"""Normal forms of titles and organisations: what they are, and that they are kept beside the entered ones by all who write."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts.models import User
from rapport.candidates import operations
from rapport.candidates.drafts import Additions, CandidateDraft, ContactPointDraft, ExperienceDraft
from rapport.candidates.models import Candidate, Experience, Standardising
from rapport.candidates.normal_forms import work_columns
from rapport.candidates.operations import standardising
from rapport.candidates.organisation_rules import normal_organisation
from rapport.candidates.organisation_words import KNOWN_AS
from rapport.candidates.tests.factories import CandidateFactory
from rapport.candidates.tests.test_robust_rules import ANY_TEXT
from rapport.candidates.title_rules import SENIORITIES, read_title

COLUMNS = ("title", "title_normal", "seniority", "organisation", "organisation_normal")
ENTERED = ("Sr. SWE II (m/w/d)", "software engineer", "senior", "Robert Bosch G.m.b.H.", "bosch")


def columns_of(row: Candidate | Experience) -> tuple[str, ...]:
    row.refresh_from_db()
    return tuple(getattr(row, name) for name in COLUMNS)


@pytest.mark.parametrize(
    ("entered", "normal"),
    [
        ("Kranich Mobil GmbH", "kranich mobil"),
        ("KRANICH MOBIL", "kranich mobil"),
        ("Solwerk GmbH & Co. KG", "solwerk"),
        ("Muster Sp. z o.o.", "muster"),
        ("Škoda Werke a.s.", "skoda werke"),
        ("ООО Ромашка", "ромашка"),
        ("IBM Deutschland GmbH", "ibm"),
        ("International Business Machines Corp.", "ibm"),
        ("J. P. Morgan Chase & Co.", "jp morgan"),
        ("AT&T Inc", "at and t"),
        ("The Walt Disney Company", "disney"),
        ("Bank of America", "bank of america"),
        ("Air France", "air france"),
        ("McDonald’s", "mcdonalds"),
        ("AG", "ag"),
        ("(only brackets)", "only brackets"),
        ("شركة المثال", "شركة المثال"),
        ("🎉", ""),
        ("", ""),
    ],
)
def test_what_two_names_of_an_organisation_have_in_common(entered: str, normal: str) -> None:
    assert normal_organisation(entered) == normal


def test_every_other_name_of_a_known_organisation_leads_to_it() -> None:
    for name, others in KNOWN_AS.items():
        assert {normal_organisation(other) for other in (name, *others)} == {name}


@given(ANY_TEXT)
def test_what_is_normal_stays_as_it_is(text: str) -> None:
    title, organisation = read_title(text), normal_organisation(text)
    assert read_title(title.normal).normal == title.normal
    assert normal_organisation(organisation) == organisation
    assert title.seniority in SENIORITIES if title.normal else title.seniority == ""
    assert max(len(title.normal), len(organisation)) <= 200


@given(st.text(max_size=30), st.sampled_from([" GmbH", " Inc.", ", LLC", " S.A.", " Ltd", " e.V."]))
def test_a_legal_form_makes_no_difference(name: str, form: str) -> None:
    name = f"solwerk {name}"
    if not name.rstrip().endswith((".", "(", "[", "{")) and "(" not in name and "[" not in name and "{" not in name:
        assert normal_organisation(name + form) == normal_organisation(name)


@pytest.mark.django_db
def test_everybody_who_writes_keeps_the_normal_form_beside_the_entered_one(rita: User) -> None:
    title, organisation = ENTERED[0], ENTERED[3]
    job = ExperienceDraft(title=title, organisation=organisation, start_on=date(2020, 3, 1))
    draft = CandidateDraft(full_name="Carl Candidate", title=title, organisation=organisation, experiences=(job,))
    by_hand = operations.create_candidate(actor=rita.actor, draft=draft)
    (imported,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])
    changed = CandidateFactory()
    operations.update_candidate(
        actor=rita.actor, candidate_id=changed.id, version=1, changes={"title": title, "organisation": organisation}
    )
    added = operations.save_experience(actor=rita.actor, candidate_id=changed.id, draft=job)
    people = [by_hand, Candidate.objects.get(id=imported.candidate_id), changed]
    assert [columns_of(row) for row in people] == [ENTERED] * 3
    assert [columns_of(row) for row in Experience.objects.all()] == [ENTERED] * 3
    assert columns_of(added) == ENTERED
    again = operations.save_experience(
        actor=rita.actor, candidate_id=changed.id, draft=ExperienceDraft(title="Nurse"), experience_id=added.id
    )
    assert columns_of(again) == ("Nurse", "nurse", "mid", "", "")


@pytest.mark.django_db
def test_what_an_import_fills_and_takes_back_goes_with_its_normal_form(rita: User) -> None:
    point = (ContactPointDraft("email", "carl@example.org"),)
    first = CandidateDraft(full_name="Carl Candidate", contact_points=point)
    second = CandidateDraft(full_name="Carl Candidate", contact_points=point, title=ENTERED[0], organisation=ENTERED[3])
    (made,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[first])
    (attached,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[second])
    carl = Candidate.objects.get(id=made.candidate_id)
    assert columns_of(carl) == ENTERED
    assert isinstance(attached.added, Additions)
    operations.take_back_additions(actor=rita.actor, additions=[(carl.id, attached.added)])
    assert columns_of(carl) == ("", "", "", "", "")


@pytest.mark.django_db
def test_what_was_stored_before_is_worked_out_batch_by_batch() -> None:
    people = [CandidateFactory(title=f"Sr. Nurse {number}", organisation="Charité AG") for number in range(5)]
    right = CandidateFactory(title="Nurse", organisation="", **work_columns("Nurse", ""))
    for person in people[:3]:
        Experience.objects.create(candidate=person, title="Leiterin Pflege", organisation="Solwerk GmbH")
    assert [standardising.standardise_some(limit=4) for _ in range(4)] == [4, 2, 3, 0]
    run = Standardising.objects.get()
    assert (run.changed_count, run.finished_at is not None) == (8, True)
    assert {columns_of(row)[2:] for row in people} == {("senior", "Charité AG", "charite")}
    assert columns_of(right) == ("Nurse", "nurse", "mid", "", "")
    assert {columns_of(row)[-1] for row in Experience.objects.all()} == {"solwerk"}
    assert standardising.standardise_some() == 0


@pytest.mark.django_db
def test_other_rules_work_everything_out_anew_and_a_killed_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    person = CandidateFactory(title="Nurse", organisation="Solwerk GmbH")
    while standardising.standardise_some():
        pass
    Candidate.objects.update(organisation_normal="by older rules")
    monkeypatch.setattr(standardising.normal_forms, "VERSION", 2)
    others = [CandidateFactory(title="Nurse") for _ in range(2)]
    monkeypatch.setattr(standardising, "_write", _fail_on_second_call(standardising._write))
    assert standardising.standardise_some(limit=2) == 2
    with pytest.raises(RuntimeError):
        standardising.standardise_some(limit=2)
    assert standardising.standardise_some(limit=2) == 1
    assert columns_of(person)[-1] == "solwerk"
    assert [columns_of(row)[1] for row in others] == ["nurse", "nurse"]


def _fail_on_second_call(write: Callable[..., int]) -> Callable[..., int]:
    calls = []

    def failing(model: object, seen: object) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return write(model, seen)

    return failing
