"""The best fits of jobs through the web process: all with their parts and evidence, and why one person fits."""

import re
import statistics
from collections.abc import Iterator

from bench.figures import Figure, Installation, percentile, time_calls
from bench.pages import Visitor
from bench.search import JOB, _wait_for_index

RANKED_MS = re.compile(r"ranked, in (\d+) ms")
WHY = re.compile(r'<a href="([^"]+)" hx-get="[^"]+" hx-target="#why"')
JOBS = 12
N = 10  # of each page
LIMIT_MS = 120


def measure(people: int) -> Iterator[Figure]:
    """p95 over the pages of several jobs, warm: the whole page from outside, and the ranking as the page itself reports it."""
    with Installation(people).prepare().serving() as (address, _):
        visitor = Visitor(address)
        _wait_for_index(visitor)
        jobs = list(dict.fromkeys(JOB.findall(visitor.get("/jobs/"))))[:JOBS]
        pages: dict[str, list[float]] = {}
        ranked: list[float] = []
        why: list[float] = []
        for job in jobs:
            path = f"/jobs/{job}/fits/"
            shown = visitor.get(path)
            pages[job] = time_calls(lambda path=path: ranked.append(_reported(visitor.get(path))), n=N)
            for link in WHY.findall(shown)[:1]:
                why += time_calls(lambda link=link: visitor.get(link.replace("&amp;", "&")), n=N)
        yield _figure("fits.page", [time for times in pages.values() for time in times], people, len(jobs))
        yield _figure("fits.ranked", ranked, people, len(jobs))
        if why:
            yield _figure("fits.why", why, people, len(jobs))
        slowest = max(statistics.median(times) for times in pages.values())
        yield Figure(
            "fits.slowest_job",
            slowest,
            "ms",
            n=len(jobs),
            note=f"p50 of the slowest of {len(jobs)} jobs, {people} people",
        )


def _reported(page: str) -> float:
    found = RANKED_MS.search(page)
    return float(found[1]) if found else 0.0


def _figure(name: str, times: list[float], people: int, jobs: int) -> Figure:
    note = f"p95 at {people} people, {jobs} jobs; p50 {percentile(times, 0.5):.0f} ms"
    return Figure(name, percentile(times, 0.95), "ms", target=LIMIT_MS, n=len(times), note=note)
