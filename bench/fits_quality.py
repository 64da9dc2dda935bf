"""How good the order of `rapport fits` is: German freelancers graded for adverts, and English résumés by occupation."""

import csv
import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean

from bench.figures import RAPPORT, REAL_DATA, ROOT, Figure
from bench.lists import with_lists
from bench.ranking import TfIdf, chance, ndcg
from rapport.search.cli import _read_folder as read_folder
from rapport.search.folder_ranking import ParsedFile, rank_files
from rapport.skills.finder import Vocabulary

FREELANCERS = REAL_DATA / "matching" / "freelance_de"
RESUMES = REAL_DATA / "resumes" / "livecareer"
ADVERTS = ROOT / "bench" / "adverts"
FEWEST = 5  # graded people of an advert; of fewer any order is a good one


def measure(people: int) -> Iterator[Figure]:
    """nDCG@10 for each advert, averaged; sets that are not here are skipped."""
    if FREELANCERS.is_dir():
        yield from _freelancers()
    if RESUMES.is_dir():
        yield from _occupations()


def _freelancers() -> Iterator[Figure]:
    """The gain is 2^(5 - grade) - 1; all are ranked, those without a grade for the advert are passed over."""
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for row in csv.DictReader((FREELANCERS / "grades.csv").read_text().splitlines()):
        grades[row["jobpost"]][row["cv"]] = 2.0 ** (5 - int(row["label"])) - 1
    judged = {job: row for job, row in grades.items() if len(row) >= FEWEST and any(row.values())}
    adverts = {job: (FREELANCERS / "jobpost" / f"{job}.txt").read_text(errors="replace") for job in judged}
    files = list(read_folder(FREELANCERS / "cv"))
    texts = {path.stem: path.read_text(errors="replace") for path in (FREELANCERS / "cv").glob("*.txt")}
    corpus = TfIdf(texts | {f"advert {job}": text for job, text in adverts.items()})
    ours, few, plain, luck = [], [], [], []
    for job, gains in judged.items():
        ours.append(ndcg([gains[key] for key in _order(adverts[job], files) if key in gains]))
        graded = [file for file in files if Path(file.path).stem in gains]
        few.append(ndcg([gains[key] for key in _order(adverts[job], graded)]))
        scores = corpus.scores(adverts[job])
        plain.append(ndcg([gains[key] for key in sorted(gains, key=lambda key: -scores.get(key, 0.0))]))
        luck.append(chance(list(gains.values()), ndcg))
    command = _by_command(FREELANCERS / "jobpost" / f"{next(iter(judged))}.txt", FREELANCERS / "cv")
    same = command == _order(adverts[next(iter(judged))], files)
    note = f"graded people alone {mean(few):.3f}; chance {mean(luck):.3f}; the command gives the same order: {same}"
    yield Figure(
        "fits.freelancers", mean(ours), "nDCG@10", target=0.68, at_most=False, n=len(judged), note=note,
        peer="TF-IDF of the words", peer_value=mean(plain),
    )  # fmt: skip
    yield from _with_lists(judged, adverts, files)


def _with_lists(judged: Mapping[str, dict[str, float]], adverts: Mapping[str, str], files: Sequence[ParsedFile]):
    """The same adverts read with imported lists too; what they know and résumés were not read for counts as a phrase."""
    words = with_lists()
    if words is None:
        return
    starter = Vocabulary.starter()
    values = []
    for job, gains in judged.items():
        fits = rank_files(
            adverts[job], files, find_skills=words.find, related=words.related, limit=None,
            is_read=lambda name: starter.canonical(name) is not None,
        )  # fmt: skip
        values.append(ndcg([gains[key] for fit in fits if (key := Path(fit.key).stem) in gains]))
    yield Figure(
        "fits.freelancers_with_lists", mean(values), "nDCG@10", target=0.68, at_most=False, n=len(judged),
        note=f"{len(words):,} skills: the starter, ESCO, O*NET's technologies and words of adverts",
    )  # fmt: skip


def _occupations() -> Iterator[Figure]:
    """A short advert for each occupation; who worked in it is right, also where others would do as well."""
    files = list(read_folder(RESUMES))
    occupation = {file.path: Path(file.path).parent.name.casefold() for file in files}
    corpus = TfIdf({file.path: str(file.resume["text"]) for file in files})
    ours, plain = [], []
    for path in sorted(ADVERTS.glob("*.txt")):
        advert = path.read_text()
        gains = {key: float(name == path.stem) for key, name in occupation.items()}
        order = [fit.key for fit in _rank(advert, files)]
        ours.append(ndcg([gains[key] for key in order]))
        scores = corpus.scores(advert)
        plain.append(ndcg([gains[key] for key in sorted(gains, key=lambda key: -scores.get(key, 0.0))]))
    yield Figure(
        "fits.occupations", mean(ours), "nDCG@10", target=mean(plain), at_most=False, n=len(ours),
        note=f"{len(files)} English résumés of {len(ours)} occupations", peer="TF-IDF of the words", peer_value=mean(plain),
    )  # fmt: skip


def _rank(advert: str, files: Sequence[ParsedFile]):
    vocabulary = Vocabulary.starter()
    return rank_files(advert, files, find_skills=vocabulary.find, related=vocabulary.related, limit=None)


def _order(advert: str, files: Sequence[ParsedFile]) -> list[str]:
    return [Path(fit.key).stem for fit in _rank(advert, files)]


def _by_command(advert: Path, folder: Path) -> list[str]:
    done = subprocess.run(
        [*RAPPORT, "fits", "--description", str(advert), "--candidates", str(folder), "--limit", "1000", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True,
    )  # fmt: skip
    rows: list[Mapping[str, str]] = json.loads(done.stdout)
    return [Path(row["path"]).stem for row in rows]
