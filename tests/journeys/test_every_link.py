"""Whoever signs in may follow every link that is shown: none is broken, and none leads where its reader may not go."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, deque
from html.parser import HTMLParser

import pytest

from tests.journeys.conftest import PASSWORD, Product

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("processes")]

# Pages of one shape (ids and values of the query left out) are alike: a few of each are enough.
OF_EACH_SHAPE = 3
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+\b")
LEFT_OUT = ("/account/logout", "/static/")


class Links(HTMLParser):
    """The addresses that a page leads to: of links, frames and images, and of what htmx fetches by GET."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (
                name in ("hx-get", "data-panel") or (tag, name) in (("a", "href"), ("img", "src"), ("iframe", "src"))
            ):
                self.found.append(value)


class Reader:
    """Somebody who is signed in, without a browser."""

    def __init__(self, product: Product, email: str) -> None:
        self.address = product.address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        _, page = self.get("/account/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        request = urllib.request.Request(f"{self.address}/account/login/", urllib.parse.urlencode(form).encode())
        request.add_header("Referer", self.address)
        with self.opener.open(request, timeout=30) as answer:
            assert answer.geturl() == f"{self.address}/", f"{email} could not sign in"

    def get(self, path: str) -> tuple[int, str]:
        try:
            with self.opener.open(f"{self.address}{path}", timeout=60) as answer:
                is_page = answer.headers.get_content_type() == "text/html"
                return answer.status, answer.read().decode() if is_page else ""
        except urllib.error.HTTPError as error:
            return error.code, ""


def shape(path: str) -> str:
    parts = urllib.parse.urlsplit(path)
    asked = "&".join(sorted({key for key, _ in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)}))
    return f"{IDENTIFIER.sub('*', parts.path)}?{asked}"


def follow_all(reader: Reader) -> tuple[Counter[str], list[str]]:
    """How many pages of each shape were read, and the links that led nowhere with the page that shows them."""
    seen: set[str] = set()
    read: Counter[str] = Counter()
    broken: list[str] = []
    waiting = deque([("/", "")])
    while waiting:
        path, shown_on = waiting.popleft()
        if path in seen or read[shape(path)] >= OF_EACH_SHAPE:
            continue
        seen.add(path)
        read[shape(path)] += 1
        status, page = reader.get(path)
        if status >= 400:
            broken.append(f"{status} {path} on {shown_on}")
        for link in Links(page).found:
            target = urllib.parse.urlsplit(urllib.parse.urljoin(f"{reader.address}{path}", link))
            if f"{target.scheme}://{target.netloc}" != reader.address or target.path.startswith(LEFT_OUT):
                continue
            waiting.append((urllib.parse.urlunsplit(("", "", target.path, target.query, "")), path))
    return read, broken


@pytest.mark.parametrize(
    ("email", "least"),
    [("ada@example.org", 90), ("rita@example.org", 80), ("hugo@example.org", 20), ("ines@example.org", 5), ("emma@example.org", 5)],
)  # fmt: skip
def test_every_link_leads_somewhere(product: Product, email: str, least: int) -> None:
    read, broken = follow_all(Reader(product, email))
    assert broken == []
    assert len(read) >= least, sorted(read)
