"""Everything out and in again: export, import, export gives the same bytes; a broken archive leaves nothing behind."""

import filecmp
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import default_storage

from rapport.candidates.models import Candidate
from rapport.flows.archive.nouns import HIDDEN, LEFT_OUT, NOUNS, all_nouns
from rapport.flows.archive.reading import import_archive
from rapport.flows.archive.writing import export_archive
from rapport.flows.tests.conftest import Archives
from rapport.intake.json_resume import read_json
from rapport.jobs.models import StageTemplate
from rapport.lib.errors import Conflict, InvalidInput

pytestmark = pytest.mark.xdist_group("archive")
SECRET = re.compile(r"password|token|secret|key|otp|seed", re.IGNORECASE)
PEOPLE = "nouns/candidates.candidate.jsonl"


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_export_import_export_gives_the_same_bytes(archives: Archives):
    names = files_below(archives.first)
    assert names == files_below(archives.second)
    assert len(names) > 290 + 300 + len(NOUNS)
    assert filecmp.cmpfiles(archives.first, archives.second, names, shallow=False) == (names, [], [])


def test_the_manifest_tells_what_is_there(archives: Archives):
    manifest = json.loads((archives.first / "manifest.json").read_bytes())
    assert (manifest["format"], manifest["version"]) == ("rapport-archive", 1)
    assert tuple(manifest["nouns"]) == NOUNS
    for told in (*manifest["nouns"].values(), manifest["files"], manifest["resumes"]):
        content = (archives.first / told["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == told["sha256"]
        assert content.count(b"\n") == told["count"]
    people = (archives.first / PEOPLE).read_bytes().splitlines()
    assert 'Zoë \u202e 王 \\ "q"\n\u2028 \x01' in {json.loads(line)["full_name"] for line in people}
    assert manifest["nouns"]["activity.Activity"]["count"] > 1000
    missing = [line for line in (archives.first / "files.jsonl").read_text().splitlines() if "missing" in line]
    assert len(missing) == 1


def test_a_resume_for_each_candidate_is_one_that_we_read(archives: Archives):
    people = [json.loads(line) for line in (archives.first / PEOPLE).read_bytes().splitlines()]
    person = people[17]
    path = archives.first / "resumes" / person["id"][-2:] / f"{person['id']}.json"
    resume = json.loads(path.read_bytes())
    assert resume["basics"]["name"] == person["full_name"]
    assert resume["work"]
    assert resume["skills"]
    assert read_json(path.read_bytes())["basics"]["email"] == resume["basics"]["email"]
    assert len(list((archives.first / "resumes").rglob("*.json"))) == len(people)


def test_every_table_is_exported_or_left_out_with_a_reason():
    models = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert models == set(NOUNS) | set(LEFT_OUT)
    assert not set(NOUNS) & set(LEFT_OUT)
    assert len(NOUNS) == len(set(NOUNS))


def test_what_a_row_points_to_comes_before_it():
    places = {noun.label: place for place, noun in enumerate(all_nouns())}
    for noun in all_nouns():
        for field in noun.model._meta.concrete_fields:
            if field.remote_field and field.related_model is not noun.model:
                assert places[field.related_model._meta.label] < places[noun.label], f"{noun.label}.{field.name}"


def test_columns_that_sound_like_secrets_are_decided_upon():
    sounding = {f"{noun.label}.{column}" for noun in all_nouns() for column in noun.columns if SECRET.search(column)}
    encrypted = {  # tokens of lib.encryption
        "mail.Mailbox.smtp_password", "mail.Mailbox.imap_password", "mail.Provider.client_secret", "mail.Grant.refresh_token",
        "mail.Grant.access_token", "mail.Service.secret", "mail.Service.signing_key", "mail.Service.mail_key",
    }  # fmt: skip
    # Tokens of buckets are numbers. Which process works on an import; by what people are compared; which row a merge changed; which text of the
    # starter library a template was copied from; where tokens are fetched.
    plain = {
        "intake.Import.lease_token", "hygiene.MatchKey.keys", "hygiene.MergeChange.key", "mail.Template.library_key", "mail.Provider.token_url",
        "mail.MailboxBucket.tokens", "mail.DomainBucket.tokens",
    }  # fmt: skip
    assert sounding == encrypted | plain
    assert HIDDEN["accounts.User"] == ("password",)


def test_export_wants_an_empty_folder(tmp_path: Path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(Conflict, match="is not empty"):
        export_archive(folder=tmp_path)
    assert files_below(tmp_path) == ["note.txt"]


# What may be wrong with an archive; each gets a copy to break.


def relist(folder: Path, label: str, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the lines of a list and make the manifest agree with them."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    told = manifest["nouns"].get(label) or manifest[label]
    lines = change((folder / told["path"]).read_bytes().splitlines(keepends=True))
    content = b"".join(lines)
    (folder / told["path"]).write_bytes(content)
    told.update(count=len(lines), sha256=hashlib.sha256(content).hexdigest())
    (folder / "manifest.json").write_text(json.dumps(manifest))


def change_manifest(folder: Path, **values: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | values))


def with_value(line: bytes, **values: object) -> bytes:
    return json.dumps(json.loads(line) | values).encode() + b"\n"


def other_noun(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["nouns"]["rewards.Reward"] = manifest["nouns"].pop("candidates.Note")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def path_of_noun_outside(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["nouns"]["candidates.Note"]["path"] = "../note.jsonl"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def first_file(folder: Path) -> Path:
    lines = (folder / "files.jsonl").read_bytes().splitlines()
    return folder / next(told["path"] for told in map(json.loads, lines) if "missing" not in told)


def link_to_outside(folder: Path) -> None:
    path = first_file(folder)
    path.unlink()
    path.symlink_to("/etc/hostname")


def name_leads_out(folder: Path) -> None:
    relist(folder, "candidates.Document", lambda lines: [with_value(lines[0], storage_name="../../x"), *lines[1:]])
    relist(folder, "files", lambda lines: [with_value(lines[0], path="files/../../x"), *lines[1:]])


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "not finished": (lambda folder: (folder / "manifest.json").unlink(), "export was not finished"),
    "no JSON": (lambda folder: (folder / "manifest.json").write_text("{"), "manifest is broken"),
    "a list": (lambda folder: (folder / "manifest.json").write_text("[]"), "manifest is broken"),
    "deep": (lambda folder: (folder / "manifest.json").write_text("[" * 100_000), "manifest is broken"),
    "other format": (lambda folder: change_manifest(folder, format="zip"), "format is 'zip'"),
    "newer": (lambda folder: change_manifest(folder, version=2), "format version 2; this version of Rapport reads 1"),
    "unknown noun": (other_noun, "another version of Rapport"),
    "list outside": (path_of_noun_outside, "leads out of the archive"),
    "file is changed": (lambda folder: first_file(folder).write_bytes(b"x"), "changed or damaged"),
    "file is gone": (lambda folder: first_file(folder).unlink(), "does not hold it"),
    "file is a link": (link_to_outside, "leads out of the archive"),
    "name leads out": (name_leads_out, "leads out of the storage"),
    "file not named": (lambda folder: relist(folder, "files", lambda lines: lines[1:]), "does not list the files"),
    "row is changed": (
        lambda folder: (folder / PEOPLE).write_bytes((folder / PEOPLE).read_bytes().replace(b"Berlin", b"Bremen")),
        "changed or damaged",
    ),
    "row is gone": (
        lambda folder: (folder / PEOPLE).write_bytes(b"".join((folder / PEOPLE).read_bytes().splitlines(True)[:-1])),
        "the manifest says",
    ),
    "line is cut": (
        lambda folder: relist(
            folder, "candidates.Candidate", lambda lines: [*lines[:5], lines[5][:40] + b"\n", *lines[6:]]
        ),
        "Line 6 is not JSON",
    ),
    "line is a number": (
        lambda folder: relist(folder, "candidates.Note", lambda lines: [b"7\n", *lines]),
        "Line 1 is not one",
    ),
    "other columns": (
        lambda folder: relist(
            folder, "candidates.Note", lambda lines: [with_value(lines[0], is_admin=True), *lines[1:]]
        ),
        "Line 1 has other columns",
    ),
    "points nowhere": (
        lambda folder: relist(
            folder, "candidates.Note", lambda lines: [with_value(lines[0], author_id="0" * 32), *lines[1:]]
        ),
        "cannot be stored: .*foreign key",
    ),
    "points nowhere at home": (
        lambda folder: relist(
            folder, "candidates.Candidate", lambda lines: [with_value(lines[0], merged_into_id="0" * 32), *lines[1:]]
        ),
        "points to one that is not in the archive",
    ),
    "no date": (
        lambda folder: relist(
            folder, "candidates.Note", lambda lines: [with_value(lines[0], created_at="x"), *lines[1:]]
        ),
        "cannot be stored: invalid input syntax",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_archive_says_what_is_wrong_and_leaves_nothing(name: str, archives: Archives, tmp_path: Path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "archive"
    shutil.copytree(archives.first, folder, symlinks=True)
    change, message = WRONG[name]
    change(folder)
    templates = StageTemplate.objects.count()

    with pytest.raises(InvalidInput, match=message):
        import_archive(folder=folder)

    assert Candidate.objects.count() == 0
    assert StageTemplate.objects.count() == templates
    assert files_below(tmp_path / "media") == []


@pytest.mark.django_db
def test_an_installation_that_is_in_use_takes_no_archive(archives: Archives, rita, settings, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(Conflict, match="not empty: it has users"):
        import_archive(folder=archives.first)
    assert Candidate.objects.count() == 0


@pytest.mark.django_db
def test_files_of_a_killed_try_are_written_over(archives: Archives, settings, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("rapport.flows.archive.reading.BATCH_ROWS", 50)  # the first candidate points to the last
    settings.MEDIA_ROOT, settings.SEARCH_DIR = tmp_path / "media", tmp_path / "search"
    name = str(first_file(archives.first).relative_to(archives.first / "files"))
    left_over = tmp_path / "media" / name
    left_over.parent.mkdir(parents=True)
    left_over.write_bytes(b"half")

    restored = import_archive(folder=archives.first)

    people = (archives.first / PEOPLE).read_bytes().count(b"\n")
    assert restored.rows["candidates.Candidate"] == Candidate.objects.count() == people >= 300
    first, *_, last = Candidate.objects.order_by("id")
    assert first.merged_into_id == last.id
    with default_storage.open(name) as file:
        assert file.read() == (archives.first / "files" / name).read_bytes()
    assert len(restored.missing) == 1
