"""Job titles: how much their normal form and occupation help to find titles that mean the same work."""

import csv
import json
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from random import Random
from statistics import mean

from bench.figures import RAPPORT, REAL_DATA, Figure
from bench.ranking import TfIdf, average_precision, character_grams, reciprocal_rank
from rapport.skills.titles import Title, normalize_title

TITLES = REAL_DATA / "titles"
SAME_OCCUPATION = 0.05  # added to the likeness of two normal forms
AS_ENTERED = 0.2  # the share of what was entered: titles of one normal form are ordered by it
LINES = 10_000
ASKED = 200  # queries of a task, spread evenly over it


@dataclass(frozen=True, slots=True)
class Task:
    """Queries and a corpus by key, and which of the corpus are right for a query."""

    name: str
    queries: Mapping[str, str]
    corpus: Mapping[str, str]
    right: Mapping[str, set[str]]
    metric: str
    judge: Callable[[list[str], set[str]], float]

    def asked(self) -> list[str]:
        keys = [key for key in self.queries if self.right.get(key)]
        return keys[:: max(1, len(keys) // ASKED)]


def measure(people: int) -> Iterator[Figure]:
    """Ranking with and without normal forms, and the command's speed; sets that are not here are skipped."""
    if (TITLES / "jobbert_esco").is_dir():
        yield from _occupations()
        yield from _command()
    for task in _tasks():
        yield _compare(task)


def _tasks() -> Iterator[Task]:
    yield from _related_titles()
    if (TITLES / "jobbert_esco").is_dir():
        yield _adverts()
    for country in ("fra_q_fr_c_fr", "usa_q_en_c_en"):
        folder = TITLES / "melo" / "data" / "processed" / "melo" / country
        if folder.is_dir():
            right = _right(folder / "annotations.tsv")
            queries, corpus = _rows(folder / "queries.tsv"), _rows(folder / "corpus_elements.tsv")
            yield Task(f"melo_{country[:3]}", queries, corpus, right, "MRR", reciprocal_rank)


def _related_titles() -> Iterator[Task]:
    folder = TITLES / "talentclef25" / "data" / "TaskA" / "validation" / "english"
    if folder.is_dir():
        yield Task(
            "talentclef_en", _rows(folder / "queries", 1), _rows(folder / "corpus_elements", 1),
            _right(folder / "qrels.tsv"), "MAP", average_precision,
        )  # fmt: skip


def _rows(path, skip: int = 0) -> dict[str, str]:
    return dict(line.split("\t")[:2] for line in path.read_text().splitlines()[skip:])


def _right(path) -> dict[str, set[str]]:
    right: dict[str, set[str]] = defaultdict(set)
    for line in path.read_text().splitlines():
        query, _, key, _ = line.split()
        right[query].add(key)
    return right


def _labelled() -> list[tuple[str, str]]:
    with (TITLES / "jobbert_esco" / "titles.csv").open() as lines:
        rows = [(row["vacancyTitle"], row["conceptUri"]) for row in csv.DictReader(lines)]
    return list(dict.fromkeys(rows))


def _adverts() -> Task:
    """Titles of adverts, each to find the others of its ESCO occupation: 300 asked in 3,000."""
    rows = _labelled()
    Random(5).shuffle(rows)
    corpus = {str(at): title for at, (title, _) in enumerate(rows[:3000])}
    code = {str(at): uri for at, (_, uri) in enumerate(rows[:3000])}
    of_code: dict[str, set[str]] = defaultdict(set)
    for key, uri in code.items():
        of_code[uri].add(key)
    asked = [(title, uri) for title, uri in rows[3000:] if uri in of_code][:300]
    queries = {f"q{at}": title for at, (title, _) in enumerate(asked)}
    right = {f"q{at}": of_code[uri] for at, (_, uri) in enumerate(asked)}
    return Task("jobbert_esco", queries, corpus, right, "MAP", average_precision)


def _compare(task: Task) -> Figure:
    entered = TfIdf(task.corpus, character_grams)
    plain = _judge(task, entered.scores)
    forms = {key: normalize_title(title) for key, title in task.corpus.items()}
    texts = TfIdf({key: form.normal for key, form in forms.items()}, character_grams)
    ours = _judge(
        task, lambda text: _with_entered(entered, text, _with_occupation(texts, forms, normalize_title(text)))
    )
    return Figure(
        f"titles.{task.name}", ours, task.metric, target=plain, at_most=False, n=len(task.asked()),
        peer="character TF-IDF of what was entered", peer_value=plain, note=f"among {len(task.corpus)} titles",
    )  # fmt: skip


def _with_entered(entered: TfIdf, text: str, found: dict[str, float]) -> dict[str, float]:
    for key, score in entered.scores(text).items():
        found[key] = found.get(key, 0.0) + AS_ENTERED * score
    return found


def _with_occupation(texts: TfIdf, forms: Mapping[str, Title], asked: Title) -> dict[str, float]:
    found = texts.scores(asked.normal)
    if asked.occupation:
        for key, form in forms.items():
            if form.occupation == asked.occupation:
                found[key] = found.get(key, 0.0) + SAME_OCCUPATION
    return found


def _judge(task: Task, score: Callable[[str], dict[str, float]]) -> float:
    values = []
    for key in task.asked():
        scores = score(task.queries[key])
        values.append(task.judge(sorted(scores, key=lambda one: (-scores[one], one)), task.right[key]))
    return mean(values)


def _occupations() -> Iterator[Figure]:
    """Pairs of advert titles with one ESCO code that get one occupation, and of those with one occupation, one code."""
    by_code: dict[str, list[Title]] = defaultdict(list)
    for title, uri in _labelled():
        by_code[uri].append(normalize_title(title))
    dice = Random(3)
    pairs = []
    for forms in by_code.values():
        every = list(combinations(forms[:40], 2))
        pairs += dice.sample(every, min(len(every), 20))
    everything = [form for forms in by_code.values() for form in forms]
    others = [dice.sample(everything, 2) for _ in range(len(pairs))]
    same, chance = (
        mean(bool(a.occupation) and a.occupation == b.occupation for a, b in rows) for rows in (pairs, others)
    )
    named = mean(bool(form.occupation) for form in everything)
    yield Figure(
        "titles.same_occupation", same, "share of pairs", n=len(pairs), peer="any two titles", peer_value=chance,
        note=f"{named:.3f} of {len(everything)} titles get an occupation",
    )  # fmt: skip


def _command() -> Iterator[Figure]:
    titles = [title.replace("\n", " ") for title, _ in _labelled()][:LINES]
    lines = ("\n".join(titles) + "\n").encode()
    command = [*RAPPORT, "titles", "normalize", "--stdin", "--json"]
    started = time.perf_counter()
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True)
    seconds = time.perf_counter() - started
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    in_order = [row["title"] for row in rows] == titles
    starts = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run(command, input=b"Nurse\n", stdout=subprocess.DEVNULL, check=True)
        starts.append(time.perf_counter() - started)
    yield Figure("titles.command", seconds, "s", n=len(titles), note=f"one line for each, in order: {in_order}")
    yield Figure("titles.start", sorted(starts)[2], "s", target=0.5, n=5)
