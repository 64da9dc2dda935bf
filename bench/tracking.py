"""Links in mails that are followed: requests a second through the web server, and whether every one of them is kept.

`rapport serve` answers browsers that keep their connections, on the same machine; each follows the one link of a mail
that was sent an hour ago. When the last answer is in, the server is killed: every click that was answered has to be there.
`tracking.rate_in_product` is the same while a worker follows the record.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from bench.figures import RAPPORT, ROOT, Figure, empty_installation, free_port, percentile, wait_for

CLICKS = 20_000
TARGET = 3_000
BROWSERS = 32
PROGRAM = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
URL = "https://example.org/jobs/1"
MESSAGES = """
INSERT INTO mail_message (id, thread_id, direction, state, kind, mailbox_id, message_id, in_reply_to, "references",
    from_address, from_name, to_address, to_name, subject, preview, subjects, is_bulk, attempts, state_note,
    has_attachments, storage_name, created_at, sent_at)
SELECT made.id, made.id, 'out', 'sent', '', %(mailbox)s, made.id || '@example.org', '', '{}', 'rita@example.org', 'Rita',
    'p' || made.n || '@example.net', '', 'A role for you', '', '{}', true, 1, '', false, '', now() - interval '1 hour',
    now() - interval '1 hour'
FROM (SELECT ('0193' || lpad(to_hex(n), 28, '0'))::uuid AS id, n FROM generate_series(%(first)s, %(last)s) n) made
RETURNING id
"""


def measure(people: int) -> Iterator[Figure]:
    """As many clicks as given, at most 20,000 and at least 2,000; first to the web server alone."""
    count = max(2_000, min(people or CLICKS, CLICKS))
    with empty_installation("bench.tracking") as environ:
        for figure, target, with_worker in (("rate", TARGET, False), ("rate_in_product", None, True)):
            rate, times, kept = _follow(environ, count, with_worker=with_worker)
            yield Figure(
                f"tracking.{figure}", rate, "requests/s", target=target, at_most=False, n=count,
                note=f"{BROWSERS} connections, the browsers on the same machine; p50 {percentile(times, 0.5):.0f} ms, "
                f"p99 {percentile(times, 0.99):.0f} ms" + (", beside a worker" if with_worker else ""),
            )  # fmt: skip
            yield Figure(
                f"tracking.{figure}.lost", count - kept, "clicks", target=0, n=count,
                note="answered, and not there after the server was killed",
            )  # fmt: skip


def _follow(environ: dict[str, str], count: int, *, with_worker: bool) -> tuple[float, list[float], int]:
    """Requests a second, how long each took in ms, and how many clicks are kept of those that were answered."""
    before = int(_run(environ, "count"))
    paths = json.loads(_run(environ, "seed", str(count)))
    port = free_port()
    processes = [
        subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
        for command in ([*RAPPORT, "serve", "--port", str(port)], [*RAPPORT, "worker"])[: 1 + with_worker]
    ]
    try:
        wait_for(f"http://127.0.0.1:{port}/health", 120)
        asyncio.run(_browse(port, [f"/l/x?to={number}" for number in range(500)], wanted=b"404"))  # warm
        started = time.monotonic()
        times = asyncio.run(_browse(port, paths, wanted=b"302"))
        seconds = time.monotonic() - started
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return count / seconds, times, int(_run(environ, "count")) - before


async def _browse(port: int, paths: Sequence[str], *, wanted: bytes) -> list[float]:
    """Ask for all paths over a few connections that are kept; raises for an answer of another status."""
    waiting, times = iter(paths), []

    async def browser() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in waiting:
            started = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {PROGRAM}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if head.split(b" ", 2)[1] != wanted:
                raise SystemExit(f"bench tracking: {head.splitlines()[0]!r} for {path}")
            length = next(
                (int(line.split(b":")[1]) for line in head.lower().splitlines() if line.startswith(b"content-length:")),
                0,
            )
            await reader.readexactly(length)
            times.append((time.perf_counter() - started) * 1000)
        writer.close()

    await asyncio.gather(*(browser() for _ in range(BROWSERS)))
    return times


def _run(environ: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "bench.tracking", *arguments], env=environ, cwd=ROOT, check=True, text=True,
        stdout=subprocess.PIPE,
    ).stdout  # fmt: skip


def _seed(count: int) -> list[str]:
    """So many more messages that were sent; the paths of their links."""
    from django.db import connection

    from rapport.lib.actors import COMMAND
    from rapport.mail.models import Mailbox, Message
    from rapport.mail.operations import MailboxSettings, create_mailbox
    from rapport.outreach.parcels import link_url

    settings = MailboxSettings(address="rita@example.org", smtp_host="127.0.0.1", smtp_security="plain")
    mailbox = Mailbox.objects.first() or create_mailbox(actor=COMMAND, settings=settings, owner_id=None)
    first = Message.objects.count() + 1
    with connection.cursor() as cursor:
        cursor.execute(MESSAGES, {"mailbox": mailbox.id, "first": first, "last": first + count - 1})
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")
    return ["/" + link_url(key, URL).split("/", 3)[3] for key in ids]


def _part(arguments: list[str]) -> None:
    """What runs in processes of its own: hold, seed COUNT, count."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django
    from django.conf import settings

    from rapport.config import embedded

    server = embedded.start(settings.DATA_DIR)
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    django.setup()
    found: Any = None
    match arguments:
        case ["hold"]:
            print("ready", flush=True)
            sys.stdin.read()
        case ["seed", count]:
            found = _seed(int(count))
        case ["count"]:
            from rapport.mail.models import DeliveryEvent, LinkVisit

            found = DeliveryEvent.objects.filter(kind="clicked", verdict="human").count() + LinkVisit.objects.count()
    print(json.dumps(found))
    del server


if __name__ == "__main__":
    _part(sys.argv[1:])
