"""Hang, memory, crash: one file's trouble is one row."""

import time
import zipfile
from pathlib import Path

import pytest

from rapport.intake import archives
from rapport.intake.document import Refusal
from rapport.intake.sandbox import SandboxPool, parse_one
from rapport.intake.tests.files import RESUME_LINES, plain_pdf, zip_file


@pytest.mark.parametrize(("content", "code"), [(b"hang", "timeout"), (b"crash", "crashed"), (b"memory", "memory")])
def test_trouble_is_a_row_and_the_next_file_is_read(trouble: tuple[str, ...], content: bytes, code: str) -> None:
    with SandboxPool(size=1, timeout_s=1.5, command=trouble) as pool:
        bad = pool.parse("bad.pdf", content)
        good = pool.parse("good.pdf", b"noise")

    assert (bad.resume, bad.code) == (None, code)
    assert bad.message.endswith(".")
    assert good.resume == {"said": "noise"}


def test_a_batch_keeps_its_order_through_hangs_and_crashes(trouble: tuple[str, ...]) -> None:
    contents = [b"a", b"crash", b"b", b"hang", b"c", b"memory", b"d"]
    started = time.monotonic()

    with SandboxPool(size=2, timeout_s=1.5, command=trouble) as pool:
        outcomes = list(pool.parse_many((str(i), lambda c=c: c) for i, c in enumerate(contents)))

    assert [outcome.name for outcome in outcomes] == [str(i) for i in range(7)]
    assert [outcome.code for outcome in outcomes] == ["", "crashed", "", "timeout", "", "memory", ""]
    assert time.monotonic() - started < 15


def test_no_process_is_left_behind(trouble: tuple[str, ...]) -> None:
    with SandboxPool(size=2, command=trouble) as pool:
        pool.parse("a", b"a")
        processes = [worker.process for worker in pool._all if worker.process]

    assert processes
    assert all(process.poll() is not None for process in processes)


def test_a_real_file_goes_through_the_real_sandbox() -> None:
    outcome = parse_one(
        "mina.pdf", plain_pdf("#Mina Okafor", *(line.replace("\t", "    ") for line in RESUME_LINES[1:]))
    )

    assert outcome.resume is not None
    assert outcome.resume["basics"]["name"] == "Mina Okafor"


def test_a_refusal_comes_back_as_a_sentence() -> None:
    outcome = parse_one("x.pdf", b"%PDF-1.7\nnothing")

    assert (outcome.code, outcome.message) == (
        "corrupt",
        "This PDF is damaged and cannot be opened. Ask for a new copy.",
    )


def read_all(source: bytes) -> dict[str, str]:
    rows = {}
    for name, load in archives.list_zip(source):
        try:
            rows[name] = load().decode("latin-1")[:20]
        except Refusal as refusal:
            rows[name] = refusal.code
    return rows


def test_a_zip_gives_its_files_whatever_they_are_called() -> None:
    source = zip_file(
        {
            "../../etc/mina.txt": b"Mina",
            "a/b.txt": b"B",
            "__MACOSX/x": b"",
            ".hidden": b"",
            "bomb.txt": b"\0" * 9_000_000,
        }
    )

    assert read_all(source) == {"../../etc/mina.txt": "Mina", "a/b.txt": "B", "bomb.txt": "archive"}


def test_a_zip_inside_a_zip_is_a_row_that_says_so() -> None:
    ((name, load),) = archives.list_zip(zip_file({"inner.zip": zip_file({"a.txt": b"x"})}))

    assert parse_one(name, load()).code == "archive"


def test_a_zip_with_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ARCHIVE_MEMBERS", 2)

    with pytest.raises(Refusal, match="3 files"):
        list(archives.list_zip(zip_file({"a": b"", "b": b"", "c": b""})))


def test_a_damaged_member_is_its_own_row() -> None:
    source = bytearray(zip_file({"a.txt": b"hello " * 50, "b.txt": b"B"}))
    offset = zipfile.ZipFile(__import__("io").BytesIO(bytes(source))).getinfo("a.txt").header_offset
    source[offset + 40] ^= 0xFF

    assert read_all(bytes(source)) == {"a.txt": "corrupt", "b.txt": "B"}


def test_a_folder_is_listed_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.txt", ".git/x", "a/.DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "outside").symlink_to("/etc/hostname")

    assert [name.removeprefix(str(tmp_path)) for name, _ in archives.list_folder(tmp_path)] == ["/a/c.txt", "/b.txt"]
