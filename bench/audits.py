"""Audits: how long a run over the whole pool takes, the first one and one on a night without changes, and its longest statement."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.figures import ROOT, Figure, Installation

LIMIT_S = 120  # for a million people
BATCH_LIMIT_MS = 2000


def measure(people: int) -> Iterator[Figure]:
    """A pool of demo people."""
    installation = Installation(people, name="audits").prepare()
    command = [sys.executable, "-m", "bench.audits", "probe"]
    output = subprocess.run(command, env=installation.environ, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    found = json.loads(output.stdout.strip().splitlines()[-1])
    target = LIMIT_S if people == 1_000_000 else None
    rate = f"{people / found['first_s']:,.0f} people a second; {found['findings']:,} findings"
    yield Figure("audits.first", found["first_s"], "s", target=target, n=people, note=rate)
    rate = f"{people / found['again_s']:,.0f} people a second"
    yield Figure("audits.again", found["again_s"], "s", target=target, n=people, note=rate)
    yield Figure(
        "audits.statement", found["longest_ms"], "ms", target=BATCH_LIMIT_MS, n=found["statements"],
        note=f"the longest transaction over people: {found['longest']}",
    )  # fmt: skip
    yield Figure("audits.list", found["list_ms"], "ms", n=people, note="one page of people out of touch, without HTML")


def probe() -> None:
    """In a process of its own, inside an installation: run the audits twice, and time each statement."""
    import os

    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    from rapport.config import embedded

    embedded.start(settings.DATA_DIR)
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    django.setup()
    from rapport.hygiene import audit_queries
    from rapport.hygiene.audits import people_sql
    from rapport.hygiene.audits.catalogue import get_audit
    from rapport.hygiene.models import Finding, PoolTitle
    from rapport.hygiene.operations import auditing
    from rapport.lib.actors import COMMAND

    Finding.objects.all().delete()
    PoolTitle.objects.all().delete()
    times: list[tuple[float, str]] = []
    store_batch = people_sql.store_batch

    def timed(audit: Any, *given: Any) -> int:
        started = time.perf_counter()
        count = store_batch(audit, *given)
        times.append((time.perf_counter() - started, audit.key))
        return count

    people_sql.store_batch = timed
    spent = []
    for _ in range(2):
        started = time.perf_counter()
        auditing.take_stock(store=True)
        spent.append(time.perf_counter() - started)
    started = time.perf_counter()
    audit_queries.list_findings(COMMAND, get_audit("stale"))
    list_s = time.perf_counter() - started
    longest, key = max(times)
    found = {
        "first_s": spent[0], "again_s": spent[1], "longest_ms": longest * 1000, "longest": key, "statements": len(times),
        "findings": Finding.objects.count(), "list_ms": list_s * 1000,
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__" and sys.argv[1:] == ["probe"]:
    probe()
