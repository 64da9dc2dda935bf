from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import operations
from rapport.candidates.drafts import (
    CandidateDraft,
    ContactPointDraft,
    DocumentDraft,
    EducationDraft,
    ExperienceDraft,
    SkillDraft,
)
from rapport.candidates.models import Candidate, ContactPoint, Document, Education, Experience, Tag
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.lib.errors import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def email(value: str) -> ContactPointDraft:
    return ContactPointDraft("email", value)


FULL = CandidateDraft(
    full_name="AMARA NWOSU",
    title="Data engineer",
    organisation="Solwerk",
    place="Berlin, Germany",
    source="Meetup",
    languages=("English", "German", "English"),
    contact_points=(email("Amara@Example.org"), ContactPointDraft("phone", "030 5550142"), ContactPointDraft("link", "www.github.com/Amara/x")),
    experiences=(ExperienceDraft("Data engineer", "Solwerk", start_on=date(2020, 1, 1), is_current=True),),
    educations=(EducationDraft("TU Berlin", "MSc"),),
    skills=(SkillDraft("Python", 7, "in Python", 3, 9, document=0),),
    tags=("four days", "Four Days", "speaks"),
    documents=(DocumentDraft("../cv.txt", b"We use Python daily", text="We use Python daily"),),
)  # fmt: skip


def test_a_draft_becomes_a_person_with_everything(rita: User) -> None:
    (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[FULL])

    assert (outcome.result, outcome.problems) == ("created", ())
    person = Candidate.objects.get(id=outcome.candidate_id)
    assert (person.full_name, person.given_name, person.family_name) == ("Amara Nwosu", "Amara", "Nwosu")
    assert (person.city, person.country_code, person.time_zone) == ("Berlin", "DE", "Europe/Berlin")
    assert person.source.name == "Meetup"
    assert person.languages == ["English", "German"]
    assert person.years_experience > 6
    assert sorted(person.contact_points.values_list("normal", "value", "is_primary")) == [
        ("+49305550142", "030 5550142", True),
        ("amara@example.org", "Amara@Example.org", True),
        ("github.com/amara", "www.github.com/Amara/x", True),
    ]
    assert list(person.experiences.values_list("organisation", flat=True)) == ["Solwerk"]
    assert list(person.educations.values_list("school", flat=True)) == ["TU Berlin"]
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["four days", "speaks"]
    document = person.documents.get()
    assert (document.file_name, document.content_type) == ("cv.txt", "text/plain")
    with default_storage.open(document.storage_name) as file:
        assert file.read() == b"We use Python daily"
    skill = person.skill_rows.select_related("skill").get()
    assert (skill.skill.name, skill.evidence, skill.start, skill.end) == ("Python", "in Python", 3, 9)
    assert skill.document_id == document.id
    (activity,) = Activity.objects.filter(verb="candidate.created")
    assert activity.subjects == {"candidate": str(person.id)}
    assert activity.data == {
        "source": "Meetup", "origin": "import", "import_id": None, "tags": ["four days", "speaks"]
    }  # fmt: skip


def test_the_same_person_twice_in_one_call_is_one(rita: User) -> None:
    again = CandidateDraft(
        "Amara Nwosu-Berg",
        summary="Came back",
        contact_points=(email("AMARA@example.org"), email("amara.berg@example.org")),
    )

    first, second = operations.bulk_create_candidates(actor=rita.actor, drafts=[FULL, again])

    assert (first.result, second.result) == ("created", "attached")
    assert second.candidate_id == first.candidate_id
    assert second.matched_by == "amara@example.org"
    person = Candidate.objects.get()
    assert (person.full_name, person.summary) == ("Amara Nwosu", "Came back")
    assert person.contact_points.filter(kind="email").count() == 2
    assert person.contact_points.get(kind="email", is_primary=True).normal == "amara@example.org"


@pytest.mark.parametrize(
    ("kind", "there", "comes"),
    [
        ("email", "carl@example.org", "Carl@Example.ORG"),
        ("phone", "+49 30 5550142", "0049 (30) 555 01 42"),
        ("link", "linkedin.com/in/carl", "https://de.linkedin.com/in/Carl/?trk=x"),
    ],
)
def test_same_contact_point_attaches_and_fills_only_what_is_empty(
    rita: User, kind: str, there: str, comes: str
) -> None:
    carl = CandidateFactory(full_name="Carl Candidate", title="Fitter")
    ContactPointFactory(candidate=carl, kind=kind, value=there)
    draft = CandidateDraft(
        "C. Candidate", title="Welder", organisation="Pegel", contact_points=(ContactPointDraft(kind, comes),)
    )

    (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])

    assert (outcome.result, outcome.candidate_id) == ("attached", carl.id)
    carl.refresh_from_db()
    assert (carl.full_name, carl.title, carl.organisation, carl.version) == ("Carl Candidate", "Fitter", "Pegel", 2)
    assert ContactPoint.objects.count() == 1
    assert Activity.objects.get(verb="candidate.attached").find_subject_id("candidate") == carl.id


