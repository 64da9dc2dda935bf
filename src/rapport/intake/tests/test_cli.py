"""`rapport resume parse`: JSON on standard output, messages on standard error, no database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rapport.intake.cli import run
from rapport.intake.tests.files import RESUME_LINES, plain_pdf, zip_file

TEXT = "\n".join(RESUME_LINES).encode()


def test_a_file_gives_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mina.txt"
    path.write_bytes(TEXT)

    status = run(["parse", str(path), "--json"])

    resume = json.loads(capsys.readouterr().out)
    assert status == 0
    assert resume["path"] == str(path)
    assert {
        "basics",
        "work",
        "education",
        "skills",
        "languages",
        "certificates",
        "text",
        "evidence",
        "confidence",
    } <= set(resume)
    assert resume["basics"]["name"] == "Mina Okafor"


def test_a_folder_gives_a_line_a_file_sorted_by_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.txt").write_bytes(TEXT)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing")

    status = run(["parse", str(tmp_path), "--json"])

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 0
    assert [Path(row["path"]).name for row in rows] == ["a.pdf", "b.txt"]
    assert rows[0]["error"] == "This PDF is damaged and cannot be opened. Ask for a new copy."
    assert rows[1]["basics"]["name"] == "Mina Okafor"


def test_a_zip_is_read_like_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "all.zip").write_bytes(
        zip_file({"mina.txt": TEXT, "two.pdf": plain_pdf("#Mina Okafor", "mina@example.org")})
    )

    assert run(["parse", str(tmp_path / "all.zip"), "--json"]) == 0
    assert [json.loads(line)["path"] for line in capsys.readouterr().out.splitlines()] == ["mina.txt", "two.pdf"]


@pytest.mark.parametrize("name", ["broken.pdf", "missing.pdf"])
def test_a_single_unreadable_file_fails_with_a_message(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")

    status = run(["parse", str(tmp_path / name), "--json"])

    captured = capsys.readouterr()
    assert (status, captured.out) == (1, "")
    assert captured.err.startswith(str(tmp_path / name))
    assert len(captured.err.splitlines()) == 1


def test_a_wrong_call_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["parse"]) == 2
    assert "usage" in capsys.readouterr().err


def test_parsing_loads_no_django() -> None:
    code = (
        "import sys, rapport.intake.cli, rapport.intake.sandbox, rapport.intake.worker as w;"
        "w.parse_file(b'Mina Okafor\\nEXPERIENCE\\nEngineer 2019 - 2021');"
        "print(sorted(m for m in sys.modules if m.startswith(('django', 'psycopg'))))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)

    assert done.stdout.strip() == "[]"


def test_names_and_texts_that_are_no_utf8_cost_no_row(tmp_path: Path) -> None:
    """Half a surrogate pair in JSON, and a name in Latin-1, as old archives have them."""
    (tmp_path / "a.json").write_bytes(b'{"basics": {"name": "Zora \\ud800 Quill"}}')
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(TEXT)
    (tmp_path / "mina.txt").write_bytes(TEXT)

    done = subprocess.run(
        [sys.executable, "-m", "rapport", "resume", "parse", str(tmp_path)],
        capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
    )  # fmt: skip

    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["basics"]["name"] for row in rows] == ["Zora ? Quill", "Mina Okafor", "Mina Okafor"]
    assert os.fsencode(rows[1]["path"]).endswith(b"/caf\xe9.txt")
