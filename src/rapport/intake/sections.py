"""The parts of a résumé by their headings, in English, German, French and Spanish."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low

from rapport.intake.document import Line
from rapport.intake.periods import has_date
from rapport.intake.section_names import KINDS, WITHIN_ENTRIES, fold, heading_kind, is_heading_text
from rapport.intake.wordlists import word_set

_RUN_IN_KINDS = ("work", "education", "skills", "languages", "summary", "certificates")


def part_headings(lines: Sequence[Line]) -> list[Line]:
    """Lines with section names on lines of their own, where a name was run into its text ("EDUCATION Example University", "Work experience  04/2020").

    Only for sections that have no heading line. The blank behind the name becomes the line's end, so that a text's offsets stay.
    """
    present = {_line_kind(line) for line in lines}
    result: list[Line] = []
    for line in lines:
        cut = _run_in_cut(line.text, present)
        if cut:
            bold = tuple((max(0, a - cut - 1), b - cut - 1) for a, b in line.bold if b > cut + 1)
            result.append(
                replace(line, text=line.text[:cut], bold=((0, cut),) if line.bold and line.bold[0][0] == 0 else ())
            )
            result.append(replace(line, text=line.text[cut + 1 :], bold=bold, is_heading=False))
        else:
            result.append(line)
    return result


def _run_in_cut(text: str, present: set[str]) -> int:
    """Where the name of a missing section ends at the beginning of a line; 0 when none stands there."""
    for match in _run_in_names(text):
        name, gap = match.group("name"), match.group("gap")
        kind = KINDS.get(fold(name), "")
        if kind not in _RUN_IN_KINDS or kind in present or "\t" in text[: match.end()]:
            continue
        rest = text[match.end() :]
        is_shouted = name.isupper() and len(name) > 3 and not rest.split(" ")[0].isupper()
        is_apart = (
            len(gap) > 1 and (":" not in gap or kind in ("work", "education")) and fold(name) not in WITHIN_ENTRIES
        )
        is_before_dates = kind in ("work", "education") and rest[:1].isdigit() and has_date(rest[:12])
        if is_shouted or is_apart or is_before_dates:
            return match.end("name") + (1 if gap.startswith(":") else 0)
    return 0


def _run_in_names(text: str) -> list[re.Match[str]]:
    """The beginnings of a line that could be names, longest first."""
    found = []
    for words in (4, 3, 2, 1):
        match = re.match(
            rf"(?P<name>[A-ZÀ-Þ][\w'’&/-]*(?: [\w'’&/-]+){{{words - 1}}})(?P<gap>\s{{2,}}|:\s+|\s)(?=[A-ZÀ-Þ\d.(+#])",
            text,
        )
        if match:
            found.append(match)
    return found


@dataclass(frozen=True, slots=True)
class Section:
    """A run of lines under one heading: `first` to `last` (exclusive) are line numbers without the heading itself."""

    kind: str
    title: str
    first: int
    last: int


def split_sections(lines: Sequence[Line]) -> list[Section]:
    """Sections in order; what stands above the first heading is the section "head".

    Besides the known names, a line set like the known headings (size, bold, capitals) opens a section "other". Where names are unusual
    ("My story so far"), lines of one style that stands out are headings too; `classify` tells later what their sections hold.
    """
    found = [index for index, line in enumerate(lines) if _is_known_heading(line)]
    known = _without_inner(lines, found)
    styles = _heading_styles([lines[index] for index in known])
    body_size = median_low([line.size for line in lines if line.text] or [0.0])
    if len(known) < 2:
        styles |= _standing_out(lines, body_size)
    inner = set(found) - set(known)
    start = min(known, default=0)
    sections: list[Section] = []
    kind, title, first = "head", "", 0
    allowed = styles
    for index, line in enumerate(lines):
        new = _line_kind(line) if index in known else ""
        if (
            not new
            and index not in inner
            and index > start
            and _looks_like_heading(line, allowed, body_size)
            and not has_date(lines[index - 1].text)
        ):
            new = "other"
        if new:
            sections.append(Section(kind, title, first, index))
            kind, title, first = new, line.text.strip(), index + 1
            # Employers may be set like a small heading elsewhere, never like the heading of the jobs themselves.
            allowed = styles & {_style(line)} if kind in ("work", "education", "projects") else styles
    sections.append(Section(kind, title, first, len(lines)))
    return sections


def _without_inner(lines: Sequence[Line], known: list[int]) -> list[int]:
    """Known names less those that head a part of each job ("Highlights", "Technologies"): repeated, or set smaller than the jobs' heading."""
    texts = [fold(lines[index].text) for index in known]
    main = [lines[index].size for index in known if _line_kind(lines[index]) in ("work", "education")]
    kept, inside = [], False
    for index, text in zip(known, texts, strict=True):
        is_small = bool(main) and lines[index].size < 0.93 * min(main)
        if inside and text in WITHIN_ENTRIES and (texts.count(text) > 1 or is_small):
            continue
        inside = _line_kind(lines[index]) in ("work", "education", "projects", "volunteer")
        kept.append(index)
    return kept


