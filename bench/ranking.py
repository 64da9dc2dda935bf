"""Judging an order, and the baselines it has to beat: nDCG, average precision, TF-IDF, chance. Pure."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from statistics import mean

_WORD = re.compile(r"\w\w+")


def ndcg(gains: Sequence[float], ideal: Iterable[float] | None = None, size: int = 10) -> float:
    """The discounted gain of the first `size` of an order as a share of the best possible one."""

    def gain(row: Iterable[float]) -> float:
        return sum(value / math.log2(place + 2) for place, value in enumerate(list(row)[:size]))

    return gain(gains) / (gain(sorted(gains if ideal is None else ideal, reverse=True)) or 1.0)


def average_precision(order: Iterable[str], relevant: set[str]) -> float:
    found, total = 0, 0.0
    for place, key in enumerate(order, 1):
        if key in relevant:
            found += 1
            total += found / place
    return total / len(relevant)


def reciprocal_rank(order: Iterable[str], relevant: set[str]) -> float:
    return next((1 / place for place, key in enumerate(order, 1) if key in relevant), 0.0)


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def character_grams(text: str, sizes: Sequence[int] = (2, 3, 4, 5)) -> list[str]:
    """Pieces of each word with a blank at its ends, as scikit-learn's analyzer char_wb cuts them."""
    pieces = []
    for word in text.lower().split():
        padded = f" {word} "
        for size in sizes:
            pieces += [padded[at : at + size] for at in range(max(1, len(padded) - size + 1))]
    return pieces


class TfIdf:
    """Cosine of sublinear TF-IDF vectors over a corpus, with an inverted index."""

    def __init__(self, corpus: Mapping[str, str], cut: Callable[[str], list[str]] = words) -> None:
        self._cut = cut
        counts = {key: Counter(cut(text)) for key, text in corpus.items()}
        found = Counter(term for row in counts.values() for term in row)
        self._rarity = {term: math.log((1 + len(corpus)) / (1 + n)) + 1 for term, n in found.items()}
        self._postings: dict[str, list[tuple[str, float]]] = {}
        for key, row in counts.items():
            for term, weight in self._vector(row).items():
                self._postings.setdefault(term, []).append((key, weight))

    def _vector(self, counts: Mapping[str, int]) -> dict[str, float]:
        row = {term: (1 + math.log(n)) * self._rarity.get(term, 0.0) for term, n in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in row.values())) or 1.0
        return {term: weight / length for term, weight in row.items()}

    def scores(self, text: str) -> dict[str, float]:
        """The similarity of all texts of the corpus that share anything with this one."""
        found: dict[str, float] = {}
        for term, weight in self._vector(Counter(self._cut(text))).items():
            for key, other in self._postings.get(term, ()):
                found[key] = found.get(key, 0.0) + weight * other
        return found


def chance(gains: Sequence[float], judge: Callable[[Sequence[float]], float], runs: int = 100) -> float:
    """What shuffled orders reach on average."""
    dice, row, values = Random(7), list(gains), []
    for _ in range(runs):
        dice.shuffle(row)
        values.append(judge(row))
    return mean(values)
