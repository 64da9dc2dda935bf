"""How much of a résumé's truth was read: exact values, letter case, blanks and closing signs aside."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

Counts = dict[str, list[bool]]
JOB_KEYS = ("position", "name", "startDate", "endDate")
SCHOOL_KEYS = ("institution", "studyType", "area", "startDate", "endDate")


def score(found: Mapping[str, Any], truth: Mapping[str, Any]) -> Counts:
    """Hit or miss for each value of the truth, by field. An entry is compared with the found one that shares most with it, each once.

    `jobs.extra` and `schools.extra` say for each found entry whether the truth has it; `skills.found` for each skill of the truth.
    """
    counts: Counts = defaultdict(list)
    basics = found.get("basics", {})
    for key, value in truth["basics"].items():
        counts[key].append(same(basics.get(key, ""), value))
    _score_entries(counts, "job", JOB_KEYS, found.get("work", []), truth.get("work", []))
    _score_entries(counts, "school", SCHOOL_KEYS, found.get("education", []), truth.get("education", []))
    names = {plain(word) for skill in found.get("skills", []) for word in (skill["name"], *skill.get("keywords", []))}
    for skill in truth.get("skills", []):
        counts["skill"].append(plain(skill) in names)
    spoken = {row["language"]: row.get("fluency", "") for row in found.get("languages", [])}
    for language, fluency in truth.get("languages", []):
        counts["language"].append(language in spoken)
        if fluency:
            counts["language.level"].append(spoken.get(language) == fluency)
    return counts


def _score_entries(
    counts: Counts,
    label: str,
    keys: Sequence[str],
    found: Sequence[Mapping[str, Any]],
    truth: Sequence[Mapping[str, Any]],
) -> None:
    values = [_values(entry) for entry in found]
    pairs = sorted(
        product(range(len(truth)), range(len(found))),
        key=lambda pair: (-_agreement(values[pair[1]], truth[pair[0]], keys), abs(pair[0] - pair[1])),
    )
    partner: dict[int, int] = {}
    for wanted, given in pairs:
        if wanted not in partner and given not in partner.values() and _agreement(values[given], truth[wanted], keys):
            partner[wanted] = given
    for index, entry in enumerate(truth):
        given_values = values[partner[index]] if index in partner else {}
        for key in keys:
            if entry.get(key):
                counts[f"{label}.{key}"].append(same(given_values.get(key, ""), entry[key]))
    counts[f"{label}s.true"].extend(index in partner.values() for index in range(len(found)))


def _values(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**entry, "endDate": "present" if entry.get("isCurrent") else entry.get("endDate", "")}


def _agreement(entry: Mapping[str, Any], truth: Mapping[str, Any], keys: Iterable[str]) -> int:
    return sum(same(entry.get(key, ""), truth[key]) for key in keys if truth.get(key))


def same(found: object, truth: object) -> bool:
    a, b = plain(str(found or "")), plain(str(truth))
    return a == b or (a[:7] == b and len(a) == 10 and a[4:5] == "-")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip(" .,;:").casefold()


def merge(results: Iterable[Counts]) -> Counts:
    total: Counts = defaultdict(list)
    for counts in results:
        for key, hits in counts.items():
            total[key].extend(hits)
    return total


def shares(counts: Counts) -> dict[str, float]:
    return {key: sum(hits) / len(hits) for key, hits in counts.items() if hits}
