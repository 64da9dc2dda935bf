from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import document_files, operations
from rapport.candidates.drafts import DocumentDraft
from rapport.candidates.models import Document
from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib.errors import Conflict, InvalidInput, NotFound

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def add(user: User, candidate, name: str = "cv.pdf", content: bytes = PDF) -> Document:
    return operations.add_document(actor=user.actor, candidate_id=candidate.id, draft=DocumentDraft(name, content))


def test_a_file_lies_under_a_random_name_with_the_type_of_its_content(rita: User) -> None:
    document = add(rita, CandidateFactory(), "../../Lebenslauf\x00.html")
    assert (document.file_name, document.content_type) == ("Lebenslauf .html", "application/pdf")
    assert "Lebenslauf" not in document.storage_name
    with default_storage.open(document.storage_name) as file:
        assert file.read() == PDF
    assert Activity.objects.get(verb="document.added").data == {"file_name": "Lebenslauf .html", "kind": "resume"}


def test_only_the_user_who_runs_the_product_can_read_a_file(rita: User, tmp_path) -> None:
    add(rita, CandidateFactory())
    rights = {path.is_dir(): oct(path.stat().st_mode & 0o777) for path in tmp_path.rglob("*")}
    assert rights == {True: "0o700", False: "0o600"}


def test_the_same_file_twice_is_told_and_kept_once(rita: User, tmp_path) -> None:
    carl = CandidateFactory()
    add(rita, carl)
    with pytest.raises(Conflict, match="has this file already"):
        add(rita, carl, "other.pdf")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("cv.pdf", b"", "cv.pdf is empty."),
        ("cv.pdf", b"MZ\x90\x00\x03" + b"\x00" * 99, "cv.pdf is not a PDF, Word"),
        ("big.txt", b"a" * 2_000_001, "big.txt is larger than 2 MB"),
    ],
)
def test_what_is_no_document_is_refused_in_words(
    rita: User, settings, name: str, content: bytes, complaint: str
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 2_000_000
    with pytest.raises(InvalidInput, match=complaint):
        add(rita, CandidateFactory(), name, content)
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.txt", b"plain words", "text/plain"),
        ("a", "Zürich grüßt".encode(), "text/plain"),
        ("a.rtf", b"{\\rtf1 hello}", "application/rtf"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 30, "image/png"),
    ],
)
def test_the_type_is_told_by_the_content(name: str, content: bytes, content_type: str) -> None:
    assert document_files.sniff(content, name) == content_type


def test_removing_deletes_the_file_too(rita: User, django_capture_on_commit_callbacks) -> None:
    carl = CandidateFactory()
    document = add(rita, carl)
    with django_capture_on_commit_callbacks(execute=True):
        operations.remove_document(actor=rita.actor, candidate_id=carl.id, document_id=document.id)
    assert not default_storage.exists(document.storage_name)
    assert not Document.objects.exists()
    with pytest.raises(NotFound):
        operations.remove_document(actor=rita.actor, candidate_id=carl.id, document_id=document.id)


def test_a_download_is_an_attachment_of_its_own_type_that_nothing_may_run_in(rita: User, sign_in) -> None:
    carl = CandidateFactory()
    document = add(rita, carl, 'c"v.pdf')
    response = sign_in(rita).get(f"/candidates/{carl.id}/documents/{document.id}/download/")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="c\'v.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox"


def test_strangers_to_the_candidate_get_404(rita: User, ines: User, emma: User, sign_in) -> None:
    carl = CandidateFactory()
    document = add(rita, carl)
    for user in (ines, emma):
        for page in ("", "download/"):
            assert sign_in(user).get(f"/candidates/{carl.id}/documents/{document.id}/{page}").status_code == 404
    other = CandidateFactory()
    assert sign_in(rita).get(f"/candidates/{other.id}/documents/{document.id}/").status_code == 404
    assert Client().get(f"/candidates/{carl.id}/documents/{document.id}/download/").status_code == 302


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_full_disk_is_told_and_nothing_is_stored(rita: User, sign_in, monkeypatch, headers) -> None:
    def write_to_a_full_disk(name, content) -> str:
        with open("/dev/full", "wb", buffering=0) as file:
            file.write(content.read())
        return name

    if not Path("/dev/full").exists():
        pytest.skip("/dev/full is not here")
    monkeypatch.setattr(default_storage, "_save", write_to_a_full_disk)
    carl = CandidateFactory()
    file = SimpleUploadedFile("cv.pdf", PDF)
    answer = sign_in(rita).post(f"/candidates/{carl.id}/documents/", {"file": file, "files": file}, headers=headers)
    assert answer.status_code == 503
    said = answer["HX-Trigger"] if headers else answer.content.decode()
    assert "disk is full: nothing was stored" in said
    assert not Document.objects.exists()


def test_no_room_for_what_is_uploaded_is_told(rita: User, settings, monkeypatch) -> None:
    opened = []

    def write_to_a_full_disk(handler, data, start) -> None:
        opened.append(handler.file)
        with open("/dev/full", "wb", buffering=0) as file:
            file.write(data)

    if not Path("/dev/full").exists():
        pytest.skip("/dev/full is not here")
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", write_to_a_full_disk)
    # As browsers come: with the check of the token, which reads what is sent before any page does.
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(rita, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(f"/candidates/{CandidateFactory().id}/documents/", {"file": SimpleUploadedFile("cv.pdf", PDF)})
    for file in opened:
        file.close()
    assert answer.status_code == 503
    assert "disk is full: nothing was stored" in answer.content.decode()
