"""The columns of a candidate that a draft alone decides, as values and as the text in which they are stored. Pure.

Reading processes make the text, so that the process that stores only puts ids and moments in front of it.
"""

from decimal import Decimal
from operator import itemgetter
from typing import Any

from rapport.candidates.preparing import Prepared
from rapport.lib.copy_text import cell

COLUMNS = (
    "full_name", "given_name", "family_name", "pronouns", "title", "title_normal", "seniority", "organisation",
    "organisation_normal", "summary", "place", "city", "country_code", "latitude", "longitude", "time_zone",
    "language_code", "languages", "years_experience",
)  # fmt: skip
_IN_ORDER = itemgetter(*COLUMNS)


def draft_columns(prepared: Prepared) -> dict[str, Any]:
    """The values of COLUMNS by name."""
    draft, place = prepared.draft, prepared.place
    return {
        "full_name": prepared.name.full,
        "given_name": prepared.name.given,
        "family_name": prepared.name.family,
        "pronouns": draft.pronouns,
        "title": draft.title,
        "organisation": draft.organisation,
        **prepared.work,
        "summary": draft.summary,
        "place": draft.place,
        "city": place.city[:120] if place else "",
        "country_code": place.country_code if place else draft.country_code,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "time_zone": place.time_zone if place else "",
        "language_code": draft.language_code,
        "languages": list(draft.languages),
        "years_experience": tenths(draft.years_experience),
    }


def draft_cells(prepared: Prepared) -> str:
    """The cells of COLUMNS, as COPY takes them."""
    return "\t".join(map(cell, _IN_ORDER(draft_columns(prepared))))


def tenths(years: float | None) -> Decimal | None:
    return None if years is None else Decimal(f"{years:.1f}")
