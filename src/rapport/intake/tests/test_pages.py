from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.accounts.models import User
from rapport.candidates.models import Candidate
from rapport.intake import operations
from rapport.intake.models import Import, ImportRow
from rapport.intake.tests.conftest import start_csv, work_until_done
from rapport.intake.tests.files import RESUME_LINES, plain_pdf

pytestmark = pytest.mark.django_db
MINA = plain_pdf("#Mina Okafor", *RESUME_LINES[1:])
HTMX = {"headers": {"HX-Request": "true"}}


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def waiting(rita: User) -> Import:
    item = operations.create_resume_import(
        actor=rita.actor, files=[("mina.pdf", BytesIO(MINA)), ("again.txt", BytesIO(b"Jo Falk\njo@example.org\n"))],
        options={"review": True},
    )  # fmt: skip
    return work_until_done(item)


def test_a_table_goes_from_upload_to_people_through_the_pages(rita: User, sign_in) -> None:
    client = sign_in(rita)
    content = "Vorname;Nachname;E-Mail\nÄnne;Groß;anne@example.org\n;;x\n".encode("cp1252")
    response = client.post(reverse("intake:upload_csv"), {"file": upload("leute.csv", content)})
    item = Import.objects.get()
    assert response.url == reverse("intake:columns", args=[item.id])
    page = client.get(response.url).content.decode()
    assert "Windows-1252, cells between semicolons, with a header" in page
    assert client.get(reverse("intake:detail", args=[item.id])).url == response.url

    wrong = client.post(response.url, {"column-0": "title", "column-1": "", "column-2": "email"})
    assert wrong.status_code == 422
    assert "Choose the column that holds the name" in wrong.content.decode()
    names = {"column-0": "given_name", "column-1": "family_name", "column-2": "email", "source": "Fair", "tags": "a, b"}
    response = client.post(response.url, names)
    page = client.get(response.url).content.decode()
    assert "Änne Groß" in page
    assert "The name is missing." in page
    assert not Candidate.objects.exists()

    response = client.post(reverse("intake:start", args=[item.id]))
    running = client.get(response.url)
    assert 'hx-trigger="every 2s"' in running.content.decode()
    work_until_done(item)
    done = client.get(response.url, **HTMX).content.decode()
    assert "every 2s" not in done
    assert "Änne Groß" in done
    assert "<html" not in done
    assert Candidate.objects.get().source.name == "Fair"
    assert "leute.csv" in client.get(reverse("intake:list")).content.decode()

    client.post(reverse("intake:undo", args=[item.id]))
    work_until_done(item)
    assert "is taken back" in client.get(reverse("intake:detail", args=[item.id])).content.decode()
    assert not Candidate.objects.exists()


def test_failed_rows_come_as_csv_without_formulas(rita: User, sign_in) -> None:
    item = work_until_done(
        start_csv(
            rita, "name,email,title\n,=cmd|'/c calc'!A0,+Lead\nAnna Berg,a@example.org,x\nBen,@SUM(1),+49 30 555\n"
        )
    )
    response = sign_in(rita).get(reverse("intake:failed_rows", args=[item.id]))
    assert response["Content-Disposition"] == 'attachment; filename="people-not-imported.csv"'
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "name,email,title,Row,Reason"
    assert lines[1] == ",'=cmd|'/c calc'!A0,'+Lead,2,The name is missing."
    assert lines[2].startswith("Ben,'@SUM(1),+49 30 555,4,")
    assert len(lines) == 3


