"""`rapport experiment analyze FILE.csv --json` as a program runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rapport.outreach import cli

HEAD = "arm,outcome\n"
TABLE = HEAD + "A,0\nB,1\n" * 11


def write(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "people.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert cli.run(["analyze", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_a_program_gets_json_and_no_database_is_asked(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rapport", "experiment", "analyze", write(tmp_path, TABLE), "--json"]
    environ = {"RAPPORT_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert list(found)[:6] == ["verdict", "winner", "estimate", "interval", "required_n", "arms"]
    assert (found["verdict"], found["winner"], found["estimate"]) == ("winner", "B", 1.0)
    assert found["arms"] == [{"arm": "A", "n": 11, "rate": 0.0}, {"arm": "B", "n": 11, "rate": 1.0}]
    assert found["interval"][0] >= 0
    assert (found["control"], found["smallest_effect"], found["level"]) == ("A", 0.02, 0.05)


def test_django_is_not_imported(tmp_path: Path) -> None:
    code = (
        f"import sys; from rapport.config.cli import run; run(['experiment', 'analyze', {write(tmp_path, TABLE)!r}]);"
        "sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, timeout=60).returncode == 0


def test_the_control_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, write(tmp_path, TABLE), "--control", "B")
    assert (found["winner"], found["estimate"], found["control"]) == ("B", -1.0, "B")
    assert found["interval"][1] <= 0


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.encode("utf-16"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
        "\n".join(f"x,{line.split(',')[1]},  {line.split(',')[0]}" for line in TABLE.split()).encode(),
        TABLE.replace("A,0\n", '"A","0"\n\n').encode(),
        TABLE.replace("arm,outcome", " Arm , OUTCOME ").encode(),
    ],
    ids=["bom", "utf-16-le", "utf-16-be", "crlf", "semicolon", "tab", "other-columns", "quotes-and-gaps", "header"],
)
def test_tables_of_many_programs_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    found = answer(capsys, write(tmp_path, content))
    assert (found["winner"], [arm["n"] for arm in found["arms"]]) == ("B", [11, 11])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "This file is empty."),
        (b"\n\n", "names no column arm and no column outcome"),
        (HEAD, "a header and no rows"),
        ("arm,result\nA,1\n", "names no column outcome."),
        ("arm,outcome,arm\nA,1,B\n", "names arm twice"),
        (HEAD + "A,0\nA,1\n", "Everybody is in one arm, 'A'."),
        (HEAD + "A,0\nB,maybe\n", "Line 3: the outcome is 'maybe'. It has to be 0 or 1."),
        (HEAD + "A,0\nB,\n", "Line 3: the outcome is ''"),
        (HEAD + "A,0\nB,2\n", "Line 3: the outcome is '2'"),
        (HEAD + "A,0\nB\n", "Line 3 has too few columns"),
        (HEAD + "A,0\n ,1\n", "Line 3 names no arm"),
        (HEAD + "".join(f"arm {number},0\n" for number in range(10_000)), "Line 7 names another arm, 'arm 5'"),
        (b"arm,outcome\nA,0\nB\x00,1\n", "NUL bytes"),
        (TABLE.encode("utf-16-le"), "NUL bytes"),
        ("arm,outcome\nGrüße,0\n".encode("latin-1"), "not text in UTF-8 or UTF-16"),
        (TABLE.encode("utf-16") + b"\x00", "not text in UTF-8 or UTF-16"),
        (b"arm,outcome\n" + b"x" * 200_000, "a line of 100,000 characters"),
        (b"PK\x03\x04" + bytes(range(128, 256)), "not text in UTF-8"),
        (HEAD + '"A,0\n' + "B,1\n" * 50_000, "Perhaps a quotation mark is opened and never closed"),
    ],
)
def test_what_is_no_table_of_outcomes_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, message: str
) -> None:
    assert cli.run(["analyze", write(tmp_path, content), "--json"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


def test_files_that_cannot_be_opened_and_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["analyze", str(tmp_path)]) == 1
    assert cli.run(["analyze", str(tmp_path / "none.csv")]) == 1
    assert cli.run(["analyze", write(tmp_path, TABLE), "--control", "C"]) == 1
    err = capsys.readouterr().err
    assert "This is a folder" in err
    assert "could not be opened: No such file or directory" in err
    assert "There is no arm 'C'; the arms are 'A', 'B'." in err
    for wrong in ("--level=0", "--level=nan", "--level=1", "--smallest-effect=-1", "--smallest-effect=x"):
        assert cli.run(["analyze", write(tmp_path, TABLE), wrong]) == 2
    assert cli.run([]) == 2


def test_people_read_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["analyze", write(tmp_path, TABLE)]) == 0
    out = capsys.readouterr().out
    assert "A: 0 of 11, 0.00% (control)" in out
    assert "winner: B is better than every other arm" in out


def test_a_plan_says_how_many_people_are_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", "--rate", "0.1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["required_n_fixed"] == 3841
    assert 6000 < found["required_n"] < 7000
    assert cli.run(["plan", "--rate", "0.1", "--arms", "4", "--power", "0.9"]) == 0
    assert "people in each arm" in capsys.readouterr().out
    assert cli.run(["plan", "--rate", "2"]) == 2
