"""`rapport fits --description FILE --candidates FOLDER`: as people call it, in a process of its own."""

import csv
import json
import math
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from tests.real_data import folder as real_folder

from rapport.intake.archives import list_folder
from rapport.intake.sandbox import SandboxPool
from rapport.search.cli import run
from rapport.search.folder_ranking import ParsedFile, rank_files
from rapport.skills.finder import Vocabulary

ADVERT = "Data Engineer\n\nRequirements:\n- Python\n- SQL\n\nNice to have:\n- Docker\n"
FITTING = """{name}
{address}
{mail}

{pronoun} is a data engineer.

Experience
Data Engineer, Seewind AG, 01/2019 - 12/2023
Built pipelines in Python and SQL. Packed everything in Docker.

Education
{school}, 2010
"""
OTHER = "Cleo Berg\ncleo@example.org\n\nExperience\nCook, Hafenhof, 2015 - 2020\nCooked and planned the menu.\n"
ADA = {
    "name": "Ada Lindqvist",
    "address": "Hauptstr. 5, Berlin",
    "mail": "ada@example.org",
    "pronoun": "She",
    "school": "Python School",
}
OMAR = {
    "name": "Omar Haddad",
    "address": "12 Rue Verte, Lyon",
    "mail": "o.h@example.com",
    "pronoun": "He",
    "school": "University of Ulm",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "advert.txt").write_text(ADVERT)
    candidates = tmp_path / "candidates"
    candidates.mkdir()
    (candidates / "fitting.txt").write_text(FITTING.format(**ADA))
    (candidates / "other.txt").write_text(OTHER)
    (candidates / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    return tmp_path


def test_ranks_a_folder_with_evidence(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status = run(["--description", str(folder / "advert.txt"), "--candidates", str(folder / "candidates"), "--json"])
    printed = capfd.readouterr()
    rows = json.loads(printed.out)
    assert status == 0
    assert [Path(row["path"]).name for row in rows] == ["fitting.txt", "other.txt"]
    assert rows[0]["score"] > 80
    assert rows[1]["score"] < 20
    assert round(sum(line["points"] for line in rows[0]["evidence"]), 1) == rows[0]["score"]
    assert {"part", "points", "of", "text"} <= set(rows[0]["evidence"][0])
    assert "broken.pdf" in printed.err


def test_what_needs_the_database_is_left_to_others() -> None:
    assert run(["--job", "0190d5d8-0000-7000-8000-000000000000", "--limit", "3"]) is None
    assert run(["--description", "advert.txt"]) is None


@pytest.mark.parametrize(
    "arguments", [["--candidates", "."], ["--candidates", ".", "--description", "x", "--limit", "many"]]
)
def test_a_wrong_call_ends_with_2(arguments: list[str]) -> None:
    assert run(arguments) == 2


def test_missing_files_end_with_1_and_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--description", str(folder / "none.txt"), "--candidates", str(folder / "candidates")]) == 1
    assert run(["--description", str(folder / "advert.txt"), "--candidates", str(folder / "none")]) == 1
    assert "This is not a folder." in capsys.readouterr().err


def test_starts_within_half_a_second_and_without_django(folder: Path) -> None:
    (folder / "empty").mkdir()
    code = (
        "import sys; from rapport.search.cli import run;"
        f"status = run(['--description', {str(folder / 'advert.txt')!r}, '--candidates', {str(folder / 'empty')!r}]);"
        "sys.exit(status or 'django' in sys.modules)"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=20)
    assert done.returncode == 0
    assert time.perf_counter() - started < 2.0  # half a second on a quiet machine


def parsed(path: str, text: str, person: dict[str, str]) -> ParsedFile:
    spans = [
        ("basics.name", "name"),
        ("basics.location", "address"),
        ("basics.email", "mail"),
        ("education[0].institution", "school"),
    ]
    evidence = [
        {"field": field, "start": text.index(person[key]), "end": text.index(person[key]) + len(person[key])}
        for field, key in spans
    ]
    skills = [
        {"field": "skills[0].name", "start": text.index("Python and"), "end": text.index(" and SQL"), "text": "Python"}
    ]
    basics = {"name": person["name"], "label": "data engineer"}
    return ParsedFile(
        path, {"basics": basics, "skills": [{"name": "Python"}], "text": text, "evidence": [*evidence, *skills]}
    )


def test_another_name_gender_address_and_school_give_the_same_score() -> None:
    vocabulary = Vocabulary.starter()
    scores = {}
    for person in (ADA, OMAR):
        files = [parsed("a", FITTING.format(**person), person), ParsedFile("b", {"text": OTHER})]
        ranked = rank_files(ADVERT, files, find_skills=vocabulary.find, related=vocabulary.related)
        scores[person["name"]] = [(fit.key, fit.score, [part.points for part in fit.parts]) for fit in ranked]
    assert scores["Ada Lindqvist"] == scores["Omar Haddad"]


def test_a_listed_phrase_needs_no_vocabulary_and_capitals_tell_acronyms() -> None:
    advert = "Operator\n\nRequirements:\n- freeze drying\n- ASE\n"
    texts = {"named": "I ran freeze drying with ASE checks.", "lower": "The ase was there.", "none": "I cooked."}
    files = [ParsedFile(path, {"text": text}) for path, text in texts.items()]
    fits = rank_files(advert, files, find_skills=lambda text: [], related=lambda skill: {})
    found = {
        fit.key: [(line.label, line.text, line.start) for line in fit.parts[0].evidence if line.skill] for fit in fits
    }
    assert found == {"named": [("freeze drying", "freeze drying", 6), ("ASE", "ASE", 25)], "lower": [], "none": []}


def test_the_order_of_files_changes_nothing() -> None:
    vocabulary = Vocabulary.starter()
    files = [parsed(str(n), FITTING.format(**person), person) for n, person in enumerate((ADA, OMAR, ADA))]
    one, other = (
        rank_files(ADVERT, order, find_skills=vocabulary.find, related=vocabulary.related)
        for order in (files, files[::-1])
    )
    assert one == other


@pytest.mark.real_data
def test_ranks_german_freelancers_better_than_the_words_alone(capfd: pytest.CaptureFixture[str]) -> None:
    freelancers = real_folder("matching/freelance_de")
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for row in csv.DictReader((freelancers / "grades.csv").read_text().splitlines()):
        grades[row["jobpost"]][row["cv"]] = int(row["label"])
    gains = []
    for job in sorted(grades)[::6]:
        advert = freelancers / "jobpost" / f"{job}.txt"
        if advert.exists():
            run(["--description", str(advert), "--candidates", str(freelancers / "cv"), "--limit", "500", "--json"])
            order = [Path(row["path"]).stem for row in json.loads(capfd.readouterr().out)]
            gains.append(ndcg([grades[job][cv] for cv in order if cv in grades[job]]))
    assert sum(gains) / len(gains) >= 0.6


def ndcg(labels: Sequence[int], size: int = 10) -> float:
    """nDCG@10 with the gain 2^(5 - grade) - 1; grade 1 is best."""

    def gain(row: Sequence[int]) -> float:
        return sum((2 ** (5 - grade) - 1) / math.log2(place + 2) for place, grade in enumerate(row[:size]))

    return gain(labels) / (gain(sorted(labels)) or 1.0)


GENDERED = {"she": "he", "her": "his", "herself": "himself", "woman": "man", "mother": "father", "girls": "boys"}
ONE = ("Greta Lindqvist", "Elbchaussee 12, 22765 Hamburg", "greta.lindqvist@example.org", "14.03.1962", "ETH Zurich")
OTHER_SIDE = ("Murat Yilmaz", "Sonnenallee 301, 12045 Berlin", "m.yilmaz@example.com", "02.11.1999", "Evening School")


def told_of(text: str, person: tuple[str, ...], *, swapped: bool) -> bytes:
    """A résumé as if it were somebody else's: another name, address, birth day and school, and the other gender's words."""
    for word, other in GENDERED.items():
        wanted = other if swapped else word
        text = re.sub(rf"\b(?:{word}|{other})\b", wanted, text, flags=re.IGNORECASE)
    name, address, mail, born, school = person
    head = f"{name}\n{address}\n{mail}\nDate of birth: {born}\n\n"
    return f"{head}{text}\n\nEducation\n{school}, Bachelor of Science, 2010\n".encode()


@pytest.mark.real_data
def test_real_resumes_keep_their_scores_when_told_of_somebody_else() -> None:
    """Through the parser too: what it does not recognise as personal would show here."""
    livecareer = real_folder("resumes/livecareer")
    vocabulary, scores = Vocabulary.starter(), []
    with SandboxPool() as pool:
        parsed_files = [one for one in pool.parse_many(list_folder(livecareer)) if one.name.endswith(".pdf")]
        texts = [str(one.resume["text"]) for one in parsed_files if one.resume]
        assert len(texts) >= 150
        for person, swapped in ((ONE, False), (OTHER_SIDE, True)):
            sides = [(f"{at}.txt", partial(told_of, text, person, swapped=swapped)) for at, text in enumerate(texts)]
            files = [ParsedFile(one.name, one.resume) for one in pool.parse_many(sides) if one.resume]
            fits = rank_files(ADVERT, files, find_skills=vocabulary.find, related=vocabulary.related)
            scores.append({fit.key: fit.score for fit in fits})
    assert len(scores[0]) == len(texts)
    assert scores[0] == scores[1]
    assert len(set(scores[0].values())) > 20