def test_a_resume_is_uploaded_corrected_and_saved(rita: User, sign_in) -> None:
    client = sign_in(rita)
    response = client.post(reverse("intake:upload_resumes"), {"files": [upload("mina.pdf", MINA)], "look": "before"})
    item = Import.objects.get()
    work_until_done(item)
    assert "Waits for you" in client.get(response.url).content.decode()
    review = reverse("intake:review", args=[item.id, 1])
    page = client.get(review).content.decode()
    assert '<mark data-field="basics.email basics.emails[0]">mina.okafor@example.org</mark>' in page
    assert 'value="Harbour Analytics GmbH"' in page

    form = {
        "do": "save", "full_name": "Mina A. Okafor", "title": "Data lead", "email": "mina@example.org", "phone": "", "link": "",
        "place": "Hamburg, Germany", "language-0-language": "German", "language-0-level": "C2", "summary": "", "skills": ["0"], "more_skills": "Sailing",
        "job-0-title": "Lead", "job-0-organisation": "Harbour", "job-0-start": "2020", "job-0-end": "soon", "job-0-text": "",
    }  # fmt: skip
    wrong = client.post(review, form)
    assert wrong.status_code == 422
    assert "is no date" in wrong.content.decode()
    response = client.post(review, form | {"job-0-end": "2021-05"})
    assert response.url == reverse("intake:detail", args=[item.id])
    mina = Candidate.objects.get()
    assert (mina.full_name, mina.city, mina.title) == ("Mina A. Okafor", "Hamburg", "Data lead")
    assert mina.languages == ["German (C2)"]
    assert mina.contact_points.get().normal == "mina@example.org"
    assert mina.experiences.get().organisation == "Harbour"
    assert sorted(mina.skill_rows.values_list("skill__name", flat=True))[1] == "Sailing"
    assert client.get(review).status_code == 200


def test_skip_and_confirm_lead_to_the_next(rita: User, sign_in, waiting: Import) -> None:
    client = sign_in(rita)
    response = client.post(reverse("intake:review", args=[waiting.id, 1]), {"do": "skip"})
    assert response.url == reverse("intake:review", args=[waiting.id, 2])
    assert client.post(response.url, {"do": "confirm"}).status_code == 409
    file = client.get(reverse("intake:file", args=[waiting.id, 2]))
    assert b"".join(file.streaming_content) == b"Jo Falk\njo@example.org\n"
    assert file["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("intake:review", args=[waiting.id, 1])).status_code == 404
    assert client.get(reverse("intake:file", args=[waiting.id, 1])).status_code == 404
    assert client.get(reverse("intake:review", args=[waiting.id, 99])).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.csv", b"PK\x03\x04"), ("a.csv", b",".join([b"c"] * 10_000) + b"\n1"), ("a.csv", b"\0\1\2\3" * 99), ("a.csv", b"name\n")],
)  # fmt: skip
def test_hostile_tables_get_a_sentence(rita: User, sign_in, name: str, content: bytes) -> None:
    response = sign_in(rita).post(reverse("intake:upload_csv"), {"file": upload(name, content)})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not Import.objects.exists()


def test_an_upload_without_files_is_named(rita: User, sign_in) -> None:
    client = sign_in(rita)
    assert client.post(reverse("intake:upload_csv")).status_code == 422
    assert client.post(reverse("intake:upload_resumes"), {"look": "after"}).status_code == 422
    assert client.post(reverse("intake:upload_resumes"), {"look": "never"}).status_code == 422


def test_others_see_no_import(waiting: Import, hugo: User, ines: User, emma: User, ada: User, sign_in) -> None:
    one = [waiting.id]
    pages = [reverse(f"intake:{name}") for name in ("list", "upload_resumes", "upload_csv")]
    pages += [reverse(f"intake:{name}", args=one) for name in ("detail", "columns", "preview", "failed_rows")]
    pages += [reverse(f"intake:{name}", args=[waiting.id, 1]) for name in ("review", "file", "pages")]
    pages.append(reverse("intake:page", args=[waiting.id, 1, 1]))
    for user in (hugo, ines, emma):
        client = sign_in(user)
        assert {client.get(page).status_code for page in pages} == {403}
        posts = [reverse(f"intake:{name}", args=one) for name in ("start", "cancel", "continue", "undo", "confirm")]
        assert {client.post(page).status_code for page in posts} == {403}
        assert client.post(reverse("intake:review", args=[waiting.id, 1]), {"do": "skip"}).status_code == 403
        assert client.post(reverse("intake:upload_resumes"), {"files": [upload("a.pdf", MINA)]}).status_code == 403
    assert ImportRow.objects.filter(state="waiting").count() == 2
    assert sign_in(ada).get(pages[0]).status_code == 200


