"""Exports as they should not be: broken, wrong, hostile, huge; each row says what was wrong with it."""

import io
import json
import os
import random
import zipfile
from pathlib import Path

import psutil
import pytest

from rapport.candidates.models import Candidate, Note
from rapport.flows.moving_in.export_files import Export
from rapport.flows.moving_in.running import Report, bring_in
from rapport.flows.moving_in.sql_dump import read_dump
from rapport.flows.moving_in.staging import Staging
from rapport.flows.moving_in.values import moment, text, words
from rapport.intake.document import Refusal
from rapport.intake.models import Import
from rapport.lib.actors import COMMAND
from rapport.lib.errors import InvalidInput


def run(system: str, path: Path, **options) -> Report:
    return bring_in(actor=COMMAND, system=system, path=path, **options)


def lines(folder: Path, name: str, content: bytes | str) -> list[tuple[int, dict | None, str]]:
    folder.joinpath(name).write_bytes(content.encode() if isinstance(content, str) else content)
    with Export(folder / name) as export:
        return [(line.number, line.row, line.problem) for line in export.lines(export.members[0])]


NO_JSON = "This entry is no JSON, or the file ends in it."


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", '[{"id": 1}, {"id": 2}]', [(1, {"id": 1}, ""), (2, {"id": 2}, "")]),
        ("a.json", '{"data": [{"id": 1}], "hasNext": false}', [(1, {"id": 1}, "")]),
        ("a.json", '[{"id": 1}]\n[{"id": 2}]', [(1, {"id": 1}, ""), (2, {"id": 2}, "")]),
        ("a.json", '{"id": 1}\n{"id": 2}\n', [(1, {"id": 1}, ""), (2, {"id": 2}, "")]),
        ("a.json", '{\n "id": 1\n}\n{\n "id": 2\n}', [(1, {"id": 1}, ""), (2, {"id": 2}, "")]),
        ("a.json", '[\n {"id": 1},\n {"id": oops},\n {"id": 3}\n]', [(1, {"id": 1}, ""), (2, None, NO_JSON), (3, {"id": 3}, "")]),
        ("a.json", '[{"id": 1}, {"id": "never', [(1, {"id": 1}, ""), (2, None, NO_JSON)]),
        ("a.json", '[1, {"id": 2}]', [(1, None, "This entry is no object with named values."), (2, {"id": 2}, "")]),
        ("a.jsonl", '{"id": 1}\n{"id"\n{"id": 3}', [(1, {"id": 1}, ""), (2, None, "This line is no JSON."), (3, {"id": 3}, "")]),
        ("a.json", "[" * 5000, [(1, None, NO_JSON)]),
        ("a.json", "", [(0, None, "This file is empty. Choose another one.")]),
        ("a.csv", "id,name\n1,Zo\u00eb\n2,a,b\n", [(2, {"id": "1", "name": "Zo\u00eb"}, ""), (3, None, "This row has 3 cells, but there are 2 columns.")]),
        ("a.csv", "id;name\n1;Zo\u00eb\n".encode("cp1252"), [(2, {"id": "1", "name": "Zo\u00eb"}, "")]),
        ("a.csv", "id\tname\n1\tZo\u00eb\n".encode("utf-16"), [(2, {"id": "1", "name": "Zo\u00eb"}, "")]),
    ],
)  # fmt: skip
def test_files_are_read_as_far_as_they_can_be(tmp_path: Path, name: str, content: bytes | str, expected: list) -> None:
    assert lines(tmp_path, name, content) == expected


def test_a_large_array_is_read_in_pieces(tmp_path: Path) -> None:
    body = ",".join(json.dumps({"id": number, "text": "x" * 900}) for number in range(6000))
    found = lines(tmp_path, "a.json", f"[{body}]")
    assert [row["id"] for _, row, _ in found if row] == list(range(6000))


def test_a_zip_bomb_and_a_locked_member_are_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("candidates.json", b"[" + b" " * 50_000_000)
    with Export(tmp_path / "e.zip") as export:
        assert [line.problem for line in export.lines(export.members[0])] == [
            "This file unpacks to far more than a table holds; it was not opened."
        ]


