"""Search and fits through the web process, a change until it is findable, and the rebuild of the index while it runs."""

import json
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator

from bench.figures import Figure, Installation, percentile, time_calls
from bench.memory import _by_part
from bench.pages import TOKEN, Visitor

SKILLS = ("Python", "Java", "SQL", "Nursing", "Forklift operation", "Accounting", "Docker", "Sales", "Welding", "Excel")
QUERIES = {
    "empty": "",
    "word": "engineer",
    "and": "engineer python",
    "or": " OR ".join(f'skill:"{skill}"' for skill in SKILLS),
    "phrase": '"data engineer"',
    "prefix": "ware*",
    "distance": 'location:"Berlin within 50 km"',
    "not": "engineer -senior",
    "proximity": '"data engineer"~3',
    "title": "title:engineer skill:python",
    "years": "years:3..7",
    "age": "last_contact:>90d",
    "typo": "name:carlsenn",
}
QUICK = {"": "ann", ".mail": "carlsen@", ".phone": "0151 2", ".typo": "carlsenn", ".nobody": "qzqzqz"}
FOUND_MS = re.compile(r"found in (\d+) ms")
JOB = re.compile(r"/jobs/([0-9a-f-]{36})/")
N = 40
LETTERS = str.maketrans("0123456789", "abcdefghij")


def measure(people: int) -> Iterator[Figure]:
    """p95 of warm requests: the query as the page itself reports it (with facets), and the whole page from outside."""
    installation = Installation(people).prepare()
    with installation.serving() as (address, process):
        visitor = Visitor(address)
        _wait_for_index(visitor)
        for name, query in QUERIES.items():
            yield from _page(visitor, people, name, f"/candidates/?{urllib.parse.urlencode({'q': query})}")
        job = JOB.search(visitor.get("/jobs/")).group(1)
        yield _time(visitor, people, "search.fits.page", f"/jobs/{job}/fits/")
        for name, text in QUICK.items():
            yield _time(
                visitor, people, f"search.quick{name}", f"/search/quick?{urllib.parse.urlencode({'q': text})}", 100
            )
        yield _findable(visitor, people)
        for part, value in _by_part(process).items():
            yield Figure(f"search.memory.{part}", value, "MB", note=f"{people} people, after the queries")
        yield from _rebuild(installation, visitor, people)


def _wait_for_index(visitor: Visitor) -> None:
    """A new installation builds its index by itself once the worker runs."""
    while "the search index is being built" in visitor.get("/candidates/?q=python"):
        time.sleep(1)


def _page(visitor: Visitor, people: int, name: str, path: str) -> Iterator[Figure]:
    found: list[float] = []
    times = time_calls(lambda: found.extend(map(float, FOUND_MS.findall(visitor.get(path)))), n=N, warm_up=5)
    note = f"p95 at {people} people"
    yield Figure(
        f"search.{name}.query", percentile(found[-N:], 0.95), "ms", target=100, n=N,
        note=f"{note}; p50 {percentile(found[-N:], 0.5):.0f} ms, facets included",
    )  # fmt: skip
    yield Figure(
        f"search.{name}.page", percentile(times, 0.95), "ms", target=250, n=N,
        note=f"{note}; p50 {percentile(times, 0.5):.0f} ms",
    )  # fmt: skip


def _time(visitor: Visitor, people: int, figure: str, path: str, target: float = 250) -> Figure:
    times = time_calls(lambda: visitor.get(path), n=N, warm_up=5)
    note = f"p95 at {people} people; p50 {percentile(times, 0.5):.0f} ms"
    return Figure(figure, percentile(times, 0.95), "ms", target=target, n=N, note=note)


def _findable(visitor: Visitor, people: int, n: int = 10) -> Figure:
    """From the answer to a saved form until the search finds the new person; the worst of some."""
    waits = []
    for _ in range(n):
        name = "Zz" + str(time.time_ns())[-12:].translate(LETTERS)
        token = TOKEN.search(visitor.get("/candidates/new/")).group(1)
        form = urllib.parse.urlencode({"full_name": f"{name} Example", "csrfmiddlewaretoken": token}).encode()
        visitor.opener.open(f"{visitor.address}/candidates/new/", form, timeout=60).close()
        started = time.monotonic()
        while name not in visitor.get(f"/search/quick?q={name}") and time.monotonic() < started + 30:
            time.sleep(0.01)
        waits.append(time.monotonic() - started)
    return Figure(
        "search.findable",
        max(waits),
        "s",
        target=1,
        n=n,
        note=f"worst; median {percentile(waits, 0.5):.2f} s, {people} people",
    )


def _rebuild(installation: Installation, visitor: Visitor, people: int) -> Iterator[Figure]:
    """`rapport reindex` while the product answers searches."""
    made: dict[str, float] = {}
    work = threading.Thread(target=lambda: made.update(json.loads(installation.run("reindex", "--json"))))
    work.start()
    times = []
    while work.is_alive():
        times += time_calls(lambda: visitor.get("/candidates/?q=engineer"), n=1, warm_up=0)
        time.sleep(0.5)
    work.join()
    yield Figure(
        "search.rebuild", made["seconds"], "s", target=180, note=f"{made['people']:.0f} people, while it answers"
    )
    yield Figure(
        "search.rebuild.page",
        percentile(times, 0.95),
        "ms",
        n=len(times),
        note=f"p95 of a page meanwhile, {people} people",
    )
