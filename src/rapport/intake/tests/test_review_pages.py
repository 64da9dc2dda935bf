"""The pages of a PDF beside its fields: served to who may see the row, drawn once, and never in the way of the text."""

import time
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.accounts.models import User
from rapport.candidates.models import Candidate, Document
from rapport.intake import operations, page_pictures
from rapport.intake.document import Refusal
from rapport.intake.models import Import, ImportRow
from rapport.intake.resume_drafts import doubts
from rapport.intake.sandbox import SandboxPool
from rapport.intake.tests.conftest import work_until_done
from rapport.intake.tests.files import docx_file, pdf_file, scanned_pdf, two_column_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path, monkeypatch):
    """What is drawn is kept in a folder of the test, and no process stays behind."""
    settings.DATA_DIR = tmp_path / "data"
    drawers = page_pictures.Drawers()
    monkeypatch.setattr(page_pictures, "_drawers", drawers)
    yield settings.DATA_DIR
    drawers.close()


def start(user: User, *files: tuple[str, bytes], review: bool = True) -> Import:
    item = operations.create_resume_import(
        actor=user.actor, files=[(name, BytesIO(content)) for name, content in files], options={"review": review}
    )
    return work_until_done(item)


def url(name: str, item: Import, *more: int) -> str:
    return reverse(f"intake:{name}", args=[item.id, 1, *more])


def spoil(row: ImportRow, content: bytes) -> None:
    """Another content under the name of a stored file."""
    default_storage.delete(row.storage_name)
    assert default_storage.save(row.storage_name, ContentFile(content)) == row.storage_name


def test_pages_come_with_boxes_and_pictures(rita: User, sign_in) -> None:
    client, item = sign_in(rita), start(rita, ("mina.pdf", two_column_pdf()))
    review = client.get(url("review", item)).content.decode()
    assert f'hx-get="{url("pages", item)}"' in review
    assert 'data-view="text" hidden' in review
    assert 'data-view="text">' in client.get(url("review", item) + "?show=text").content.decode()

    part = client.get(url("pages", item)).content.decode()
    assert "<html" not in part
    assert part.count("<figure") == 1
    assert 'viewBox="0 0 595 842"' in part
    assert part.count('data-field="basics.email basics.emails[0]"') == 1
    assert part.count('data-field="work[0].name"') == 1
    assert 'data-field="certificates[0].date"' in part
    assert 'data-field="languages[1].fluency"' in part

    for width in (800, 1400):
        picture = client.get(url("page", item, 1) + f"?width={width}")
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
        assert int.from_bytes(picture.content[16:20]) == width
        assert picture["Cache-Control"] == "private, no-store"
        assert picture["X-Content-Type-Options"] == "nosniff"
    for asked in ("", "?width=99999", "?width=x", "?width=0"):
        assert int.from_bytes(client.get(url("page", item, 1) + asked).content[16:20]) == 800
    for page in (0, 2, 999_999_999):
        assert client.get(url("page", item, page)).status_code == 404


def test_pages_stay_after_the_row_is_saved(rita: User, sign_in) -> None:
    client, item = sign_in(rita), start(rita, ("mina.pdf", two_column_pdf()), review=False)
    assert ImportRow.objects.get().state == "created"
    assert 'data-field="work[0].name"' in client.get(url("pages", item)).content.decode()
    assert client.get(url("page", item, 1)).status_code == 200
    Document.objects.all().delete()
    assert client.get(url("page", item, 1)).status_code == 404
    assert client.get(url("pages", item)).status_code == 404
    assert client.get(url("review", item)).status_code == 404