def test_members_that_cannot_be_unpacked_are_told_and_the_others_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("candidates.json", random.Random(1).randbytes(600))
        archive.writestr("jobs.json", '[{"id": 1}]', zipfile.ZIP_STORED)
    whole = bytearray((tmp_path / "e.zip").read_bytes())
    whole[60:90] = b"\xff" * 30
    (tmp_path / "e.zip").write_bytes(whole)
    with Export(tmp_path / "e.zip") as export:
        broken, fine = export.members
        assert [line.problem for line in export.lines(broken)] == ["The rest of this file is damaged."]
        with pytest.raises(Refusal, match="This file is damaged"):
            export.read(broken.path)
        assert [line.row for line in export.lines(fine)] == [{"id": 1}]


def test_links_and_paths_do_not_lead_out_of_an_export(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "inside.txt").write_text("here")
    os.symlink(tmp_path / "secret.txt", tmp_path / "export" / "link.txt")
    with Export(tmp_path / "export") as export:
        assert [member.path for member in export.members] == ["inside.txt"]
        assert [export.find(name) for name in ("../secret.txt", "link.txt", "/inside.txt", "INSIDE.txt")] == [
            "",
            "",
            "inside.txt",
            "inside.txt",
        ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<p>a<br>b</p><script>x()</script>", "a\nb"), ("a < b > c", "a < b > c"), ("AT&amp;T", "AT&T"), (None, ""),
        ("NULL", ""), ("<img src=x onerror=alert(1)>hi", "hi"),
    ],
)  # fmt: skip
def test_html_becomes_text(given: str | None, expected: str) -> None:
    assert words(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-01-02T03:04:05.678Z", "2024-01-02T03:04:05.678000+00:00"), ("2024-01-02 03:04:05", "2024-01-02T03:04:05+00:00"),
        ("2024-01-02", "2024-01-02T00:00:00+00:00"), ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05+00:00"),
        (1704164645000, "2024-01-02T03:04:05+00:00"), ("0000-00-00 00:00:00", None), ("1000-01-01 00:00:00", None),
        ("yesterday", None), ("2024-02-30", None), (True, None), ("99999999999999999999", None),
    ],
)  # fmt: skip
def test_moments(given: object, expected: str | None) -> None:
    found = moment(given)
    assert (found.isoformat() if found else None) == expected


def test_ids_of_any_kind_are_text() -> None:
    assert [text(value) for value in (17, 17.0, "17", None, True, {"a": 1})] == ["17", "17", "17", "", "", ""]


def test_a_dump_is_read_over_lines_and_behind_what_is_broken() -> None:
    dump = (
        "CREATE TABLE `user` (\n  `user_id` int,\n  `email` text,\n  PRIMARY KEY (`user_id`)\n);\n"
        "INSERT INTO `user` VALUES (1,'a\\'b;(\\n'),\n(2,'two\nlines'),(3,NULL);\nINSERT INTO `user` VALUES (4);\n"
        "INSERT INTO `other` VALUES (1);\nINSERT INTO user (email, user_id) VALUES ('x', 5);\n"
    )
    found = [(row.row, row.problem) for row in read_dump(io.StringIO(dump), {"user"})]
    assert found == [
        ({"user_id": "1", "email": "a'b;(\n"}, ""), ({"user_id": "2", "email": "two\nlines"}, ""),
        ({"user_id": "3", "email": None}, ""), (None, "This row has 1 values, but there are 2 columns."),
        ({"email": "x", "user_id": "5"}, ""),
    ]  # fmt: skip


@pytest.mark.django_db
def test_hostile_values_are_stored_as_they_are_or_refused(tmp_path: Path) -> None:
    people = [
        {"id": 1, "first_name": "Zo\u00eb\u202e", "last_name": "\u738b" * 400, "email_addresses": "no list", "tags": {"a": 1}, "applications": "x"},
        {"id": 2, "first_name": "A\u0000b", "last_name": "C", "email_addresses": [{"value": "not an address"}, None, 7, {"value": "ok@example.com"}]},
        {"id": {"nested": 1}, "first_name": "Nobody"},
        {"id": "x" * 500, "first_name": "Too long"},
        {"id": 3, "first_name": "'; DROP TABLE candidates_candidate; --", "last_name": "", "created_at": "9999-99-99", "educations": [[]], "employments": [None]},
        {"id": 3, "first_name": "Twice", "last_name": "Here"},
    ]  # fmt: skip
    (tmp_path / "candidates.json").write_text(json.dumps(people))
    (tmp_path / "activity.csv").write_text(
        "id,candidate_id,created_at,body\n1,404,2024-01-01 00:00:00,lost\n2,2,2024-01-01 00:00:00," + "y" * 9000 + "\n"
    )
    (tmp_path / "eeoc.csv").write_text("application_id,race_description\n1,x\n")
    tried = run("greenhouse", tmp_path, dry_run=True)
    assert Import.objects.count() == 0
    report = run("greenhouse", tmp_path)
    assert report.counts == tried.counts
    assert report.counts["candidate"] == {"created": 3, "failed": 1}
    assert report.counts["event"] == {"created": 1}
    assert (report.unread, [row["message"] for row in report.file_problems]) == (
        ["eeoc.csv"],
        ["This row has no id."] * 2,
    )
    names = dict(Candidate.objects.values_list("full_name", "title"))
    assert {"Twice Here", "A b C"} < set(names)
    assert max(map(len, names)) <= 300
    assert [row["message"] for row in report.problems if row["failed"]] == [
        "This candidate is neither in this export nor here. What the export has of them was left out: 1 events."
    ]


