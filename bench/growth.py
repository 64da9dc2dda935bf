"""How search grows: the index alone at 10,000, 100,000, 1,000,000 and 10,000,000 people, and PostgreSQL's full text
search asked the same questions about the same people in the same run.

Both give the first 50 people in order, how many there are and the facets. The index of ten million is the largest of the
others ten times over: its segments are copied, and everybody is in it ten times. PostgreSQL gets a table with a stored
tsvector, GIN indexes over words and skills, GiST over places and a B-tree over the last activity; it is asked a few times
only, and no longer than a minute.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.figures import ROOT, Figure, Installation, percentile, time_calls
from bench.search import QUERIES, SKILLS

SIZES = (10_000, 100_000, 1_000_000)
COPIES = 10
FORMS = ("empty", "word", "and", "or", "phrase", "prefix", "distance", "not")
TARGETS = {1_000_000: 25, 10_000_000: 150}  # ms
N, N_POSTGRES = 100, 5
BERLIN = (52.52437, 13.41053)
FACETS = ("skill", "city", "country", "years", "tag", "pool", "stage", "source", "owner")
TABLE = """
DROP TABLE IF EXISTS bench_people;
CREATE TABLE bench_people (id uuid, titles text, body text, skills text[], city text, country text, tags text[],
    pools text[], stages text[], source text, owner text, years float8, spot point, last_activity_at timestamptz,
    words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple', titles), 'A')
        || setweight(to_tsvector('simple', body), 'D')) STORED)
