"""How rightly résumés are read: on templates with a truth, on what can be told of résumés without one, and on hostile files."""

import json
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.figures import RAPPORT, REAL_DATA, Figure
from rapport.intake.archives import list_folder
from rapport.intake.sandbox import Outcome, SandboxPool
from rapport.intake.tests.labelled import scoring, sources
from rapport.intake.tests.labelled.layouts import LAYOUTS
from rapport.intake.tests.labelled.people import make_person, truth_of
from rapport.intake.tests.labelled.word_files import WORD_LAYOUTS

PEOPLE = 8
HIGH = ("name", "email", "phone")
SHOWN = (
    *HIGH, "job.position", "job.name", "job.startDate", "job.endDate", "jobs.true", "school.institution", "school.studyType", "school.area",
    "school.startDate", "school.endDate", "skill", "language", "language.level",
)  # fmt: skip
BROKEN = ("timeout", "memory", "crashed")
NOT_DATA = ("ORIGIN", "LICENSE", "README")
Case = tuple[str, bytes, dict[str, Any]]


def measure(people: int) -> Iterator[Figure]:
    """Shares of values read exactly; the sets that are not on this machine are skipped."""
    with SandboxPool() as pool:
        made = list(_made_cases())
        for kind in ("pdf", "docx", "html"):
            yield from _scored(f"made_{kind}", pool, (case for case in made if case[0].endswith(kind)))
        pairs = [(path.name, path.read_bytes(), truth) for path, truth in sources.rendercv_pairs(REAL_DATA)]
        yield from _scored("rendercv", pool, pairs)
        yield from _calibration(pool, made + pairs)
        if REAL_DATA.is_dir():
            for name in ("livecareer", "docx", "templates/latexcv", "europass"):
                yield from _unlabelled(name.rsplit("/", 1)[-1], pool, REAL_DATA / "resumes" / name)
            for name in ("documents", "security"):
                yield _survived(name, pool, REAL_DATA / name)
    yield _start()


# ---- with a truth ------------------------------------------------------------------------------------------------------


def _made_cases() -> Iterator[Case]:
    """Invented people in every layout: HTML pages, the same printed to PDF by a browser, and Word files."""
    pages = []
    for number, (name, (layout, has_months)) in enumerate(LAYOUTS.items()):
        for seed in range(PEOPLE):
            person = make_person(1000 + 100 * number + seed)
            pages.append((f"{name}-{seed}", layout(person), truth_of(person, has_months)))
    for name, html, truth in pages:
        yield f"{name}.html", html.encode(), truth
    for (name, _, truth), content in zip(pages, _print_pages(html for _, html, _ in pages), strict=True):
        yield f"{name}.pdf", content, truth
    for number, (name, layout) in enumerate(WORD_LAYOUTS.items()):
        for seed in range(PEOPLE):
            person = make_person(5000 + 100 * number + seed)
            yield f"{name}-{seed}.docx", layout(person), truth_of(person)


def _print_pages(pages: Iterable[str]) -> Iterator[bytes]:
    from playwright.sync_api import sync_playwright
    from tests.ensure_browser import find_browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        page = browser.new_page()
        for html in pages:
            page.set_content(html)
            yield page.pdf(prefer_css_page_size=True)
        browser.close()


def _scored(name: str, pool: SandboxPool, cases: Iterable[Case]) -> Iterator[Figure]:
    counts = [scoring.score(pool.parse(file, data).resume or {}, truth) for file, data, truth in cases]
    if not counts:
        return
    total = scoring.merge(counts)
    for key in SHOWN:
        if total[key]:
            target = 0.95 if key in HIGH else 0.85
            yield Figure(
                f"parsing.{name}.{key}", sum(total[key]) / len(total[key]), "share", target=target, at_most=False, n=len(total[key]),
                note=f"{len(counts)} résumés",
            )  # fmt: skip


