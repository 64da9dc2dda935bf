"""Every form of the product with values that nobody should send, by every role: a message and no 500, ever.

The fields are those of the pages' own forms. The same seed sends the same values.
"""

import random
import re
from collections import defaultdict
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from rapport.lib.ids import new_id
from tests.sweeps.test_routes import FILLERS, OURS, READ_BY_GET, ask
from tests.sweeps.world import World

SEED = 20260
ROUNDS = 1  # sendings of each form by each role, with values drawn anew
HOSTILE = (
    "", " ", "x" * 10_000, "\u202eevil", "👩‍💻" * 300, "\u0000", "é\u0301" * 200, "²³", "-1", "0", "1e999", "NaN", "Infinity",
    "-Infinity", str(2**31), str(2**63), "9" * 5_000, "0000-01-01", "0001-01-01", "9999-12-31", "99999-01-01", "2026-02-30",
    "0001-01-01T00:00", "9999-12-31T23:59", "25:61", "true", "null", "[]", "[1]", "{}", '{"a": [{}]}', "../../etc/passwd",
    "a\r\nb: c", "no such choice", "00000000-0000-0000-0000-000000000000", "@", "a@" + "b" * 300 + ".org", "http://[::1",
    "javascript:alert(1)", "+0", "=1+1", "%", "\\", "'", '"(', "name:", "title:(a OR", "within:99999999km of:x",
)  # fmt: skip
RAW = (b"\xff\xfe", b"\xed\xa0\x80", b"%F", b"a%00b")  # no UTF-8, a lone surrogate, half an escape, an escaped NUL
ASKED = (
    "after", "before", "batch", "candidate", "columns", "count", "cursor", "day", "days", "department", "from", "group",
    "id", "ids", "job", "limit", "next", "offset", "page", "panel", "q", "show", "sort", "state", "tab", "tag", "text", "to",
    "to_stage", "view", "weights",
)  # fmt: skip


class Forms(HTMLParser):
    """The names of the fields of each form that is sent, by its address; fields that stand outside go with all."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = defaultdict(set)
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get("hx-post") or (given.get("action") or "." if tag == "form" else "")
        if tag == "form":
            self._address = address
        if tag in {"input", "select", "textarea", "button"} and given.get("name"):
            self.found[given.get("hx-post") or given.get("formaction") or self._address].add(given["name"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._address = ""


def fields_of_forms(client: Client, world: World) -> dict[str, set[str]]:
    """By path; a form without an address goes to its page."""
    found: dict[str, set[str]] = defaultdict(set)
    for route in READ_BY_GET:
        page = route.url({**FILLERS, **world.values})
        answer = ask(client, "get", page)
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        forms = Forms()
        forms.feed(answer.said)
        for address, names in forms.found.items():
            found[page if address in ("", ".") else urlsplit(address).path] |= names - {"csrfmiddlewaretoken"}
    return found


def hostile_body(chance: random.Random, names: list[str], world: World) -> dict[str, Any]:
    """Some fields missing, some twice, the others with anything, also the key of something else."""
    keys = [str(value) for value in world.values.values()] + [str(new_id())]
    sendable = [value for value in HOSTILE if value != "\u0000"]

    def drawn() -> str:
        return chance.choice(keys if chance.random() < 0.15 else sendable)

    return {name: [drawn() for _ in range(chance.choice((1, 1, 1, 2, 40)))] for name in names if chance.random() > 0.15}


def is_broken(answer: Any) -> bool:
    return answer.status_code >= 500 or "Traceback (most recent call last)" in answer.said


@pytest.mark.parametrize("name", ["ada", "rita", "hugo", "ines", "emma"])
def test_no_form_breaks_on_hostile_values(name: str, world: World, sign_in: Any):
    chance, broken = random.Random(f"{SEED}{name}"), []
    fields = fields_of_forms(sign_in(world.users["ada"]), world)
    assert len(fields) > 60
    client = sign_in(world.users[name])
    client.raise_request_exception = False
    everything = sorted(set().union(*fields.values()))
    for route in OURS:
        if "POST" not in (route.methods or ()):
            continue
        url = route.url({**FILLERS, **world.values})
        for _ in range(ROUNDS):
            body = hostile_body(chance, sorted(fields.get(url) or everything), world)
            answer = ask(
                client, "post", url, data=body, headers={"HX-Request": "true"} if chance.random() < 0.5 else {}
            )
            if is_broken(answer):
                broken.append(
                    (route.name, _blamed(answer), {key: [v[:60] for v in value[:2]] for key, value in body.items()})
                )
    assert broken == []


@pytest.mark.parametrize("name", ["ada", "emma"])
def test_no_page_breaks_on_hostile_questions(name: str, world: World, sign_in: Any):
    chance, broken = random.Random(f"{SEED}{name}?"), []
    fields = fields_of_forms(sign_in(world.users["ada"]), world)
    asked = sorted(set(ASKED).union(*fields.values()))
    client = sign_in(world.users[name])
    client.raise_request_exception = False
    for route in READ_BY_GET:
        url = route.url({**FILLERS, **world.values})
        for _ in range(2 * ROUNDS):
            question = {key: chance.choice(HOSTILE) for key in asked if chance.random() < 0.5}
            question = {key: value for key, value in question.items() if value != "\0"}
            answer = ask(client, "get", f"{url}?{urlencode(question)}")
            if is_broken(answer):
                broken.append((route.name, _blamed(answer), {key: value[:60] for key, value in question.items()}))
    assert broken == []


def test_bytes_that_are_no_text_break_nothing(world: World, sign_in: Any):
    client, broken = sign_in(world.users["ada"]), []
    client.raise_request_exception = False
    for route in OURS:
        url = route.url({**FILLERS, **world.values})
        for raw in RAW:
            asked = b"&".join(key.encode() + b"=" + raw for key in (*ASKED, "name", "title", "address", "full_name"))
            answers = [client.get(url, QUERY_STRING=asked.decode("latin-1"))] if "GET" in (route.methods or ()) else []
            if "POST" in (route.methods or ()):
                answers.append(client.post(url, asked, content_type="application/x-www-form-urlencoded"))
                answers.append(client.post(url, asked, content_type="multipart/form-data; boundary=x"))
                answers.append(client.post(url, b"[" * 100_000, content_type="application/json"))
            broken += [(route.name, raw, _blamed(answer)) for answer in answers if answer.status_code >= 500]
            for answer in answers:
                b"".join(answer.streaming_content if answer.streaming else ())  # a file is closed at its end
    assert broken == []


def _blamed(answer: Any) -> str:
    """The exception behind a 500, for whoever reads the failure."""
    info = getattr(answer, "exc_info", None)
    return re.sub(r"\s+", " ", repr(info[1]))[:300] if info else str(answer.status_code)