def test_lists_take_the_same_statements_for_2_and_20(rita: User, sign_in) -> None:
    client = sign_in(rita)
    counts = []
    for number in (2, 18):
        table = "name,email\n" + "".join(f"Person {chr(97 + i)},p{number}x{i}@example.org\n" for i in range(number))
        item = work_until_done(start_csv(rita, table))
        for _ in range(number - 1):
            operations.create_csv_import(actor=rita.actor, name="x.csv", file=BytesIO(table.encode()))
        for page in (reverse("intake:list"), reverse("intake:detail", args=[item.id])):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            counts.append(len(captured))
    assert counts[:2] == counts[2:]


def test_a_refused_review_keeps_what_was_entered_and_says_where_it_is_wrong(rita: User, sign_in, waiting) -> None:
    client, review = sign_in(rita), reverse("intake:review", args=[waiting.id, 1])
    form = {
        "full_name": "Mina A. Okafor", "summary": "Typed by hand.", "skills": ["1"], "more_skills": "Sailing",
        "language-0-language": "German", "language-0-level": "C2", "language-4-language": "Polish", "language-4-level": "",
        "job-0-title": "Lead", "job-0-organisation": "Harbour", "job-0-place": "Bremen", "job-0-start": "2020", "job-0-end": "soon",
        "job-7-title": "Added by hand", "job-7-organisation": "Lighthouse", "job-7-place": "", "job-7-start": "", "job-7-end": "",
    }  # fmt: skip
    response = client.post(review, form)
    page = response.content.decode()
    assert response.status_code == 422
    assert not Candidate.objects.exists()
    fields = response.context["fields"]
    assert (fields.values["full_name"], fields.values["summary"], fields.values["email"]) == (
        "Mina A. Okafor",
        "Typed by hand.",
        "",
    )
    assert [(job.place, job.values["title"], job.values["end"]) for job in fields.jobs] == [
        (0, "Lead", "soon"),
        (7, "Added by hand", ""),
    ]
    assert [(row.place, row.values["language"], row.values["level"]) for row in fields.languages] == [
        (0, "German", "C2"),
        (4, "Polish", ""),
    ]
    assert [skill["place"] for skill in fields.skills if skill["is_kept"]] == [1]
    assert 'value="Sailing"' in page
    assert 'aria-describedby="job-0-end-error"' in page
    assert page.count('aria-invalid="true"') == 1

    assert client.post(review, form | {"job-0-end": "2021"}).status_code == 302
    mina = Candidate.objects.get()
    assert mina.languages == ["German (C2)", "Polish"]
    saved = mina.experiences.values_list("title", "organisation", "place")
    assert sorted(saved) == [("Added by hand", "Lighthouse", ""), ("Lead", "Harbour", "Bremen")]

    nameless = client.post(reverse("intake:review", args=[waiting.id, 2]), {"full_name": " "})
    assert nameless.status_code == 422
    assert 'aria-describedby="full_name-error"' in nameless.content.decode()


def test_each_input_of_a_job_knows_the_words_it_was_read_from(rita: User, sign_in, waiting: Import) -> None:
    page = sign_in(rita).get(reverse("intake:review", args=[waiting.id, 1])).content.decode()
    for key in ("position", "name", "startDate"):
        assert f'data-evidence="work[0].{key}"' in page
    assert '<mark data-field="work[0].startDate work[0].endDate">March 2019 – present</mark>' in page
    assert '<mark data-field="work[0].position">Senior </mark>' in page
    assert 'data-evidence="education[0].institution education[0].issuer"' in page
    assert '<mark data-field="languages[1].fluency">C1</mark>' in page
