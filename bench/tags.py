"""A vocabulary of 10,000 tags: its pages and pickers, a merge of a tag that many have, and working out normal forms."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from bench.figures import ROOT, Figure, Installation, percentile

TAGS = 10_000
ROUNDS = 20
PAGES = {
    "name": "/tags/", "people": "/tags/?sort=people", "used": "/tags/?sort=used&page=150", "search": "/tags/?q=en",
    "alike": "/tags/?show=alike", "picker": "/tags/options/?q=en",
}  # fmt: skip


def measure(people: int) -> Iterator[Figure]:
    """In a process of its own, inside an installation with demo people."""
    installation = Installation(people, name="tags").prepare()
    command = [sys.executable, "-m", "bench.tags", "probe"]
    output = subprocess.run(command, env=installation.environ, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    found = json.loads(output.stdout.strip().splitlines()[-1])
    size = f"{found['taggings']:,} taggings"
    for name, times in found["ms"].items():
        note = f"p50 {percentile(times, 0.5):.0f} ms; {size}"
        yield Figure(f"tags.{name}", percentile(times, 0.95), "ms", target=250, n=TAGS, note=note)
    yield Figure(
        "tags.alike.first", found["first_alike_ms"], "ms", target=1000, n=TAGS, note="once, until names change"
    )
    yield Figure(
        "tags.merge", found["merge_s"], "s", n=found["merged"], note=f"the request itself {found['asked_s']:.2f} s"
    )
    yield Figure("tags.unmerge", found["unmerge_s"], "s", n=found["merged"])
    yield Figure("standardise.rows", found["standardised"] / found["standardise_s"], "rows/s", n=found["standardised"],
                 note=f"people and jobs; longest batch {found['longest_batch_s']:.2f} s")  # fmt: skip


def probe() -> None:
    """Fill the vocabulary and take the times."""
    import os

    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    from rapport.config import embedded

    embedded.start(settings.DATA_DIR)
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    settings.ALLOWED_HOSTS.append("testserver")
    django.setup()
    from django.test import Client

    from rapport.accounts.models import User
    from rapport.candidates import tag_rules
    from rapport.candidates.models import CandidateTag

    _fill()
    client = Client()
    client.force_login(User.objects.filter(role="administrator").earliest("id"))
    client.get("/tags/")  # templates and addresses are read once
    tag_rules.find_alike.cache_clear()
    first_alike = _seconds(lambda: client.get("/tags/")) * 1000
    times = {name: [_seconds(lambda: client.get(path)) * 1000 for _ in range(ROUNDS)] for name, path in PAGES.items()}  # noqa: B023
    result: dict[str, Any] = {"ms": times, "first_alike_ms": first_alike, "taggings": CandidateTag.objects.count()}
    print(json.dumps({**result, **_merge(), **_standardise()}))


def _fill() -> None:
    """Tags of invented words, on people at random; one that everybody has."""
    from django.db import connection

    from rapport.candidates.models import Tag

    if Tag.objects.count() >= TAGS:
        return
    dice = Random(7)
    parts = [
        a + b
        for a in ["ba", "re", "mi", "so", "tu", "ken", "lor", "vim"]
        for b in ["den", "ral", "nox", "tis", "gam", "pul"]
    ]
    names = dict.fromkeys(" ".join(dice.sample(parts, dice.choice((2, 3, 3)))) for _ in range(TAGS * 2))
    Tag.objects.bulk_create([Tag(name=name) for name in list(names)[:TAGS]], ignore_conflicts=True)
    common = Tag.objects.get_or_create(name="everybody has this")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO candidates_candidatetag (candidate_id, tag_id) SELECT c.id, t.ids[1 + floor(random() * cardinality(t.ids))::int]"
            " FROM candidates_candidate c, (SELECT array_agg(id) ids FROM candidates_tag) t, generate_series(1, 9)"
            " ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            "INSERT INTO candidates_candidatetag SELECT id, %s FROM candidates_candidate ON CONFLICT DO NOTHING",
            [common.id],
        )
    connection.cursor().execute("ANALYZE candidates_candidatetag")


def _merge() -> dict[str, Any]:
    from rapport.candidates.models import CandidateTag, Tag
    from rapport.candidates.operations import merge_tags, tag_merging, unmerge_tag
    from rapport.lib.actors import SYSTEM

    tag = Tag.objects.get(name="everybody has this")
    into = Tag.objects.exclude(id=tag.id).order_by("id")[0]
    count = CandidateTag.objects.filter(tag=tag).count()
    ids = {"tag_id": tag.id, "into_id": into.id}
    asked = _seconds(lambda: merge_tags(actor=SYSTEM, **ids))
    rest = _seconds(lambda: tag_merging.go_on_merging(**ids, user_id=None))
    back = _seconds(lambda: unmerge_tag(actor=SYSTEM, tag_id=tag.id))
    back += _seconds(lambda: tag_merging.go_on_unmerging(**ids, user_id=None))
    if CandidateTag.objects.filter(tag=tag).count() != count:
        raise RuntimeError("a merge that was taken back did not give everybody their tag back")
    return {"merged": count, "asked_s": asked, "merge_s": asked + rest, "unmerge_s": back}


def _standardise() -> dict[str, Any]:
    from rapport.candidates.models import Candidate, Experience, Standardising
    from rapport.candidates.operations.standardising import standardise_some

    for model in (Candidate, Experience):
        model._default_manager.update(title_normal="", seniority="", organisation_normal="")
    Standardising.objects.all().delete()
    done, longest, started = 0, 0.0, time.perf_counter()
    while True:
        begun = time.perf_counter()
        count = standardise_some()
        longest = max(longest, time.perf_counter() - begun)
        if not count:
            break
        done += count
    return {"standardised": done, "standardise_s": time.perf_counter() - started, "longest_batch_s": longest}


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    probe()
