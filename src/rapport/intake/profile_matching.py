"""Which saved mapping fits the columns of a file, and what it makes of them. Pure."""

from collections.abc import Mapping, Sequence

from rapport.intake.column_guesses import LEAVE_OUT, MANY

SIMILAR = 0.6


def header_key(header: str) -> str:
    """What two headers are compared by: "E-Mail  privat" and "e-mail privat" are the same."""
    return " ".join(header.split()).casefold()


def likeness(columns: Sequence[str], headers: Sequence[str]) -> float:
    """The share of common headers among all of both, 1.0 for the same ones in any order."""
    ours, theirs = {header_key(c) for c in columns}, {header_key(h) for h in headers}
    return len(ours & theirs) / len(ours | theirs) if ours else 0.0


def fill_in(columns: Sequence[str], guesses: Sequence[str], saved: Mapping[str, str]) -> list[str]:
    """The saved field of each column whose header is known, the guess for others where no saved one takes its field.

    `saved` is fields by `header_key`.
    """
    known = [saved.get(header_key(column)) for column in columns]
    used = {field for field in known if field}
    if {"given_name", "family_name"} & used:
        used.add("full_name")
    elif "full_name" in used:
        used |= {"given_name", "family_name"}
    return [
        field if field is not None else LEAVE_OUT if guess in used and guess not in MANY else guess
        for field, guess in zip(known, guesses, strict=True)
    ]
