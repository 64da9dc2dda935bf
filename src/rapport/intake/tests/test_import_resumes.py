import json
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.drafts import CandidateDraft, ContactPointDraft
from rapport.candidates.models import Candidate, CandidateSkill, Document
from rapport.candidates.operations import add_note, create_candidate
from rapport.intake import operations, resume_drafts
from rapport.intake.models import Import, ImportRow
from rapport.intake.tests.conftest import work_until_done
from rapport.intake.tests.files import RESUME_LINES, plain_pdf, zip_file
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed

pytestmark = pytest.mark.django_db
MINA = plain_pdf("#Mina Okafor", *RESUME_LINES[1:])
NAMELESS = b"EXPERIENCE\nWelder, Harbour Works GmbH\tMarch 2019 - present\n- Welded hulls\nSKILLS\nMIG welding, TIG welding, Rigging\n"


def start(user: User, *files: tuple[str, bytes], **options) -> Import:
    return operations.create_resume_import(
        actor=user.actor, files=[(name, BytesIO(content)) for name, content in files], options=options
    )


def test_a_resume_becomes_a_person_with_evidence(rita: User) -> None:
    item = work_until_done(start(rita, ("mina.pdf", MINA), source="Fair", tags=["fair 2026"]))

    assert (item.state, item.created_count, item.failed_count) == ("done", 1, 0)
    mina = Candidate.objects.get()
    assert (mina.full_name, mina.title, mina.organisation) == (
        "Mina Okafor",
        "Senior Data Engineer",
        "Harbour Analytics GmbH",
    )
    assert (mina.city, mina.country_code, mina.source.name) == ("Berlin", "DE", "Fair")
    assert mina.languages == ["German (native)", "English (C1)"]
    assert sorted(mina.contact_points.values_list("normal", flat=True)) == [
        "+4930901820", "linkedin.com/in/mina-okafor", "mina.okafor@example.org",
    ]  # fmt: skip
    assert mina.experiences.count() == 2
    assert mina.educations.get().school == "University of Bremen"
    document = Document.objects.get()
    with default_storage.open(document.storage_name) as file:
        assert file.read() == MINA
    skill = CandidateSkill.objects.get(candidate=mina, skill__name="Python")
    assert document.text[skill.start : skill.end] == "Python"
    assert "Python" in skill.evidence
    assert "text" not in document.parsed
    assert ImportRow.objects.get().parsed is None


def test_same_address_is_attached_and_the_same_file_is_skipped(rita: User) -> None:
    draft = CandidateDraft(
        full_name="M. Okafor", contact_points=(ContactPointDraft("email", "Mina.Okafor@example.org"),)
    )
    there = create_candidate(actor=rita.actor, draft=draft)
    item = work_until_done(start(rita, ("mina.pdf", MINA), ("again.pdf", MINA)))
    assert (item.created_count, item.attached_count, item.skipped_count) == (0, 1, 1)
    item = work_until_done(start(rita, ("mina.pdf", MINA)))
    assert (item.skipped_count, ImportRow.objects.get(source_import=item).candidate_id) == (1, there.id)
    assert Candidate.objects.count() == 1
    assert Document.objects.count() == 1


def test_a_resume_without_a_name_is_not_lost(rita: User) -> None:
    item = work_until_done(start(rita, ("welder.txt", NAMELESS), ("empty-talk.txt", b"Lorem ipsum dolor sit amet.\n")))
    first, second = ImportRow.objects.order_by("number")
    assert (first.state, first.needs_look) == ("created", True)
    assert "No name was found." in first.message
    assert "welder.txt" in Candidate.objects.get().full_name
    assert (second.state, second.needs_look) == ("waiting", True)
    assert default_storage.exists(second.storage_name)
    assert item.created_count == 1


