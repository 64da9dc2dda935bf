"""The normal form and the seniority of a job title, as they are kept beside the entered one. Pure.

The forms are those of skills/titles.py ("Sr. SWE II (m/w/d)" is "software engineer", senior), taken until they settle, so
that what is normal already stays as it is. The seniority is read from the title as it was entered.
"""

from functools import lru_cache
from typing import NamedTuple

from rapport.lib.settling import settle
from rapport.skills.titles import SENIORITIES, normal_form

__all__ = ["SENIORITIES", "ReadTitle", "read_title"]
LONGEST = 200  # what the column holds


class ReadTitle(NamedTuple):
    """`seniority` is one of SENIORITIES; both are "" for a title without a word."""

    normal: str
    seniority: str


@lru_cache(maxsize=50_000)
def read_title(title: str) -> ReadTitle:
    """What a title means; never raises."""
    normal = settle(_step, title)
    return ReadTitle(normal, normal_form(title)[1]) if normal else ReadTitle("", "")


def _step(title: str) -> str:
    normal = normal_form(title)[0]
    return normal if len(normal) <= LONGEST else normal[:LONGEST].rpartition(" ")[0] or normal[:LONGEST]
