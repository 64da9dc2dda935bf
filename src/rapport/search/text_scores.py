"""How well the words of files agree with a description, where there is no index. Pure."""

import math
from collections.abc import Mapping, Sequence


class TextScores:
    """Field-weighted BM25 in memory, for ranking a folder of files; `fields` maps a field to its weight.

    Term counts are weighted before they saturate (BM25F, Robertson, Zaragoza and Taylor 2004). Length counts little.
    """

    K1 = 1.6
    B = 0.4

    def __init__(self, documents: Sequence[Mapping[str, Sequence[str]]], fields: Mapping[str, float]) -> None:
        self._counts = [_weighted_counts(document, fields) for document in documents]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = (sum(self._lengths) / len(self._lengths) if self._lengths else 0.0) or 1.0
        self._in_documents: dict[str, int] = {}
        for counts in self._counts:
            for word in counts:
                self._in_documents[word] = self._in_documents.get(word, 0) + 1

    def rarity(self, word: str) -> float:
        """The inverse document frequency of a word."""
        found = self._in_documents.get(word, 0)
        return math.log(1 + (len(self._counts) - found + 0.5) / (found + 0.5))

    def shares(self, query: Mapping[str, float]) -> list[float]:
        """The score of each document as a share of the best."""
        wanted = [(word, weight * self.rarity(word)) for word, weight in sorted(query.items())]
        scores = [self._score(index, wanted) for index in range(len(self._counts))]
        best = max(scores, default=0.0)
        return [score / best if best > 0 else 0.0 for score in scores]

    def _score(self, index: int, wanted: Sequence[tuple[str, float]]) -> float:
        counts = self._counts[index]
        norm = self.K1 * (1 - self.B + self.B * self._lengths[index] / self._mean)
        return sum(
            weight * counts[word] * (self.K1 + 1) / (counts[word] + norm) for word, weight in wanted if word in counts
        )


def _weighted_counts(document: Mapping[str, Sequence[str]], fields: Mapping[str, float]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for name, weight in fields.items():
        for word in document.get(name, ()):
            counts[word] = counts.get(word, 0.0) + weight
    return counts
