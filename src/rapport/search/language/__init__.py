"""The query language of the search box, of segments, of the API and of automation. Pure: no index, no database.

    java "team lead" -php                 words, an exact phrase, a word that must not occur
    skill:Python AND (title:engineer OR title:developer)
    skill:(Rust OR Go) NOT tag:"do not hire"
    wor*                                  words that begin so
    "data engineer"~3                     the words in this order, up to three others between them
    location:Berlin location:"Berlin within 50 km"
    years:>=5 years:3..7 last_contact:>90d last_contact:never created:>=2026-01-31
    consent:valid has:email status:active

Words stand side by side for AND; OR binds weaker than AND; NOT and a leading minus bind strongest. Operators are
written in capitals, field names in any case. `parse` never raises: what it cannot read it tells as a `Problem` with
the place. Every node can be written back with `to_text`, and that text parses to an equal node.
"""

from rapport.search.language.building import (
    Chip,
    all_of,
    any_of,
    chips,
    condition,
    conditions,
    has_choice,
    negated,
    toggle_choice,
)
from rapport.search.language.describing import describe
from rapport.search.language.nodes import (
    CHOICES,
    FIELD_NAMES,
    MAX_DAYS,
    MAX_KM,
    MAX_NUMBER,
    MAX_SLOP,
    NUMBER_FIELDS,
    TIME_FIELDS,
    Age,
    Amount,
    And,
    Between,
    Everything,
    Near,
    Never,
    Node,
    Not,
    Or,
    Parsed,
    Phrase,
    Problem,
    Word,
)
from rapport.search.language.reading import parse
from rapport.search.language.writing import to_text

__all__ = [
    "CHOICES",
    "FIELD_NAMES",
    "MAX_DAYS",
    "MAX_KM",
    "MAX_NUMBER",
    "MAX_SLOP",
    "NUMBER_FIELDS",
    "TIME_FIELDS",
    "Age",
    "Amount",
    "And",
    "Between",
    "Chip",
    "Everything",
    "Near",
    "Never",
    "Node",
    "Not",
    "Or",
    "Parsed",
    "Phrase",
    "Problem",
    "Word",
    "all_of",
    "any_of",
    "chips",
    "condition",
    "conditions",
    "describe",
    "has_choice",
    "negated",
    "parse",
    "to_text",
    "toggle_choice",
]
