"""Swapping what must not count in hundreds of real résumés changes no score: each thing by itself, and all at once.

Each résumé gets a head with a name, an address, a birth date and a photo, a sentence with gendered words, and a school.
Then one of them is another person's. Read as a file would be, ranked among all others for several adverts.
"""

import io
import re
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import docx
import pytest
from tests.real_data import folder

from rapport.intake.document import Refusal
from rapport.intake.extraction import extract
from rapport.intake.resume import parse_resume
from rapport.search.folder_ranking import ParsedFile, rank_files
from rapport.skills.finder import Vocabulary, find_skills

pytestmark = pytest.mark.xdist_group("swaps")  # what is read once serves all

FOLDERS = (("resumes/livecareer", "*/*.pdf", 120), ("matching/freelance_de/cv", "*.txt", 100))
ADVERTS = (
    "Registered nurse\n\nYou care for patients in a busy ward, keep records and train new colleagues. You need: nursing, "
    "patient care, first aid. A plus: electronic health records.",
    "Softwareentwickler\n\nSie entwickeln Anwendungen in Java und betreuen Datenbanken.\n\nAnforderungen\n- Java, SQL\n"
    "- Docker und Kubernetes\n\nVon Vorteil\n- Python",
    "Sales manager\n\nYou lead a team of her own size, win customers and report each month. 5 years of experience in sales, "
    "negotiation, CRM and Excel.",
)
TODAY = date(2026, 11, 23)
GENDERED = re.compile(r"\b(?:she|he|her|his|himself|herself|Mr|Mrs|Herr|Frau)\b")
OTHER_GENDER = {
    "she": "he", "he": "she", "her": "his", "his": "her", "himself": "herself", "herself": "himself", "Mr": "Mrs", "Mrs": "Mr",
    "Herr": "Frau", "Frau": "Herr",
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """What a résumé says of a person and must not count."""

    name: str = "Greta Lindqvist"
    gender: tuple[str, str, str] = ("She", "herself", "mother")
    born: str = "12.03.1962"
    address: str = "Elbchaussee 12, 22765 Hamburg"
    photo: str = "https://photos.example.org/1.jpg"
    school: str = "ETH Zurich"


SWAPS = {
    "name": Person(name="Kwame Mensah"),
    "gender words": Person(gender=("He", "himself", "father")),
    "birth year": Person(born="08.11.1999"),
    "address": Person(address="Sonnenallee 301, 12045 Berlin"),
    "photo": Person(photo="https://photos.example.org/2.jpg"),
    "school": Person(school="Evening School"),
    "everything": Person(
        "Kwame Mensah", ("He", "himself", "father"), "08.11.1999", "Sonnenallee 301, 12045 Berlin",
        "https://photos.example.org/2.jpg", "Evening School",
    ),
}  # fmt: skip


@cache
def real_texts() -> Mapping[str, str]:
    """The text of each résumé that can be read."""
    texts: dict[str, str] = {}
    for name, pattern, most in FOLDERS:
        for path in sorted(folder(name).glob(pattern))[:most]:
            with suppress(Refusal):
                texts[path.stem] = extract(path.read_bytes()).text
    return texts


def told_of(person: Person, body: str) -> str:
    he, himself, father = person.gender
    if he == "He":
        body = GENDERED.sub(lambda found: OTHER_GENDER[found[0]], body)
    return (
        f"{person.name}\n{person.address}\nBorn: {person.born}\n\n{body}\n\n{he} taught {himself} and is {father} of two.\n\n"
        f"EDUCATION\n{person.school}, Diploma in Physics, 1990 - 1994\n"
    )


@cache
def parsed(person: Person) -> list[ParsedFile]:
    files = []
    for key, body in real_texts().items():
        resume = parse_resume(extract(told_of(person, body).encode()), TODAY).as_json()
        resume["basics"]["image"] = person.photo
        files.append(ParsedFile(key, resume))
    return files


@cache
def scores(person: Person, advert: str) -> dict[str, float]:
    related = Vocabulary.starter().related
    fits = rank_files(advert, parsed(person), find_skills=find_skills, related=related)
    return {fit.key: fit.score for fit in fits}


@pytest.mark.real_data
@pytest.mark.parametrize("swap", SWAPS)
def test_no_score_of_a_real_resume_changes(swap: str) -> None:
    assert len(real_texts()) >= 200
    for advert in ADVERTS:
        first, second = scores(Person(), advert), scores(SWAPS[swap], advert)
        changed = {key: (first[key], second[key]) for key in first if first[key] != second[key]}
        assert changed == {}
        assert len(set(first.values())) > 40


@pytest.mark.real_data
def test_what_must_count_does_change_scores() -> None:
    advert = ADVERTS[1]
    files = parsed(Person())
    with_java = [
        replace(file, resume={**file.resume, "skills": [*file.resume["skills"], {"name": "Java"}]}) for file in files
    ]
    related = Vocabulary.starter().related
    better = {fit.key: fit.score for fit in rank_files(advert, with_java, find_skills=find_skills, related=related)}
    assert sum(better[key] != score for key, score in scores(Person(), advert).items()) > 100


@pytest.mark.real_data
def test_a_photo_in_a_real_word_file_changes_nothing_that_is_read() -> None:
    """Two pictures of different people, and none: the same words at the same places, so the same scores."""
    count = 0
    for path in sorted(folder("resumes/docx").rglob("*.docx"))[::4]:
        plain = extract(path.read_bytes())
        without = parse_resume(plain, TODAY).as_json()
        for colour in ((240, 200, 180), (60, 40, 30)):
            assert parse_resume(extract(with_photo(path, colour)), TODAY).as_json() == without, path.name
        count += 1
    assert count >= 10


def with_photo(path: Path, colour: tuple[int, int, int]) -> bytes:
    """The file with a picture at its end."""
    document = docx.Document(str(path))
    document.add_picture(io.BytesIO(make_png(24, 32, colour)))
    changed = io.BytesIO()
    document.save(changed)
    return changed.getvalue()


def make_png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = (b"\0" + bytes(colour) * width) * height
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
