"""Sections whose heading tells nothing ("My story so far"): what they hold, by the words in them.

Only looked at while a section of that kind is missing: a résumé with an "Experience" keeps its other sections as they are.
"""

from collections.abc import Sequence
from dataclasses import replace

from rapport.intake.document import Line
from rapport.intake.header_words import degree_weight, organisation_weight, school_weight, title_weight
from rapport.intake.languages import LANGUAGE_NAMES
from rapport.intake.periods import find_periods
from rapport.intake.section_names import fold, heading_kind
from rapport.intake.sections import Section

_LONGEST_HEAD = 110


def name_sections(lines: Sequence[Line], sections: Sequence[Section]) -> list[Section]:
    """The sections with a kind for those that are "other" by name and clearly jobs, schools or languages by content."""
    present = {section.kind for section in sections}
    return [
        replace(section, kind=_kind(lines, section, present) or section.kind)
        if section.kind == "other" and not heading_kind(section.title)
        else section
        for section in sections
    ]


def _kind(lines: Sequence[Line], section: Section, present: set[str]) -> str:
    texts = [lines[n].text.strip() for n in range(section.first, section.last) if lines[n].text.strip()]
    heads = [text for text in texts if len(text) <= _LONGEST_HEAD]
    ranges = sum(1 for text in heads if any(period.is_range for period in find_periods(text)))
    jobs = sum(1 for text in heads if title_weight(text) >= 2 or organisation_weight(text) >= 1.5)
    schools = sum(1 for text in heads if degree_weight(text) >= 2 or school_weight(text) >= 2)
    if "work" not in present and ranges and jobs > schools:
        return "work"
    if "education" not in present and schools and schools >= jobs:
        return "education"
    words = [word for text in texts for word in fold(text).split()]
    spoken = sum(1 for word in words if word in LANGUAGE_NAMES)
    if "languages" not in present and spoken >= 2 and spoken >= 0.25 * len(words):
        return "languages"
    return ""
