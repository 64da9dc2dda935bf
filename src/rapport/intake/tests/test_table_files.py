import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.intake import table_files
from rapport.intake.document import Refusal
from rapport.intake.table_inspection import inspect


def read(content: bytes) -> list[tuple[int, list[str], str]]:
    file = BytesIO(content)
    form = table_files.detect_format(file)
    return [(row.number, row.cells, row.problem) for row in table_files.read_records(file, form)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_usual_encodings_and_delimiters_are_told(encoding: str, delimiter: str) -> None:
    lines = ["Name{0}Ort", "Änne Größ{0}Köln", '"Zoë, {0} Bär"{0}Graz']
    content = "\r\n".join(lines).replace("{0}", delimiter).encode(encoding)
    assert read(content) == [
        (1, ["Name", "Ort"], ""),
        (2, ["Änne Größ", "Köln"], ""),
        (3, [f"Zoë, {delimiter} Bär", "Graz"], ""),
    ]


def test_old_line_ends_single_quotes_and_the_sep_line_of_spreadsheets() -> None:
    assert read(b"a,b\rc,d\r") == [(1, ["a", "b"], ""), (2, ["c", "d"], "")]
    assert read(b"'a'|'b'\n'c'|'d|e'\n") == [(1, ["a", "b"], ""), (2, ["c", "d|e"], "")]
    assert read(b"sep=;\na;b\nc;d\n") == [(1, ["a", "b"], ""), (2, ["c", "d"], "")]


def test_blank_rows_count_as_in_a_spreadsheet_and_are_left_out() -> None:
    assert [row[0] for row in read(b"a,b\n\nc,d\n,\ne,f\n")] == [1, 3, 5]


def test_a_quotation_mark_that_is_never_closed_costs_one_row() -> None:
    assert read(b'a,b\nc,"d\ne,f\ng,h\n') == [
        (1, ["a", "b"], ""),
        (2, [], "A quotation mark is opened in this row and never closed."),
        (3, ["e", "f"], ""),
        (4, ["g", "h"], ""),
    ]


def test_a_quotation_mark_never_closed_in_the_last_row_is_told_too() -> None:
    said = "A quotation mark is opened in this row and never closed."
    assert read(b'a,b\nc,d\n"e,f\n')[1:] == [(2, ["c", "d"], ""), (3, [], said)]
    assert read(b'a,b\nc,d\ne,"f')[1:] == [(2, ["c", "d"], ""), (3, [], said)]
    assert read(b'a,b\nc,"d\ne,f\ng,h')[1:] == [(2, [], said), (3, ["e", "f"], ""), (4, ["g", "h"], "")]
    assert read(b'a,b\n5" pipe,"d"')[1:] == [(2, ['5" pipe', "d"], "")]


def test_a_cell_of_many_lines_is_one_row() -> None:
    assert read(b'a,b\nc,"d\n\nd"\ne,f\n') == [(1, ["a", "b"], ""), (2, ["c", "d\n\nd"], ""), (3, ["e", "f"], "")]


def test_a_line_of_50_mb_is_one_bad_row() -> None:
    rows = read(b"a,b\n" + b"x" * 50_000_000 + b"\nc,d\n")
    assert rows[1:] == [(2, [], "This row is longer than 1,000,000 characters."), (3, ["c", "d"], "")]


def test_one_broken_letter_does_not_make_it_another_encoding() -> None:
    content = b"Name,Ort\n" + "Änne,Köln\n".encode() * 20 + b"J\xf6rg,Bonn\n"
    assert read(content)[1][1] == ["Änne", "Köln"]
    assert read(content)[-1][1] == ["J\ufffdrg", "Bonn"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"), (b"\n \n", "empty"), (b"\0" * 100, "empty"), (b"PK\x03\x04" + b"x" * 50, "unknown_type"),
        (b"%PDF-1.7", "unknown_type"), (b"\xd0\xcf\x11\xe0" + b"x" * 50, "unknown_type"), (b"name,mail\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 20, "unknown_type"), (b",".join([b"c"] * 10_000) + b"\n1,2", "too_large"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        inspect(BytesIO(content))
    assert refusal.value.code == code
    assert str(refusal.value).endswith(".")


def test_columns_are_named_once() -> None:
    names = table_files.name_columns(["E-Mail", "e-mail", "", "E-Mail", "Na\0me"])
    assert names == ["E-Mail", "e-mail (2)", "Column 3", "E-Mail (3)", "Name"]


@pytest.mark.real_data
def test_the_dialects_of_csv_spectrum_are_read_as_they_say(real_data: Path) -> None:
    folder = real_data / "formats" / "csv"
    paths = sorted((folder / "csvs").glob("*.csv"))
    assert paths
    for path in paths:
        with path.open("rb") as file:
            head, *rows = [row.cells for row in table_files.read_records(file, table_files.detect_format(file))]
        told = [dict(zip(head, row, strict=True)) for row in rows]
        # One of the files has lost the \r that its answer still has.
        wanted = json.loads((folder / "json" / f"{path.stem}.json").read_text().replace("\\r\\n", "\\n"))
        assert told == wanted, path.name


@given(st.binary(max_size=3000))
def test_no_bytes_make_it_crash(content: bytes) -> None:
    try:
        found = inspect(BytesIO(content))
    except Refusal:
        return
    assert found.row_count >= 1
