"""Invented persons for measuring linkage: people with names of uneven frequency, addresses, births, and their duplicates
with slips of the pen. The same seed gives the same file; the true person stands in the record's id ("p17-2")."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from rapport.flows.demo import words

COLUMNS = (
    "rec_id", "given_name", "surname", "birth_date", "street", "house_number", "postcode", "city", "phone", "email",
)  # fmt: skip


def _words(text: str) -> list[str]:
    return text.split()


BEGINNINGS = _words(
    "al an bar bel ber bo bran cal car dal den dor el er fal fen gar gil han har hol jan kar kel lan lin mar mel mor nor ol par pel ran rol sal sten tal tor ul van wal wen wil zan"
)
ENDINGS = _words(
    "ard berg bury by dale den der feld ford gard ham hart hurst ing kamp land ley lund man mark mer mond ner nik quist rich rup sen ska sky son stad stein sted sten stock strom thal ton vik wald well wick wood zak"
)
STREETS = _words(
    "Harbour Mill Garden Station Church Orchard River Chapel Market Quarry Linden Meadow Castle Abbey Foundry"
)
KINDS = _words("Road Street Lane Avenue Close Way")
KEYS = {"a": "sq", "e": "wr", "i": "uo", "n": "bm", "o": "ip", "r": "et", "s": "ad", "t": "ry", "l": "k", "m": "n"}


def make_rows(people: int, *, duplicates: float = 0.2, seed: int = 2026) -> Iterator[list[str]]:
    dice = Random(seed)
    given = sorted({*words.GIVEN, *(f"{a}{b}".title() for a in BEGINNINGS for b in ("a", "in", "o", "elle", "us"))})
    family = sorted(
        {*words.FAMILY, *(f"{a}{m}{b}".title() for a in BEGINNINGS for m in ("", "ke", "ti") for b in ENDINGS)}
    )
    dice.shuffle(given)
    dice.shuffle(family)
    weights = (list(accumulate(1 / (10 + place) for place in range(len(given)))),
               list(accumulate(1 / (40 + place) for place in range(len(family)))))  # fmt: skip
    towns = [
        (f"{a}{b}".title(), f"{10000 + 37 * place}")
        for place, (a, b) in enumerate((a, b) for a in BEGINNINGS for b in ENDINGS)
    ]
    made = 0
    while made < people:
        number = made
        row = _person(dice, given, family, weights, towns, number)
        yield [f"p{number}-0", *row]
        made += 1
        copies = dice.choice((1, 1, 1, 2)) if dice.random() < duplicates else 0
        for copy in range(1, copies + 1):
            if made < people:
                yield [f"p{number}-{copy}", *_spoil(dice, row)]
                made += 1


def _person(dice: Random, given: list, family: list, weights: tuple, towns: list, number: int) -> list[str]:
    first, last = dice.choices(given, cum_weights=weights[0])[0], dice.choices(family, cum_weights=weights[1])[0]
    born = date(1955, 1, 1) + timedelta(days=dice.randrange(50 * 365))
    town, postcode = dice.choice(towns)
    return [
        first, last, born.isoformat(), f"{dice.choice(STREETS)} {dice.choice(KINDS)}", str(dice.randrange(1, 180)), postcode,
        town, f"+1555{dice.randrange(10**7):07}", f"{first}.{last}{number % 97}@example.org".lower().replace(" ", ""),
    ]  # fmt: skip


def _spoil(dice: Random, row: list[str]) -> list[str]:
    """Another entry of a person: one to four slips; other contact points more often than not."""
    copy = list(row)
    if dice.random() < 0.7:
        copy[7] = "" if dice.random() < 0.5 else f"+1555{dice.randrange(10**7):07}"
    if dice.random() < 0.7:
        copy[8] = "" if dice.random() < 0.5 else f"{copy[0][:1]}{copy[1]}{dice.randrange(99)}@example.net".lower()
    if dice.random() < 0.15:
        copy[3:7] = ["", "", *copy[5:7]]
    for _ in range(dice.choice((1, 1, 2, 2, 3, 4))):
        place = dice.choice((0, 0, 1, 1, 2, 3, 4, 5, 6))
        roll = dice.random()
        if roll < 0.2:
            copy[place] = ""
        elif roll < 0.28 and place < 2:
            copy[0], copy[1] = copy[1], copy[0]
        else:
            copy[place] = _slip(dice, copy[place])
    return copy


def _slip(dice: Random, text: str) -> str:
    if len(text) < 2:
        return text
    at = dice.randrange(len(text) - 1)
    kind = dice.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    letter = str(dice.randrange(10)) if text[at].isdigit() else dice.choice(KEYS.get(text[at].lower(), "e"))
    return text[:at] + letter + text[at + (kind == 2) :]
