"""Real résumés: PDFs of common templates against their own sources, and everything else must at least be survived."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.intake.archives import list_folder
from rapport.intake.sandbox import Outcome, SandboxPool
from rapport.intake.tests.labelled import scoring, sources

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def pool() -> Iterator[SandboxPool]:
    with SandboxPool(size=2) as shared:
        yield shared


def test_templates_are_read_as_their_sources_say(real_data: Path, pool: SandboxPool) -> None:
    counts = [
        scoring.score(pool.parse(path.name, path.read_bytes()).resume or {}, truth)
        for path, truth in sources.rendercv_pairs(real_data)
    ]

    shares = scoring.shares(scoring.merge(counts))

    assert len(counts) == 9
    assert {key: value for key, value in shares.items() if value < (0.95 if key in ("name", "email") else 0.85)} == {}


def parse_folder(pool: SandboxPool, folder: Path) -> list[Outcome]:
    return list(pool.parse_many(list_folder(folder)))


@pytest.mark.parametrize(
    ("folder", "suffix", "count"), [("resumes/livecareer", ".pdf", 192), ("resumes/docx", ".docx", 65)]
)
def test_every_real_resume_is_read(folder: str, suffix: str, count: int, real_data: Path, pool: SandboxPool) -> None:
    outcomes = [
        outcome
        for outcome in parse_folder(pool, real_data / folder)
        if outcome.name.endswith(suffix) and "/annotation_" not in outcome.name
    ]

    assert len(outcomes) == count
    assert [outcome for outcome in outcomes if outcome.resume is None] == []


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
