"""Which names in a text are meant as skills: the rules of case and context, as the head of finder.py tells them. Pure."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from rapport.skills.names import ANY, CASE, Hit

NEAR = 48  # characters within which another skill supports an ambiguous name
BESIDE = 6  # characters between two items of a list: a comma, "and", a bullet
TOUCHING = 2  # "Java Spring", "Photoshop/Illustrator"

_ADDRESS = re.compile(r"@|://|www\.|\.(?:com|org|net|io|eu|edu|gov|de|fr|es|co\.uk)/|linkedin\.com")
_LISTING = re.compile(r"[,;|/•·▪●■◦\u2022\uf0b7*()\[\]\n\t:!?]|\.(?:\s|$)|^$|\s[-–—]\s")
_AND = frozenset({"and", "or", "oder", "ou", "y", "e", "&", "und", "et", "plus"})
_CUES = frozenset(
    {
        *("programming", "programmer", "language", "languages", "developer", "developers", "development", "engineer"),
        *("code", "coding", "scripting", "script", "scripts", "compiler", "framework", "library", "studio", "package"),
        *("spreadsheet", "spreadsheets", "pivot", "macros", "software", "server", "database", "databases"),
        *("certified", "certification", "certificate", "kenntnisse", "entwickler"),
    }
)


def addresses_in(text: str) -> list[tuple[int, int]]:
    """Spans of e-mail and web addresses, from blank to blank."""
    spans: list[tuple[int, int]] = []
    for found in _ADDRESS.finditer(text):
        start, end = found.span()
        if spans and start < spans[-1][1]:
            continue
        while start and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        spans.append((start, end))
    return spans


def is_inside(span: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    place = bisect_left(spans, (span[0] + 1,)) - 1
    return place >= 0 and span[0] < spans[place][1]


def judge(text: str, tokens: list[str], gaps: list[str], hits: list[Hit], spans: list[tuple[int, int]]) -> list[int]:
    """The hits that case and context accept, as indexes: sure ones first, then those that sure ones support."""
    sure: list[int] = []
    cased: list[int] = []
    loose: list[int] = []
    for k, hit in enumerate(hits):
        matching = hit.alias.matching
        if hit.first == hit.last and gaps[hit.first] == "-" and tokens[hit.first].islower():
            continue  # "sole-trading partner", "cross-training"; capitals are left for German compounds
        if matching == ANY:
            sure.append(k)
        elif not _written_alike(hit.alias.text, text[slice(*spans[k])]):
            if len(hit.alias.text) > 2 or hit.alias.text == hit.alias.skill:  # "r, sql", but not "ad, sales"
                loose.append(k)
        elif matching == CASE and not _shouting(tokens, hit):
            sure.append(k)
        else:
            cased.append(k)
    if not cased and not loose:
        return sure
    accepted = set(sure)
    candidates = [k for k in cased if _item_follows(tokens, gaps, hits[k])]
    chain = sorted({*sure, *candidates})
    accepted.update(k for k in candidates if _near(k, sure, spans, NEAR) or _near(k, chain, spans, BESIDE))
    accepted.update(k for k in cased if _cued(tokens, hits[k]) or _near(k, sure, spans, TOUCHING))
    settled = sorted(accepted)
    accepted.update(k for k in loose if _is_item(tokens, gaps, hits[k]) and _near(k, settled, spans, BESIDE))
    return sorted(accepted)


def _written_alike(alias: str, text: str) -> bool:
    """The capitals of the alias, or capitals throughout; a plural s may follow."""
    if " " in alias or "-" in alias:
        return not text.islower()
    return text in (alias, alias.upper(), alias + "s")


def _shouting(tokens: list[str], hit: Hit) -> bool:
    """Whether the words around are in capitals too, so that capitals say nothing."""
    around = tokens[max(0, hit.first - 2) : hit.first] + tokens[hit.last + 1 : hit.last + 3]
    around = [token for token in around if len(token) > 1]
    return bool(around) and all(token.isupper() for token in around) and tokens[hit.first].isupper()


def _item_follows(tokens: list[str], gaps: list[str], hit: Hit) -> bool:
    """Whether the name ends an item: a comma, a line end, a bullet or "and" comes next."""
    after = hit.last + 1
    gap = gaps[after]
    if gap == ". " and len(hit.alias.text) == 1:
        return False  # the initial in "John R. Miller"
    return _LISTING.search(gap) is not None or (after < len(tokens) and tokens[after].lower() in _AND)


def _is_item(tokens: list[str], gaps: list[str], hit: Hit) -> bool:
    before = hit.first == 0 or _LISTING.search(gaps[hit.first]) is not None or tokens[hit.first - 1].lower() in _AND
    return before and _item_follows(tokens, gaps, hit)


def _cued(tokens: list[str], hit: Hit) -> bool:
    return any(token.lower() in _CUES for token in tokens[hit.last + 1 : hit.last + 2])


def _near(k: int, others: Sequence[int], spans: list[tuple[int, int]], distance: int) -> bool:
    """Whether the closest of the others, in the order of the text, before or after is within the distance."""
    place = bisect_left(others, k)
    if place and spans[k][0] - spans[others[place - 1]][1] <= distance:
        return True
    place += place < len(others) and others[place] == k
    return place < len(others) and spans[others[place]][0] - spans[k][1] <= distance