def test_importing_the_same_twice_stores_nothing_twice(rita: User) -> None:
    operations.bulk_create_candidates(actor=rita.actor, drafts=[FULL])
    (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[FULL])

    assert outcome.result == "attached"
    counts = [model.objects.count() for model in (Candidate, ContactPoint, Experience, Education, Document)]
    assert counts == [1, 3, 1, 1, 1]


def test_a_contact_point_of_somebody_else_stays_there_and_is_told(rita: User) -> None:
    carl = ContactPointFactory(value="carl@example.org").candidate
    dora = ContactPointFactory(kind="phone", value="+49 30 5550142").candidate
    draft = CandidateDraft(
        "Carl", contact_points=(email("carl@example.org"), ContactPointDraft("phone", "+49 30 5550142"))
    )

    (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])

    assert outcome.candidate_id == carl.id
    assert outcome.problems == ("+49 30 5550142 belongs to another candidate and was left there.",)
    assert dora.contact_points.count() == 1


def test_what_makes_no_sense_is_told_and_left_out(rita: User) -> None:
    drafts = [
        CandidateDraft("Carl", contact_points=(email("carl@@example"), ContactPointDraft("phone", "12"))),
        CandidateDraft(" \x00 "),
        CandidateDraft(
            "Dora\x00",
            documents=(DocumentDraft("cv.pdf", b""), DocumentDraft("run.exe", b"MZ\x90\x00\x03" + b"\x00" * 99)),
        ),
    ]

    carl, nobody, dora = operations.bulk_create_candidates(actor=rita.actor, drafts=drafts)

    assert (carl.result, len(carl.problems)) == ("created", 2)
    assert (nobody.result, nobody.candidate_id, nobody.problems) == ("refused", None, ("The name is missing.",))
    assert dora.problems == (
        "cv.pdf is empty.",
        "run.exe is not a PDF, Word, OpenDocument, RTF, text or image file.",
    )
    assert Candidate.objects.get(id=dora.candidate_id).full_name == "Dora"


def test_shared_contact_points_tell_nobody_apart(rita: User) -> None:
    ContactPointFactory(kind="phone", value="+49 30 5550100", is_shared=True)
    draft = CandidateDraft("Dora", contact_points=(ContactPointDraft("phone", "+49 30 5550100"),))

    (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])

    assert outcome.result == "created"


def test_the_number_of_statements_does_not_depend_on_how_many(rita: User) -> None:
    def drafts(prefix: str, count: int) -> list[CandidateDraft]:
        return [
            CandidateDraft(
                f"{prefix} {number}",
                tags=("x",),
                source="CSV",
                contact_points=(email(f"{prefix}{number}@example.org"),),
            )
            for number in range(count)
        ]

    operations.bulk_create_candidates(actor=rita.actor, drafts=drafts("warm", 1))
    with CaptureQueriesContext(
        connection,
    ) as two:
        operations.bulk_create_candidates(actor=rita.actor, drafts=drafts("a", 2))
    with CaptureQueriesContext(connection) as many:
        operations.bulk_create_candidates(actor=rita.actor, drafts=drafts("b", 200))
    assert len(many) == len(two)


def test_who_may_not_edit_creates_nobody(ines: User) -> None:
    with pytest.raises(NotAllowed):
        operations.bulk_create_candidates(actor=ines.actor, drafts=[FULL])
    assert not Candidate.objects.exists()
    assert not Activity.objects.exists()


def test_an_import_taken_back_keeps_whom_somebody_dealt_with(rita: User) -> None:
    drafts = [CandidateDraft("Carl"), CandidateDraft("Dora"), FULL]
    ids = [row.candidate_id for row in operations.bulk_create_candidates(actor=rita.actor, drafts=drafts)]
    operations.add_note(actor=rita.actor, candidate_id=ids[1], text="Called her.")

    discarded = operations.discard_candidates(actor=rita.actor, candidate_ids=ids)

    assert discarded.gone == sorted([ids[0], ids[2]])
    assert discarded.kept == {ids[1]: "Something else has happened with this person since, so they stay: note."}
    assert list(Candidate.objects.values_list("full_name", flat=True)) == ["Dora"]
    assert Activity.objects.filter(verb="candidate.discarded").count() == 2