def _calibration(pool: SandboxPool, cases: Iterable[Case]) -> Iterator[Figure]:
    """Of job titles and organisations, names and phones: how often the confident ones and the others are right."""
    sure: list[bool] = []
    unsure: list[bool] = []
    for file, data, truth in cases:
        resume = pool.parse(file, data).resume or {}
        for key, right in _judged(resume, truth):
            (sure if resume["confidence"].get(key, 0) >= 0.7 else unsure).append(right)
    yield Figure(
        "parsing.confidence.sure",
        statistics.mean(sure),
        "share",
        target=0.95,
        at_most=False,
        n=len(sure),
        note="confidence 0.7 and more",
    )
    if unsure:
        yield Figure(
            "parsing.confidence.unsure", statistics.mean(unsure), "share", n=len(unsure), note="below 0.7; these ask to be looked at"
        )  # fmt: skip


def _judged(resume: Mapping[str, Any], truth: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    basics = resume.get("basics", {})
    for key in HIGH:
        if key in basics and key in truth["basics"]:
            yield f"basics.{key}", scoring.same(basics[key], truth["basics"][key])
    for index, job in enumerate(resume.get("work", [])):
        for key in ("position", "name"):
            if key in job:
                yield f"work[{index}].{key}", any(scoring.same(job[key], row[key]) for row in truth["work"])


# ---- without a truth ---------------------------------------------------------------------------------------------------


def _unlabelled(name: str, pool: SandboxPool, folder: Path) -> Iterator[Figure]:
    outcomes, seconds = _parse_all(pool, folder)
    outcomes = [outcome for outcome in outcomes if outcome.resume or outcome.code in BROKEN]
    if not outcomes:
        return
    resumes = [outcome.resume for outcome in outcomes if outcome.resume]
    shares: dict[str, int] = defaultdict(int)
    for resume in resumes:
        work = resume["work"]
        shares["with_job"] += bool(work)
        shares["with_dated_job"] += any(job.get("startDate") for job in work)
        shares["with_title_and_organisation"] += any(job.get("position") and job.get("name") for job in work)
        shares["with_school"] += bool(resume["education"])
        shares["with_email_or_phone"] += bool(resume["basics"].get("email") or resume["basics"].get("phone"))
    broken = sum(outcome.code in BROKEN for outcome in outcomes)
    yield Figure(f"parsing.{name}.broken", broken, "files", target=0, n=len(outcomes))
    yield Figure(
        f"parsing.{name}.slowest",
        max(seconds),
        "s",
        target=20,
        n=len(outcomes),
        note=f"median {statistics.median(seconds):.3f} s",
    )
    for key, count in shares.items():
        yield Figure(f"parsing.{name}.{key}", count / len(resumes), "share", n=len(resumes))


def _survived(name: str, pool: SandboxPool, folder: Path) -> Figure:
    outcomes, seconds = _parse_all(pool, folder)
    broken = [outcome.name for outcome in outcomes if outcome.code in BROKEN]
    note = f"slowest {max(seconds):.2f} s; {sum(outcome.resume is not None for outcome in outcomes)} read, the others refused with a sentence"
    return Figure(f"parsing.{name}.broken", len(broken), "files", target=0, n=len(outcomes), note=note)


def _parse_all(pool: SandboxPool, folder: Path) -> tuple[list[Outcome], list[float]]:
    """Outcomes and the seconds of each, one file after the other."""
    outcomes, seconds = [], []
    for name, read in list_folder(folder):
        if Path(name).name.startswith(NOT_DATA):
            continue
        started = time.monotonic()
        outcomes.extend(pool.parse_many([(name, read)]))
        seconds.append(time.monotonic() - started)
    return outcomes, seconds or [0.0]


def _start() -> Figure:
    """Wall time of the command on one short text file: what starting costs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.txt"
        path.write_text(
            "Mina Okafor\nmina@example.org\n\nExperience\nAnalyst, Nordlicht AG\t2019 - present\n", encoding="utf-8"
        )
        times = []
        for _ in range(9):
            started = time.monotonic()
            result = subprocess.run(
                [*RAPPORT, "resume", "parse", str(path), "--json"], check=True, stdout=subprocess.PIPE
            )
            times.append(time.monotonic() - started)
        assert json.loads(result.stdout)["basics"]["name"] == "Mina Okafor"
    return Figure(
        "parsing.start",
        statistics.median(times),
        "s",
        target=0.5,
        n=len(times),
        note="rapport resume parse one.txt --json",
    )