def test_bad_files_cost_their_row_only(rita: User) -> None:
    bomb = zip_file({"bomb.txt": b"0" * 80_000_000})
    item = work_until_done(
        start(rita, ("empty.pdf", b""), ("broken.pdf", b"%PDF-1.4 nothing"), ("nul.txt", b"\0" * 5000), ("pic.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9), ("mina.pdf", MINA), ("all.zip", bomb))
    )  # fmt: skip
    states = dict(ImportRow.objects.values_list("name", "state"))
    assert states["mina.pdf"] == "created"
    assert [name for name, state in states.items() if state != "failed"] == ["mina.pdf"]
    assert all(
        message.endswith(".") for message in ImportRow.objects.filter(state="failed").values_list("message", flat=True)
    )
    assert (item.state, item.created_count) == ("done", 1)


def test_archives_inside_are_opened(rita: User) -> None:
    inner = zip_file({"deep/mina.pdf": MINA, "welder.txt": NAMELESS})
    item = work_until_done(start(rita, ("all.zip", inner)))
    assert item.created_count == 2
    assert list(ImportRow.objects.order_by("number").values_list("name", flat=True)) == [
        "all.zip/deep/mina.pdf",
        "all.zip/welder.txt",
    ]


def test_with_review_nothing_is_saved_before_a_person_decides(rita: User) -> None:
    item = work_until_done(start(rita, ("mina.pdf", MINA), ("welder.txt", NAMELESS), review=True))
    assert not Candidate.objects.exists()
    first, second = ImportRow.objects.order_by("number")
    waiting = first.storage_name
    draft = resume_drafts.build_draft(first.parsed, file_name=first.name, content=b"", options={})

    row = operations.save_row(actor=rita.actor, import_id=item.id, number=1, draft=draft)
    operations.skip_row(actor=rita.actor, import_id=item.id, number=2)

    item.refresh_from_db()
    second.refresh_from_db()
    assert (row.state, row.needs_look, row.parsed, row.storage_name) == ("created", False, None, "")
    assert (second.state, second.storage_name) == ("skipped", "")
    assert (item.created_count, item.skipped_count) == (1, 1)
    with default_storage.open(Document.objects.get().storage_name) as file:
        assert file.read() == MINA
    assert waiting
    with pytest.raises(Conflict):
        operations.skip_row(actor=rita.actor, import_id=item.id, number=1)
    assert operations.skip_row(actor=rita.actor, import_id=item.id, number=2).state == "skipped"


def test_a_saved_resume_can_be_corrected_until_something_else_happens(rita: User) -> None:
    item = work_until_done(start(rita, ("welder.txt", NAMELESS)))
    wrong = Candidate.objects.get()
    draft = CandidateDraft(full_name="Will Falk", contact_points=(ContactPointDraft("email", "will@example.org"),))

    row = operations.save_row(actor=rita.actor, import_id=item.id, number=1, draft=draft)

    will = Candidate.objects.get()
    assert (will.id, will.full_name, row.needs_look) == (row.candidate_id, "Will Falk", False)
    assert will.id != wrong.id
    assert Document.objects.get().text.startswith("EXPERIENCE")
    item.refresh_from_db()
    assert item.created_count == 1
    add_note(actor=rita.actor, candidate_id=will.id, text="Called him.")
    with pytest.raises(Conflict):
        operations.save_row(actor=rita.actor, import_id=item.id, number=1, draft=draft)


def test_undo_of_resumes_removes_people_and_files(rita: User) -> None:
    item = work_until_done(start(rita, ("mina.pdf", MINA), ("welder.txt", NAMELESS)))
    operations.undo_import(actor=rita.actor, import_id=item.id)
    item = work_until_done(item)
    assert (item.state, Candidate.objects.count(), Document.objects.count()) == ("undone", 0, 0)
    assert Activity.objects.get(verb="import.undone").data["removed"] == 2
    assert work_until_done(start(rita, ("mina.pdf", MINA))).created_count == 1


def test_rights_and_sizes_are_checked(rita: User, hugo: User, settings) -> None:
    with pytest.raises(NotAllowed):
        start(hugo, ("mina.pdf", MINA))
    with pytest.raises(InvalidInput, match="Choose"):
        start(rita)
    settings.UPLOAD_LIMIT_BYTES = 100
    with pytest.raises(InvalidInput, match=r"mina\.pdf is larger"):
        start(rita, ("mina.pdf", MINA))
    assert not Import.objects.exists()


def test_the_command_reads_files_folders_and_archives(db: None, tmp_path, capsys) -> None:
    folder = tmp_path / "cvs"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "mina.pdf").write_bytes(MINA)
    (folder / "bad.pdf").write_bytes(b"")
    call_command("import", "resumes", str(folder), "--source", "Old folder", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["created"], report["failed"], report["failed_rows"][0]["file"]) == (1, 1, "bad.pdf")
    assert Candidate.objects.get().source.name == "Old folder"

    archive = tmp_path / "all.zip"
    archive.write_bytes(zip_file({"mina.pdf": MINA, "welder.txt": NAMELESS}))
    call_command("import", "resumes", str(archive), "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["created"], report["skipped"], report["to_look_at"]) == (1, 1, 1)

    call_command("import", "resumes", str(folder / "sub" / "mina.pdf"))
    assert "1 skipped" in capsys.readouterr().out
    with pytest.raises(InvalidInput):
        call_command("import", "resumes", str(tmp_path / "nowhere"))


@pytest.mark.real_data
def test_a_folder_of_real_resumes_comes_in_whole(real_data, db: None, capsys) -> None:
    folder = real_data / "resumes" / "livecareer" / "CHEF"
    call_command("import", "resumes", str(folder), "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["created"] == len(list(folder.glob("*.pdf")))
    assert report["failed"] == 0
