"""`rapport duplicates FILE.csv --json` as a program runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

GERMAN = """Ort;PLZ;Straße;Geburtsdatum;Nachname;Vorname;E-Mail;Kundennummer
Berlin;10115;Hafenstr. 12;03.04.1980;Müller;Anna;anna@example.org;K-1
Berlin;10115;Hafenstraße 12;1980-04-03;Mueller;Anna;;K-2
Hamburg;20095;Weg 3;1.1.1990;Lang;Petra;info@example.org;K-3
Hamburg;20095;Weg 3;2.2.1971;Kurz;Otto;info@example.org;K-4
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rapport", "duplicates", *arguments], capture_output=True, text=True, timeout=60
    )


def write(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def test_rows_without_a_known_id_go_by_their_number_in_the_spreadsheet(tmp_path: Path) -> None:
    done = run(write(tmp_path, GERMAN), "--json")
    [cluster] = json.loads(done.stdout)["clusters"]
    assert (done.returncode, done.stderr) == (0, "")
    assert cluster["members"] == [2, 3]
    assert cluster["sure"] is True
    assert cluster["score"] > 0.99
    assert cluster["reasons"][0] == "Same birth date"
    assert "Surnames differ by a slip" in cluster["reasons"]


def test_an_id_names_the_record(tmp_path: Path) -> None:
    done = run(write(tmp_path, GERMAN.replace("Kundennummer", "rec_id")), "--json")
    assert json.loads(done.stdout)["clusters"][0]["members"] == ["K-1", "K-2"]


def test_ids_that_come_twice_name_nothing(tmp_path: Path) -> None:
    done = run(write(tmp_path, GERMAN.replace("Kundennummer", "id").replace("K-2", "K-1")), "--json")
    assert json.loads(done.stdout)["clusters"][0]["members"] == [2, 3]


def test_nobody_twice_is_an_empty_list(tmp_path: Path) -> None:
    done = run(
        write(tmp_path, "id,name,email\n1,Anna Maiwald,anna@example.org\n2,Otto Sowa,otto@example.org\n"), "--json"
    )
    assert (done.returncode, json.loads(done.stdout)) == (0, {"clusters": []})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\x00\x01\x02\x03\x04\x05" * 50, "not a text file"),
        (b"source,status\nx,y\n", "No column of this file says anything about a person"),
    ],
    ids=["empty", "zip", "binary", "no-person"],
)
def test_what_is_no_table_of_persons_is_refused_in_words(tmp_path: Path, content: bytes, message: str) -> None:
    done = run(write(tmp_path, content), "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_row_costs_itself(tmp_path: Path) -> None:
    head, first, *rest = GERMAN.splitlines(keepends=True)
    done = run(write(tmp_path, "".join([head, first, 'Kiel;1;"never closed;x\n', *rest])), "--json")
    assert done.returncode == 0
    assert "row 3: A quotation mark is opened in this row and never closed" in done.stderr
    assert json.loads(done.stdout)["clusters"][0]["members"] == [2, 4]


def test_a_missing_file_a_folder_and_no_file(tmp_path: Path) -> None:
    assert "could not be opened" in run(str(tmp_path / "none.csv")).stderr
    assert "This is a folder" in run(str(tmp_path)).stderr
    assert run().returncode == 2
