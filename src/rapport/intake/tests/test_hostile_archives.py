"""Archives made to do harm, and files with names and texts that nobody expects: each costs its own row, the rest goes on."""

import io
import json
import random
import struct
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from rapport.accounts.models import User
from rapport.candidates.models import Candidate
from rapport.intake import import_files, operations
from rapport.intake.archives import list_zip
from rapport.intake.document import Refusal
from rapport.intake.filetypes import tell_type
from rapport.intake.limits import MAX_DIRECTORY_BYTES
from rapport.intake.models import ImportRow
from rapport.intake.tests.conftest import work_until_done
from rapport.intake.tests.files import zip_file

TEXT = b"Mina Okafor\nmina.okafor@example.org\n"


def packed(members: dict[str, bytes], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def broken_inside(name: str, method: int) -> bytes:
    """An archive of one member whose packed bytes are nonsense."""
    whole = bytearray(packed({name: random.Random(1).randbytes(600)}, method))
    start = 30 + len(name) + 10
    whole[start : start + 20] = b"\xff" * 20
    return bytes(whole)


def endless(count: int, name: bytes = b"a") -> bytes:
    """A ZIP that lists one empty member so many times."""
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    listed = b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, *[0] * 7, len(name), *[0] * 6) + name
    size = count * len(listed)
    return local + listed * count + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0, 0, size, len(local), 0)


def rows_of(source: bytes) -> dict[str, str]:
    """What each file of an archive, and of those inside it, is: its size or the code of its refusal."""
    found = {}
    for name, load in import_files.list_resumes(io.BytesIO(source)):
        try:
            found[name] = str(len(load()))
        except Refusal as refusal:
            found[name] = refusal.code
    return found


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_of_any_packing_is_its_own_row(method: int) -> None:
    inner = broken_inside("mina.txt", method)

    assert rows_of(zip_file({"inner.zip": inner, "good.txt": TEXT})) == {
        "inner.zip/mina.txt": "corrupt",
        "good.txt": "36",
    }


def test_a_document_that_cannot_be_looked_into_is_its_own_row() -> None:
    kind = b"application/vnd.oasis.opendocument.text" * 20
    odt = bytearray(packed({"mimetype": kind, "content.xml": b"<a/>"}, zipfile.ZIP_LZMA))
    odt[48:68] = b"\xff" * 20

    with pytest.raises(Refusal, match="damaged inside the archive"):
        tell_type(bytes(odt))
    assert rows_of(zip_file({"cv.odt": bytes(odt), "good.txt": TEXT})) == {"cv.odt": str(len(odt)), "good.txt": "36"}


def test_a_member_without_a_name_is_a_file() -> None:
    nameless = endless(1, name=b"")

    assert rows_of(zip_file({"inner.zip": nameless, "good.txt": TEXT})) == {"inner.zip/file": "0", "good.txt": "36"}


def test_a_list_of_contents_without_end_is_not_read() -> None:
    bomb = endless(MAX_DIRECTORY_BYTES // 47 + 1)

    with pytest.raises(Refusal, match="lists far more files than the 5,000"):
        list(list_zip(bomb))
    assert rows_of(packed({"bomb.zip": bomb, "good.txt": TEXT}, zipfile.ZIP_STORED)) == {
        "bomb.zip": str(len(bomb)),
        "good.txt": "36",
    }


def test_an_archive_inside_is_unpacked_file_by_file(monkeypatch: pytest.MonkeyPatch) -> None:
    from rapport.intake import archives

    read, names = archives.read_member, []

    def noted(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
        names.append(member.filename)
        return read(archive, member, most)

    monkeypatch.setattr(archives, "read_member", noted)
    inner = zip_file({f"{number}.txt": TEXT for number in range(50)})
    files = import_files.list_resumes(io.BytesIO(zip_file({"inner.zip": inner})))

    assert next(files)[0] == "inner.zip/0.txt"
    assert names == ["inner.zip", "0.txt"]


def test_archives_in_an_archive_have_an_end_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_files, "MAX_FILES_OF_ARCHIVES", 5)
    inner = zip_file({f"{number}.txt": TEXT for number in range(3)})

    found = rows_of(zip_file({"a.zip": inner, "b.zip": inner, "c.zip": inner}))

    assert list(found.items())[-2:] == [("b.zip/1.txt", "36"), ("b.zip/2.txt", "archive")]


@pytest.mark.django_db
def test_the_import_goes_on_behind_each_of_them(rita: User) -> None:
    files = [
        ("lzma.zip", broken_inside("mina.txt", zipfile.ZIP_LZMA)),
        ("endless.zip", endless(100_000)),
        ("mina.txt", TEXT),
    ]
    item = operations.create_resume_import(
        actor=rita.actor, files=[(name, io.BytesIO(data)) for name, data in files], options={}
    )

    item = work_until_done(item)

    assert (item.state, item.created_count, item.failed_count) == ("done", 1, 2)
    assert list(ImportRow.objects.order_by("number").values_list("name", "message")) == [
        ("lzma.zip/mina.txt", "This file is damaged inside the archive."),
        ("endless.zip", "This archive lists far more files than the 5,000 imported at once."),
        ("mina.txt", ""),
    ]


HALF_A_PAIR = b'{"basics":{"name":"Zora \\ud800 Quill","email":"zora@example.org","summary":"a\\u0000b"},"work":[{"name":"Acorn\\u0000 Labs","position":"Engineer","startDate":"2019"}]}'


@pytest.mark.django_db
@pytest.mark.parametrize("review", [False, True])
def test_half_a_surrogate_pair_and_nul_in_a_resume_are_no_trouble(rita: User, review: bool) -> None:
    item = operations.create_resume_import(
        actor=rita.actor, files=[("zora.json", io.BytesIO(HALF_A_PAIR))], options={"review": review}
    )

    item = work_until_done(item)

    row = ImportRow.objects.get()
    assert (item.state, row.state) == ("done", "waiting" if review else "created"), row.message
    if not review:
        zora = Candidate.objects.get()
        assert (zora.full_name, zora.organisation) == ("Zora ? Quill", "Acorn Labs")


@pytest.mark.django_db
def test_files_whose_names_are_not_utf8_come_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "cvs"
    folder.mkdir()
    with open(bytes(folder) + b"/caf\xe9.txt", "wb") as file:
        file.write(TEXT)
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")

    call_command("import", "resumes", str(folder), "--json")

    report = json.loads(capsys.readouterr().out)
    assert (report["created"], report["failed"]) == (1, 1)
    assert ImportRow.objects.get(state="created").name == "caf .txt"
