"""The columns that hold normal forms beside what was entered: one place for all who write titles and organisations. Pure.

A change of the rules (title_rules.py, organisation_rules.py and the words they know) raises VERSION: then everything that
is stored is worked out anew in the background (operations/standardising.py).
"""

from rapport.candidates.organisation_rules import normal_organisation
from rapport.candidates.title_rules import read_title

VERSION = 1
COLUMNS = frozenset(("title_normal", "seniority", "organisation_normal"))


def title_columns(title: str) -> dict[str, str]:
    """What stands beside a title."""
    read = read_title(title)
    return {"title_normal": read.normal, "seniority": read.seniority}


def organisation_columns(organisation: str) -> dict[str, str]:
    """What stands beside an organisation."""
    return {"organisation_normal": normal_organisation(organisation)}


def work_columns(title: str, organisation: str) -> dict[str, str]:
    """What stands beside both."""
    return {**title_columns(title), **organisation_columns(organisation)}