def test_a_page_is_drawn_once(rita: User, sign_in, data_folder) -> None:
    client, item = sign_in(rita), start(rita, ("mina.pdf", two_column_pdf()))
    before = [client.get(url("pages", item)).content, client.get(url("page", item, 1)).content]
    spoil(ImportRow.objects.get(), b"%PDF- nothing any more")
    assert [client.get(url("pages", item)).content, client.get(url("page", item, 1)).content] == before
    kept = sorted(path.name for path in data_folder.rglob("*") if path.is_file())
    assert kept == ["1-800.png", "words.json"]

    assert page_pictures.sweep() == 0
    assert page_pictures.sweep(most_bytes=0) == 2
    assert [path for path in data_folder.rglob("*") if path.is_file()] == []
    assert client.get(url("page", item, 1)).status_code == 404


def test_what_is_drawn_goes_with_the_row(rita: User, sign_in, data_folder, django_capture_on_commit_callbacks) -> None:
    client, item = sign_in(rita), start(rita, ("mina.pdf", two_column_pdf()))
    client.get(url("page", item, 1))
    assert list(data_folder.rglob("*.png"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("review", item), {"do": "skip"})
    assert list(data_folder.rglob("*.png")) == []
    assert client.get(url("page", item, 1)).status_code == 404


def test_what_is_drawn_goes_with_the_document_and_with_the_import(rita: User, sign_in, data_folder) -> None:
    client, item = sign_in(rita), start(rita, ("mina.pdf", two_column_pdf()), review=False)
    client.get(url("page", item, 1))
    operations.forget_pages(candidate_id=Candidate.objects.get().id)
    assert list(data_folder.rglob("*.png")) == []
    client.get(url("page", item, 1))
    assert list(data_folder.rglob("*.png"))
    operations.undo_import(actor=rita.actor, import_id=item.id)
    with TestCase.captureOnCommitCallbacks(execute=True):
        work_until_done(item)
    assert list(data_folder.rglob("*.png")) == []
    assert client.get(url("page", item, 1)).status_code == 404


def test_a_broken_file_falls_back_to_its_text(rita: User, sign_in) -> None:
    client, item = sign_in(rita), start(rita, ("mina.pdf", two_column_pdf()))
    spoil(ImportRow.objects.get(), b"%PDF-1.4 nothing")
    part = client.get(url("pages", item))
    assert part.status_code == 200
    assert "data-no-pages" in part.content.decode()
    assert "This PDF is damaged and cannot be opened." in part.content.decode()
    picture = client.get(url("page", item, 1))
    assert picture.status_code == 404
    assert "This PDF is damaged" in picture.content.decode()
    assert "Lighthouse Holding GmbH" in client.get(url("review", item)).content.decode()


@pytest.mark.parametrize(("content", "said"), [(b"hang", "took longer than"), (b"crash", "broke the reader")])
def test_a_file_that_hangs_or_crashes_is_tried_once(
    rita: User,
    sign_in,
    monkeypatch,
    trouble,
    content: bytes,
    said: str,
) -> None:
    client, item = sign_in(rita), start(rita, ("mina.pdf", two_column_pdf()))
    spoil(ImportRow.objects.get(), content)
    monkeypatch.setattr("rapport.intake.queries.PDF_SIGN", b"")
    monkeypatch.setattr(page_pictures, "TIME_LIMIT_S", 1.5)
    drawers = page_pictures.Drawers(command=trouble)
    monkeypatch.setattr(page_pictures, "_drawers", drawers)
    part = client.get(url("pages", item))
    assert part.status_code == 200
    assert said in part.content.decode()
    started = time.monotonic()
    assert client.get(url("page", item, 1)).status_code == 404
    assert said in client.get(url("pages", item)).content.decode()
    assert time.monotonic() - started < 1
    drawers.close()


def test_when_all_are_busy_it_is_said_and_nothing_is_remembered(rita: User, sign_in, monkeypatch) -> None:
    client, item = sign_in(rita), start(rita, ("mina.pdf", two_column_pdf()))
    monkeypatch.setattr(page_pictures, "WAIT_S", 0.05)
    client.get(url("pages", item))
    pool = page_pictures._drawers._pool
    taken = pool._idle.get()
    busy = client.get(url("page", item, 1))
    assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    pool._idle.put(taken)
    assert client.get(url("page", item, 1)).status_code == 200


def test_a_process_that_nobody_needs_ends_and_comes_back() -> None:
    two = two_column_pdf()
    with SandboxPool(size=1) as pool:
        first = pool.ask({"do": "draw", "page": 1, "width": 100}, two)
        process = pool._all[0].process
        pool.let_idle_end()
        assert process.poll() is not None
        assert pool.ask({"do": "draw", "page": 1, "width": 100}, two) == first
        with pytest.raises(Refusal, match="There is no such page"):
            pool.ask({"do": "draw", "page": 2, "width": 100}, two)


def test_other_kinds_of_files_keep_their_text(rita: User, sign_in) -> None:
    client, item = sign_in(rita), start(rita, ("mina.docx", docx_file("Mina Okafor", "mina@example.org")))
    review = client.get(url("review", item)).content.decode()
    assert 'data-view="page"' not in review
    assert 'data-view="text">' in review
    assert client.get(url("pages", item)).status_code == 404
    assert client.get(url("page", item, 1)).status_code == 404


def test_of_many_pages_it_is_said_how_many_are_shown(rita: User, sign_in) -> None:
    many = pdf_file([[(50, 60, f"Mina Okafor, page {number} of her work", 10, False)] for number in range(30)])
    client, item = sign_in(rita), start(rita, ("many.pdf", many))
    part = client.get(url("pages", item)).content.decode()
    assert part.count("<figure") == 20
    assert part.count('loading="lazy"') == 20
    assert "The first 20 of 30 pages are shown." in part


def test_pages_of_any_resume_take_the_same_statements(rita: User, sign_in) -> None:
    client = sign_in(rita)
    counts = []
    for pages in (2, 18):
        lines = [[(50, 60, f"Mina Okafor, mina{number}@example.org", 10, False)] for number in range(pages)]
        item = start(rita, (f"{pages}.pdf", pdf_file(lines)))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url("pages", item)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_scan_waits_with_its_pages_and_says_what_to_do(rita: User, sign_in) -> None:
    client, item = sign_in(rita), start(rita, ("scan.pdf", scanned_pdf("Scanned with PaperEater")), review=False)
    row = ImportRow.objects.get()
    assert (row.state, row.needs_look, item.failed_count) == ("waiting", True, 0)
    report = client.get(reverse("intake:detail", args=[item.id])).content.decode()
    assert "1 file is a scan" in report
    assert "A scan: pictures of pages without text." in report
    review = client.get(url("review", item) + "?show=text").content.decode()
    assert "This PDF is a scan:" in review
    assert "How the original is shown" not in review
    assert 'data-view="text" hidden' in review
    assert client.get(url("page", item, 1)).status_code == 200
    part = client.get(url("pages", item)).content.decode()
    assert ("<figure" in part, "<rect" in part, "Under Text" in part) == (True, False, False)

    nameless = client.post(url("review", item), {"full_name": ""})
    assert nameless.status_code == 422
    form = {"full_name": "Mina Okafor", "email": "mina@example.org", "language-0-language": "German", "job-0-title": "Lead", "job-0-organisation": "Harbour"}  # fmt: skip
    assert client.post(url("review", item), form).status_code == 302
    mina = Candidate.objects.get()
    assert (mina.full_name, mina.languages, mina.experiences.get().title) == ("Mina Okafor", ["German"], "Lead")
    assert default_storage.exists(Document.objects.get().storage_name)
    assert "This PDF is a scan:" in client.get(url("review", item)).content.decode()


def test_a_page_that_is_a_scan_among_others_is_told() -> None:
    pages = {"basics": {"name": "Mina"}, "meta": {"picturePages": [2]}}
    assert "Page 2 is a scan without text: nothing was read from there." in doubts(pages)
    pages["meta"]["picturePages"] = [2, 3]
    assert "2 pages are scans without text: nothing was read from there." in doubts(pages)
