"""`rapport skills find`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rapport.skills.cli import run


def test_find_prints_spans_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "text.txt"
    file.write_text("Über C++ und SQL", encoding="utf-8")
    assert run(["find", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"skill": "C++", "start": 5, "end": 8, "text": "C++"},
        {"skill": "SQL", "start": 13, "end": 16, "text": "SQL"},
    ]


def test_find_prints_each_skill_once_without_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes(b"SQL, Python, SQL \xff")
    assert run(["find", str(file)]) == 0
    assert capsys.readouterr().out == "SQL\nPython\n"


@pytest.mark.parametrize("content", [None, b"%PDF-1.4 \0\0"])
def test_what_cannot_be_read_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    file = tmp_path / "cv.pdf"
    if content:
        file.write_bytes(content)
    assert run(["find", str(file)]) == 1
    streams = capsys.readouterr()
    assert streams.out == ""
    assert str(file) in streams.err
    assert run(["find", str(tmp_path)]) == 1


def test_the_command_works_without_set_up(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("Kotlin")
    answer = subprocess.run(
        [sys.executable, "-m", "rapport", "skills", "find", str(file)], capture_output=True, text=True
    )
    assert (answer.returncode, answer.stdout) == (0, "Kotlin\n")
