"""Candidate list, profile and board on the server: time, size and number of SQL statements."""

import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

from bench.figures import Figure, Installation, percentile, time_calls

SIGN_IN = ("rita@example.org", "try-rapport-2026")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ID = re.compile(r"/candidates/([0-9a-f-]{36})/")
JOB = re.compile(r"/jobs/[0-9a-f-]{36}/")
PEERS = {
    "pages.list": ("OpenCATS at 100,000 people, p50", 790.0),
    "pages.profile": ("OpenCATS at 100,000 people, p50", 8.0),
}


class Visitor:
    """A recruiter signed in through the ordinary form."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        page = self.get("/account/login/")
        form = {"login": SIGN_IN[0], "password": SIGN_IN[1], "csrfmiddlewaretoken": TOKEN.search(page).group(1)}
        request = urllib.request.Request(
            f"{address}/account/login/", urllib.parse.urlencode(form).encode(), {"Referer": address}
        )
        self.opener.open(request, timeout=60).close()

    def get(self, path: str) -> str:
        with self.opener.open(f"{self.address}{path}", timeout=60) as response:
            return response.read().decode()


def measure(people: int) -> Iterator[Figure]:
    """p95 of 100 requests each, through the web process; the page's size without compression."""
    installation = Installation(people).prepare()
    with installation.serving() as (address, _):
        visitor = Visitor(address)
        ids = list(dict.fromkeys(ID.findall(visitor.get("/candidates/"))))
        board = JOB.search(visitor.get("/jobs/?q=Customer+Service")).group(0) + "board/"
        pages = {
            "pages.list": ("/candidates/", 150),
            "pages.profile": (f"/candidates/{ids[0]}/", 80),
            "pages.board": (board, 200),
        }
        for name, (path, target) in pages.items():
            times = time_calls(lambda path=path: visitor.get(path), n=100, warm_up=10)
            peer, peer_value = PEERS.get(name, ("", None))
            yield Figure(
                name, percentile(times, 0.95), "ms", target=target, peer=peer, peer_value=peer_value, n=100,
                note=f"p95 at {people} people; p50 {percentile(times, 0.5):.0f} ms",
            )  # fmt: skip
            yield Figure(f"{name}.size", len(visitor.get(path).encode()) / 1000, "kB", target=120)
