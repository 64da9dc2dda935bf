"""Why two records are held for one person, in words. Pure."""

from collections.abc import Mapping

from rapport.hygiene.comparing import DIFFERENT, NEAR, PART, SAME
from rapport.hygiene.linkage import Weights
from rapport.hygiene.person_records import Record

# field: (same, nearly the same, partly the same, different)
WORDS = {
    "given": ("Same given name", "Given names differ by a slip", "One given name is a short form of the other", "Given names differ"),
    "middle": ("Same middle name", "Middle names differ by a slip", "Middle names share an initial", "Middle names differ"),
    "family": ("Same surname", "Surnames differ by a slip", "Surnames share a part", "Surnames differ"),
    "maiden": ("Same birth name", "Birth names differ by a slip", "Birth names share a part", "Birth names differ"),
    "birth": ("Same birth date", "Birth dates differ by one digit", "Birth dates agree in part", "Birth dates differ"),
    "street": ("Same street", "Streets differ by a slip", "Streets share words", "Streets differ"),
    "number": ("Same house number", "House numbers differ by one digit", "House numbers are alike", "House numbers differ"),
    "extra": ("Same address line", "Address lines differ by a slip", "Address lines share words", "Address lines differ"),
    "place": ("Same place", "Places differ by a slip", "Places share words", "Places differ"),
    "postcode": ("Same postcode", "Postcodes differ by one digit", "Postcodes are alike", "Postcodes differ"),
    "region": ("Same region", "Regions differ by a letter", "Regions are alike", "Regions differ"),
    "country": ("Same country", "Countries differ by a letter", "Countries are alike", "Countries differ"),
    "phone": ("Same phone number", "Phone numbers differ by one digit", "Phone numbers are alike", "Phone numbers differ"),
    "email": ("Same e-mail address", "E-mail addresses agree before the @", "E-mail addresses are made of the same name", "E-mail addresses differ"),
    "link": ("Same profile link", "The same handle on two sites", "Profile links are alike", "Profile links differ"),
    "identity": ("Same identity number", "Identity numbers differ by one digit", "Identity numbers are alike", "Identity numbers differ"),
    "organisation": ("Same organisation", "Names of organisations differ by a slip", "Names of organisations share words", "Organisations differ"),
    "career": ("Worked at the same place from the same month on", "", "", "Careers differ"),
    "education": ("Same school and year", "", "", "Education differs"),
    "title": ("Same title", "Titles differ by a slip", "Titles share words", "Titles differ"),
    "gender": ("Same gender", "", "", "Genders differ"),
}  # fmt: skip
_ORDER = {SAME: 0, NEAR: 1, PART: 2, DIFFERENT: 3}


def explain(weights: Weights, a: Record, b: Record, labels: Mapping[str, str] | None = None) -> list[str]:
    """What speaks for one person, the weightiest first, then what speaks against it. `labels` name other columns."""
    levels = weights.levels(a, b)
    weighed = dict(levels)
    weights.weigh(a, b, weighed)
    found = []
    for name, level in levels.items():
        bits = weights.same_bits(name, a[name], b[name]) if level == SAME else weights.bits[name][level]
        text = _words(name, level, labels or {})
        if level == DIFFERENT and weighed[name] != level:
            text, bits = "Given name and surname are swapped", weights.bits[name][NEAR]
        if text and (level != DIFFERENT or bits < -0.5):
            found.append((-bits, text))
    return list(dict.fromkeys(text for _, text in sorted(found)))


def _words(name: str, level: int, labels: Mapping[str, str]) -> str:
    if name in WORDS:
        return WORDS[name][_ORDER[level]]
    label = labels.get(name, name)
    return (f"Same {label}", f"{label} differs by a slip", f"{label} is alike", f"{label} differs")[_ORDER[level]]