"""
COPY = """COPY bench_people (id, titles, body, skills, city, country, tags, pools, stages, source, owner, years, spot,
    last_activity_at) FROM STDIN"""
INDEXES = """
CREATE INDEX ON bench_people USING gin (words);
CREATE INDEX ON bench_people USING gin (skills);
CREATE INDEX ON bench_people USING gist (spot);
CREATE INDEX ON bench_people (last_activity_at DESC);
VACUUM ANALYZE bench_people
"""
WORDS = "words @@ to_tsquery('simple', '{}')"
RANK = "ts_rank(words, to_tsquery('simple', '{}')) DESC"
LATEST = "last_activity_at DESC"
SKILL_LIST = ", ".join(f"'{skill}'" for skill in SKILLS)
CONDITIONS = {
    "empty": ("true", LATEST),
    "word": (WORDS.format("engineer"), RANK.format("engineer")),
    "and": (WORDS.format("engineer & python"), RANK.format("engineer & python")),
    "or": (f"skills && ARRAY[{SKILL_LIST}]", LATEST),
    "phrase": (WORDS.format("data <-> engineer"), RANK.format("data <-> engineer")),
    "prefix": (WORDS.format("ware:*"), RANK.format("ware:*")),
    # A degree of latitude is 111 km; the circle is as wide in longitude as it is there.
    "distance": (f"spot <@ circle(point({BERLIN[1]}, {BERLIN[0]}), {50 / 111})", LATEST),
    "not": (WORDS.format("engineer & !senior"), RANK.format("engineer & !senior")),
}
QUESTION = """
WITH hits AS MATERIALIZED (SELECT * FROM bench_people WHERE {where}),
shown AS (SELECT id FROM hits ORDER BY {order}, id LIMIT 50)
SELECT 'total', '', count(*) FROM hits
UNION ALL SELECT 'id', id::text, 0 FROM shown
UNION ALL (SELECT 'skill', s, count(*) FROM hits, unnest(skills) s GROUP BY 2 ORDER BY 3 DESC LIMIT 12)
UNION ALL (SELECT 'tag', s, count(*) FROM hits, unnest(tags) s GROUP BY 2 ORDER BY 3 DESC LIMIT 12)
UNION ALL (SELECT 'pool', s, count(*) FROM hits, unnest(pools) s GROUP BY 2 ORDER BY 3 DESC LIMIT 12)
UNION ALL (SELECT 'stage', s, count(*) FROM hits, unnest(stages) s GROUP BY 2 ORDER BY 3 DESC LIMIT 12)
UNION ALL (SELECT 'city', city, count(*) FROM hits GROUP BY 2 ORDER BY 3 DESC LIMIT 12)
UNION ALL (SELECT 'country', country, count(*) FROM hits GROUP BY 2 ORDER BY 3 DESC LIMIT 12)
UNION ALL (SELECT 'source', source, count(*) FROM hits GROUP BY 2 ORDER BY 3 DESC LIMIT 12)
UNION ALL (SELECT 'owner', owner, count(*) FROM hits GROUP BY 2 ORDER BY 3 DESC LIMIT 12)
UNION ALL (SELECT 'years', width_bucket(years, ARRAY[0, 2, 5, 10, 20])::text, count(*) FROM hits GROUP BY 2)
"""


def measure(people: int) -> Iterator[Figure]:
    """The sizes up to `people`, and ten times the largest for the index alone."""
    largest: Path | None = None
    for size in [size for size in SIZES if size <= people] or [people]:
        installation = Installation(size).prepare()
        installation.run("reindex")
        largest = _index_of(installation)
        yield from _engine_figures(largest, size)
        yield from _postgres_figures(installation, size)
    if largest is not None:
        with tempfile.TemporaryDirectory(dir=largest.parent.parent) as folder:
            yield from _engine_figures(_copied(largest, Path(folder) / "index"), size * COPIES)


def _index_of(installation: Installation) -> Path:
    from rapport.search.folder import IndexFolder

    index = IndexFolder(installation.folder / "search").find_current()
    assert index is not None
    return index


def _copied(index: Path, to: Path) -> Path:
    """An index that holds everybody of another ten times: segments have names of their own, and can be copied."""
    to.mkdir()
    meta = json.loads((index / "meta.json").read_text())
    segments, files = [], ["meta.json"]
    for _ in range(COPIES):
        for segment in meta["segments"]:
            name = uuid.uuid4()
            segments.append({**segment, "segment_id": str(name)})
            for file in index.glob(f"{segment['segment_id'].replace('-', '')}.*"):
                copy = file.name.replace(file.name.split(".")[0], name.hex)
                shutil.copyfile(file, to / copy)
                files.append(copy)
    (to / "meta.json").write_text(json.dumps({**meta, "segments": segments}))
    (to / ".managed.json").write_text(json.dumps(files))
    return to


# -- The index -------------------------------------------------------------------------------------------------------


def _engine_figures(index: Path, size: int) -> Iterator[Figure]:
    """Measured in a process of its own, for its memory."""
    command = [sys.executable, "-m", "bench.growth", str(index)]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    assert size <= found["count"] <= 1.01 * size, found["count"]  # the demo adds a few
    target = TARGETS.get(size)
    for form, times in found["times"].items():
        yield Figure(
            f"growth.index.{form}.{size}", percentile(times, 0.95), "ms", target=target, n=len(times),
            note=f"p50 {percentile(times, 0.5):.1f} ms; {found['totals'][form]:,} of {size:,} people, facets included",
        )  # fmt: skip
    disk = sum(file.stat().st_size for file in index.iterdir()) / 1e6
    yield Figure(f"growth.index.disk.{size}", disk, "MB")
    yield Figure(
        f"growth.index.memory.{size}",
        found["own_mb"],
        "MB",
        note=f"and {found['mapped_mb']:.0f} MB of its files mapped",
    )


def _ask_engine(index: Path) -> None:
    """Print times of every form in ms, how many it finds, and the memory of this process."""
    from datetime import UTC, datetime

    from rapport.search import language
    from rapport.search.compiling import Lookup
    from rapport.search.engine import EVERYBODY, Engine

    engine = Engine.open(index)
    lookup = Lookup(datetime.now(UTC).date(), locate=lambda _: BERLIN)
    times: dict[str, list[float]] = {}
    totals: dict[str, int] = {}
    for form in FORMS:
        node = language.parse(QUERIES[form]).node
        assert node is not None

        def ask(node: language.Node = node) -> Any:
            return engine.search(node, lookup, EVERYBODY, limit=50, facets=FACETS)

        totals[form] = ask().total
        times[form] = time_calls(ask, n=N)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    memory = {
        name: int(status[key].split()[0]) / 1000 for name, key in (("own_mb", "RssAnon"), ("mapped_mb", "RssFile"))
    }
    sys.stdout.write(json.dumps({"count": engine.count, "times": times, "totals": totals, **memory}))


# -- PostgreSQL ------------------------------------------------------------------------------------------------------


def _postgres_figures(installation: Installation, size: int) -> Iterator[Figure]:
    with installation.database() as connect, connect() as connection:
        connection.autocommit = True
        started = time.monotonic()
        _fill(connection)
        yield Figure(f"growth.postgres.build.{size}", time.monotonic() - started, "s", note="table and indexes")
        connection.execute("SET statement_timeout = '60s'")
        connection.execute("SET jit = off")
        for form in FORMS:
            where, order = CONDITIONS[form]
            sql = QUESTION.format(where=where, order=order)
            times = _patiently(lambda sql=sql: connection.execute(sql).fetchall())
            yield Figure(f"growth.postgres.{form}.{size}", percentile(times, 0.95), "ms", n=len(times))
        disk = connection.execute("SELECT pg_total_relation_size('bench_people')").fetchone()[0] / 1e6
        yield Figure(f"growth.postgres.disk.{size}", disk, "MB")
        connection.execute("DROP TABLE bench_people")


def _fill(connection: Any) -> None:
    from rapport.search.reading import read_everybody

    connection.execute(TABLE)
    with connection.cursor() as reading, connection.cursor() as writing:
        for people in read_everybody(reading):
            with writing.copy(COPY) as copy:
                for one in people:
                    copy.write_row(_line(one))
    for statement in INDEXES.split(";"):
        connection.execute(statement)


def _line(one: Any) -> tuple[Any, ...]:
    spot = None if one.latitude is None else f"({one.longitude},{one.latitude})"
    stages = [standing.stage for standing in one.standings]
    return (
        one.candidate_id, " ".join(one.titles), f"{one.text} {' '.join(one.skills)}", list(one.skills), one.city,
        one.country, list(one.tags), list(one.pools), stages, one.source, one.owner, one.years, spot, one.last_activity_at,
    )  # fmt: skip


def _patiently(ask: Callable[[], Any]) -> list[float]:
    """Times of a few calls; a minute where one takes longer."""
    import psycopg

    try:
        return time_calls(ask, n=N_POSTGRES, warm_up=1)
    except psycopg.errors.QueryCanceled:
        return [60_000.0]


if __name__ == "__main__":
    _ask_engine(Path(sys.argv[1]))