def _standing_out(lines: Sequence[Line], body_size: float) -> frozenset[tuple[float, bool, bool]]:
    """The most prominent style of at least three short lines that nearly all have text of another style below them."""
    counted: dict[tuple[float, bool, bool], int] = {}
    for line, below in pairwise(lines):
        if _is_short(line.text) and (not below.text or _style(below) != _style(line)):
            counted[_style(line)] = counted.get(_style(line), 0) + 1
    wanted = [
        style
        for style, count in counted.items()
        if 3 <= count <= 12 and (style[0] > 1.12 * body_size or style[2] or (style[1] and not body_size))
    ]
    return frozenset(sorted(wanted, reverse=True)[:1])


def _is_known_heading(line: Line) -> bool:
    return bool(_line_kind(line))


_TELLING = {
    "work": word_set(
        "experience experiences expirience experiance employment career berufserfahrung werdegang expérience experiencia"
    ),
    "education": word_set("education studies schooling ausbildung bildung studium formación estudios"),
    "skills": word_set(
        "skills competencies competences kenntnisse kompetenzen fähigkeiten compétences competencias habilidades"
    ),
    "languages": word_set("languages sprachen sprachkenntnisse langues idiomas"),
}
_NO_HEADING = word_set(
    "designer manager engineer developer specialist lead director consultant user customer programming with of in"
)


def _line_kind(line: Line) -> str:
    """The kind of a known heading; also of a line set like one that begins or ends with a telling word ("Experience and participated projects:")."""
    text = line.text.strip()
    if "\t" in text:
        return ""
    if is_heading_text(text):
        return heading_kind(text)
    words = fold(text).split()
    is_set_apart = text.isupper() or text.endswith(":") or line.is_heading
    if (
        not is_set_apart
        or not 2 <= len(words) <= 5
        or any(word in _NO_HEADING for word in words)
        or any(c.isdigit() or c in ",@" for c in text)
    ):
        return ""
    return next((kind for kind, telling in _TELLING.items() if words[0] in telling or words[-1] in telling), "")


def _style(line: Line) -> tuple[float, bool, bool]:
    letters = [c for c in line.text if c.isalpha()]
    return (round(line.size), line.is_all_bold, bool(letters) and all(c.isupper() for c in letters))


def _heading_styles(headings: Sequence[Line]) -> frozenset[tuple[float, bool, bool]]:
    styles = [_style(line) for line in headings]
    return frozenset(style for style in styles if styles.count(style) >= 2)


def _looks_like_heading(line: Line, styles: frozenset[tuple[float, bool, bool]], body_size: float) -> bool:
    """Set exactly like at least two known headings, and larger than the text or in capitals: a bold job title does not pass."""
    if not _is_short(line.text):
        return False
    style = _style(line)
    stands_out = line.is_heading or style[2] or style[0] > 1.12 * body_size
    return style in styles and stands_out and (style[0] > 0 or style[1]) and len(line.text.split()) <= 5


def _is_short(text: str) -> bool:
    text = text.strip()
    return 3 <= len(text) <= 40 and "\t" not in text and not any(c.isdigit() for c in text) and text[-1:] not in ".,;"
