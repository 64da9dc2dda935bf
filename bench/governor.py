"""The contact governor through a year: fifty overlapping sequences over a thousand people, and every rule ever broken.

Mail is claimed and settled on the real ledger under a clock of its own; rapport/outreach/tests/year.py tells what happens
meanwhile, and who judges. `--people` says how many people there are.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from bench.figures import ROOT, Figure

PEOPLE, SEQUENCES, DAYS = 1_000, 50, 365


def measure(people: int) -> Iterator[Figure]:
    """How many mails of the year broke a rule, and how many enrollments were lost."""
    count = min(people, PEOPLE) if people else PEOPLE
    with tempfile.TemporaryDirectory(prefix="rapport-year-") as folder:
        os.chmod(folder, 0o755)
        environ = {**os.environ, "RAPPORT_DATA_DIR": folder, "RAPPORT_LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}
        environ.pop("RAPPORT_DATABASE_URL", None)
        command = [sys.executable, "-m", "bench.governor", str(count)]
        answer = subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(answer.splitlines()[-1])
    note = (
        f"{SEQUENCES} sequences, {count:,} people, {DAYS} days; put off {found['put_off']:,} times; "
        f"{sum(found['happened'].values()):,} answers, wishes, pauses and changes; {found['seconds']:.0f} s"
    )
    yield Figure("governor.rules_broken", len(found["broken"]), "mails", target=0, n=found["sent"], note=note)
    yield Figure("governor.lost", len(found["lost"]), "enrollments", target=0, n=found["enrollments"])
    for line in (*found["broken"][:20], *found["lost"][:20]):
        print(line, file=sys.stderr)


def live(people: int) -> None:
    """Live through the year and print what came of it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django
    from django.conf import settings

    from rapport.config import embedded

    server = embedded.start(settings.DATA_DIR)
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    django.setup()
    from django.core.management import call_command

    from rapport.outreach.models import Enrollment
    from rapport.outreach.tests.year import Year, everybody_is_accounted_for

    call_command("migrate", verbosity=0)
    started = time.monotonic()
    year = Year(people=people, sequences=SEQUENCES, days=DAYS, tags=5)
    year.run()
    result = {
        "sent": year.sent, "put_off": year.put_off, "happened": year.happened, "broken": year.broken,
        "lost": everybody_is_accounted_for(year), "enrollments": Enrollment.objects.count(),
        "seconds": time.monotonic() - started,
    }  # fmt: skip
    print(json.dumps(result))
    del server


if __name__ == "__main__":
    live(int(sys.argv[1]))