@pytest.mark.django_db
def test_an_address_of_many_makes_nobody_of_them_one(tmp_path: Path) -> None:
    people = [
        {
            "id": number,
            "first_name": "Person",
            "last_name": f"N{number}",
            "email_addresses": [{"value": "none@none.example"}],
        }
        for number in range(6)
    ]
    (tmp_path / "candidates.json").write_text(json.dumps(people))
    tried = run("greenhouse", tmp_path, dry_run=True)
    report = run("greenhouse", tmp_path)
    assert report.counts["candidate"] == tried.counts["candidate"] == {"created": 6}
    assert report.problems[0]["message"] == "none@none.example stands beside many names in this file and was left out."


@pytest.mark.django_db
def test_a_value_the_database_refuses_costs_its_row(tmp_path: Path) -> None:
    people = [{"id": number, "first_name": "Person", "last_name": f"No{number}"} for number in range(5)]
    people[2]["first_name"] = "\ud800 lone"
    (tmp_path / "candidates.json").write_text(json.dumps(people))
    report = run("greenhouse", tmp_path)
    assert sum(report.counts["candidate"].values()) == 5
    assert report.counts["candidate"]["created"] >= 4


@pytest.mark.django_db
def test_memory_stays_flat_while_an_export_is_staged(tmp_path: Path) -> None:
    with (tmp_path / "candidates.jsonl").open("w") as file:
        for number in range(60_000):
            file.write(
                json.dumps({"id": number, "first_name": "Zora", "last_name": f"Quill{number}", "title": "x" * 500})
                + "\n"
            )
    from rapport.flows.moving_in.greenhouse import Greenhouse

    with Export(tmp_path) as export, Staging() as staging:
        before = psutil.Process().memory_info().rss
        reader = Greenhouse()
        reader.stage(export, staging)
        assert reader.count(staging) == (0, 60_000)
        assert sum(1 for _ in reader.people(staging, 59_000)) == 1000
        grown = psutil.Process().memory_info().rss - before
    assert grown < 40_000_000


REAL = {"greenhouse": "fivetran_greenhouse", "lever": "fivetran_lever"}


@pytest.mark.django_db
@pytest.mark.real_data
@pytest.mark.parametrize("system", ["greenhouse", "lever"])
def test_real_exports_come_in_and_the_same_again_changes_nothing(
    real_data: Path, system: str, settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    folder = real_data / "exports" / REAL[system] / "integration_tests" / "seeds"
    tried = run(system, folder, dry_run=True)
    report = run(system, folder)
    assert report.counts == tried.counts
    assert report.file_problems == []
    if system == "greenhouse":
        assert (report.counts["job"], report.counts["candidate"]["created"]) == ({"created": 2}, 2)
    else:
        assert (report.counts["job"], report.counts["candidate"]["created"]) == ({"created": 3}, 2)
    notes = Note.objects.count()
    again = run(system, folder)
    assert again.counts["job"] == {"unchanged": report.counts["job"]["created"]}
    assert again.counts["candidate"].get("created", 0) == 0
    assert (Candidate.objects.count(), Note.objects.count()) == (2, notes)


@pytest.mark.django_db
def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        run("lever", tmp_path / "nothing")
    (tmp_path / "readme.md").write_text("hello")
    with pytest.raises(InvalidInput, match="no export of Lever"):
        run("lever", tmp_path)


def test_a_reference_without_end_stays_as_it_is():
    assert words("A &amp; B &#" + "9" * 5000 + ";") == "A & B &#" + "9" * 5000 + ";"
