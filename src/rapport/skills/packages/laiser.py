"""O*NET's technologies in laiser (BSD-3): rows of the taxonomy ONET_TECH, each with its kind in brackets. Pure."""

import csv
import io
import re
from collections import Counter

from rapport.skills.esco import Concept
from rapport.skills.packages.contents import Contents
from rapport.skills.packages.files import PackageFiles

SKILLS = "laiser/public/faiss_skills.csv"
LONGEST_CATEGORY = 60
# What stands before a product's name that everybody says without it: "Atlassian JIRA", "Microsoft Excel".
MAKERS = frozenset(
    {"adobe", "apache", "apple", "atlassian", "autodesk", "cisco", "google", "ibm", "microsoft", "mozilla", "oracle", "vmware"}
)  # fmt: skip
_KIND = re.compile(r"\((.+)\)$")
_NAMED = re.compile(r".*[A-Z0-9+#].*")


def read(files: PackageFiles) -> Contents:
    """Names of technologies; those that only say what kind of software it is ("Inventory software") are left out."""
    skipped: Counter[str] = Counter()
    concepts = []
    for row in csv.DictReader(io.StringIO(files.read(SKILLS).decode("utf-8"))):
        name = " ".join(row["skill_name"].split())
        if row["taxonomy"] != "ONET_TECH":
            skipped[f"taxonomy {row['taxonomy']}"] += 1
        elif not _is_name(name):
            skipped["kinds of software"] += 1
        else:
            kind = _KIND.search(row["description"])
            category = f"O*NET: {kind[1].removesuffix(' software')}" if kind else "O*NET"
            concepts.append(Concept("", name, _short_forms(name), category[:LONGEST_CATEGORY]))
    return Contents(concepts, skipped=skipped)


def _is_name(name: str) -> bool:
    """Whether it names a product and not a kind of them: "Planning software" and "Resource planning ERP software" do not."""
    words = name.split()
    if len(words) == 1:
        return any(c.isupper() or c.isdigit() for c in name[1:]) or name[:1].isupper()
    rest = [word for word in words[1:] if not (word.isupper() and word.isalpha())]
    return not rest or any(_NAMED.fullmatch(word) for word in rest)


def _short_forms(name: str) -> tuple[str, ...]:
    """The name without its maker, where that still is a name: "Atlassian JIRA" is JIRA too, "Microsoft Access" is not."""
    maker, _, rest = name.partition(" ")
    plain = (rest[1:].islower() and rest.isalpha()) or rest.endswith("software")
    return (rest,) if maker.lower() in MAKERS and rest and not plain and len(rest) > 2 else ()
