"""Real résumés: PDFs of common templates against their own sources, and everything else must at least be survived."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.intake.archives import list_folder
from rapport.intake.sandbox import Outcome, SandboxPool

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def pool() -> Iterator[SandboxPool]:
    with SandboxPool(size=2) as shared:
        yield shared


def read_source(path: Path) -> dict[str, Any]:
    """The `cv` part of a RenderCV file: the few kinds of YAML lines that such files have (no YAML library is a dependency)."""
    source: dict[str, Any] = {"experience": [], "education": []}
    section = ""
    for line in path.read_text().splitlines():
        if re.match(r"design:", line):
            break
        key_value = re.match(r"(\s*)(- )?([\w ]+):(?: (.*))?$", line)
        if not key_value:
            continue
        indent, dash, key, value = key_value.groups()
        text = (value or "").strip().strip("'\"")
        if len(indent) == 2 and not dash:
            source[key] = text
        elif len(indent) == 4 and not dash:
            section = key
        elif section in ("experience", "education") and len(indent) == 6 and dash:
            source[section].append({key: text})
        elif section in ("experience", "education") and len(indent) == 8 and not dash and source[section]:
            source[section][-1][key] = text
    return source


def pairs(data: Path) -> list[tuple[Path, dict[str, Any]]]:
    examples = data / "resumes/templates/rendercv/examples"
    return [
        (path.with_suffix(".pdf"), read_source(path))
        for path in sorted(examples.glob("*.yaml"))
        if path.with_suffix(".pdf").exists()
    ]


def share(hits: list[bool]) -> float:
    assert hits
    return sum(hits) / len(hits)


def test_templates_are_read_as_their_sources_say(real_data: Path, pool: SandboxPool) -> None:
    names, emails, titles, organisations, dates, schools = [], [], [], [], [], []
    for path, source in pairs(real_data):
        resume = pool.parse(path.name, path.read_bytes()).resume
        assert resume is not None
        names.append(resume["basics"].get("name") == source["name"])
        emails.append(resume["basics"].get("email") == source["email"])
        for index, job in enumerate(source["experience"]):
            found = resume["work"][index] if index < len(resume["work"]) else {}
            titles.append(found.get("position") == job["position"])
            organisations.append(found.get("name") == job["company"])
            end = "present" if found.get("isCurrent") else found.get("endDate")
            dates.append((found.get("startDate"), end) == (job["start_date"], job["end_date"]))
        for index, school in enumerate(source["education"]):
            found = resume["education"][index] if index < len(resume["education"]) else {}
            parts = (found.get("institution"), found.get("studyType"), found.get("area"), found.get("startDate"))
            schools.append(parts == (school["institution"], school["degree"], school["area"], school["start_date"]))

    assert len(names) == 9
    assert share(names) >= 0.95
    assert share(emails) >= 0.95
    assert share(titles) >= 0.85
    assert share(organisations) >= 0.85
    assert share(dates) >= 0.85
    assert share(schools) >= 0.85


def parse_folder(pool: SandboxPool, folder: Path) -> list[Outcome]:
    return list(pool.parse_many(list_folder(folder)))


@pytest.mark.parametrize(
    ("folder", "suffix", "count"), [("resumes/livecareer", ".pdf", 192), ("resumes/docx", ".docx", 65)]
)
def test_every_real_resume_is_read(folder: str, suffix: str, count: int, real_data: Path, pool: SandboxPool) -> None:
    started = time.monotonic()

    outcomes = [
        outcome
        for outcome in parse_folder(pool, real_data / folder)
        if outcome.name.endswith(suffix) and "/annotation_" not in outcome.name
    ]

    assert len(outcomes) == count
    assert [outcome for outcome in outcomes if outcome.resume is None] == []
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("folder", ["documents", "security"])
def test_odd_and_hostile_files_are_survived(folder: str, real_data: Path, pool: SandboxPool) -> None:
    outcomes = parse_folder(pool, real_data / folder)

    assert len(outcomes) > 20
    assert [o.name for o in outcomes if o.code in ("timeout", "memory", "crashed")] == []
    assert all(outcome.message.endswith(".") for outcome in outcomes if outcome.resume is None)


def test_spans_hold_for_every_real_resume(real_data: Path, pool: SandboxPool) -> None:
    for outcome in parse_folder(pool, real_data / "resumes/templates"):
        if outcome.resume is not None:
            text = outcome.resume["text"]
            assert all(text[e["start"] : e["end"]] == e["text"] for e in outcome.resume["evidence"])
            json.dumps(outcome.resume)
