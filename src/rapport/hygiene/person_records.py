"""What persons are compared by: values in the form in which two spellings of one thing are equal or close. Pure but
for the role addresses that a vocabulary brought, which lie in the data folder.

A value that is a placeholder ("n/a", "unknown", 0000, 1900-01-01 of half the table) says nothing and becomes empty.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from rapport.skills.kept import FREE_MAIL, ROLES, kept_words

# The fields of a record, in their order. Those in MANY hold a tuple of values, the others one text ("" where unknown).
FIELDS = (
    "given", "middle", "family", "birth", "street", "number", "extra", "place", "postcode", "region", "phone", "email",
    "link", "identity", "organisation", "title", "gender", "country",
)  # fmt: skip
OWN = ("identity", "phone", "email", "link")  # what belongs to one person alone
MANY = frozenset(("phone", "email", "link", "identity", "organisation", "career", "education"))
Record = dict[str, "str | tuple[str, ...]"]


def parted(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


PLACEHOLDERS = parted(
    "n a|na|none|null|nil|unknown|unbekannt|keine|k a|inconnu|desconocido|not available|not provided|not applicable|missing|"
    "tbd|test|xxx|xx|x|anonymous|anonym|no name|noname|nan|undefined|sin datos|various|other|ohne|unnamed"
)
NO_BIRTHS = parted("19000101|19700101|00000000|11111111|19010101|99991231|18991230|18000101")
ROLE_ADDRESSES = parted(
    "info|contact|office|mail|admin|sales|hr|jobs|job|career|careers|kontakt|support|hello|noreply|no-reply|donotreply|"
    "recruiting|recruitment|bewerbung|bewerbungen|personal|team|service|help|marketing|webmaster|postmaster|enquiries|"
    "inquiries|reception|empfang|contacto|accueil|rrhh|rh|post|poststelle|zentrale|buero|test|none|unknown|example"
)
TITLES = parted(
    "mr|mrs|ms|miss|dr|prof|professor|herr|frau|dipl|ing|mme|mlle|monsieur|madame|sr|sra|don|dona|sir|jr|ii|iii"
)
STREET_WORDS = {
    "street": "st", "str": "st", "strasse": "st", "road": "rd", "avenue": "av", "ave": "av", "drive": "dr", "lane": "ln", "court": "ct",
    "crescent": "cr", "cres": "cr", "place": "pl", "boulevard": "bd", "blvd": "bd", "highway": "hwy", "terrace": "tce", "circuit": "cct",
    "parade": "pde", "close": "cl", "square": "sq", "platz": "pl", "north": "n", "south": "s", "east": "e", "west": "w", "saint": "st",
    "apartment": "apt", "suite": "ste", "mount": "mt", "avenida": "av", "calle": "c",
}  # fmt: skip
ORGANISATION_ENDS = re.compile(
    r"\b(?:inc|llc|llp|ltd|limited|corp|corporation|company|co|plc|gmbh|ag|kg|se|sa|sas|sarl|srl|sl|bv|nv|oy|ab|group|holding|e v)\b"
)
MONTHS = {
    name[:3]: place
    for names in ("january february march april may june july august september october november december",
                  "januar februar maerz april mai juni juli august september oktober november dezember")
    for place, name in enumerate(names.split(), start=1)
}  # fmt: skip
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})
_NO_DIGIT = re.compile(r"\D+")
_LINK_HEAD = re.compile(r"^(?:https?://)?(?:www\.|[a-z]{2}\.(?=linkedin))?")
_SPLIT = re.compile(r"[^\w]+|_")
_CODES = {**dict.fromkeys("bfpvw", "1"), **dict.fromkeys("cgjkqsxz", "2"), **dict.fromkeys("dt", "3"), "l": "4", **dict.fromkeys("mn", "5"), "r": "6"}  # fmt: skip


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """Lower case, no accents, single spaces; "" for a placeholder."""
    if not text.isascii():
        bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
        text = "".join(c for c in bare if not unicodedata.combining(c))
    words = " ".join(word for word in _SPLIT.split(text.lower()) if word)
    return "" if words in PLACEHOLDERS or (len(set(words)) == 1 and not words.isalpha() and len(words) > 2) else words


@lru_cache(maxsize=100_000)
def name_part(text: str) -> str:
    words = [word for word in plain(text).split() if word not in TITLES]
    return " ".join(words)


def street(text: str) -> str:
    words = re.sub(r"(?<=[a-z])(?:strasse|str)\b", " st", plain(text)).split()
    return " ".join(STREET_WORDS.get(word, word) for word in words)


@lru_cache(maxsize=100_000)
def organisation(text: str) -> str:
    words = plain(text)
    return " ".join(ORGANISATION_ENDS.sub(" ", words).split()) or words


def code(text: str) -> str:
    """Postcodes, house numbers, identity numbers: letters and digits only; "" for all zeros and the like."""
    found = "".join(plain(text).split())
    return "" if len(found) > 2 and len(set(found)) == 1 else found


def postcode(text: str) -> str:
    return code(text).removesuffix("0000") if len(text) == 10 else code(text.partition(".0")[0])


def house_number(text: str) -> str:
    return code(text.partition(".0")[0]).lstrip("0")


def phone(text: str) -> str:
    """The last nine digits, which prefixes of country and trunk do not change; "" for too few and for placeholders."""
    digits = _NO_DIGIT.sub("", text.partition("x")[0])
    tail = digits[-9:].lstrip("0")
    if len(tail) < 5 or len(set(tail)) < 3 or tail in "01234567890123456789" or tail in "98765432109876543210":
        return ""
    return tail


def email(text: str) -> str:
    """An address in lower case; "" for what is none and for those of a role (info@, jobs@)."""
    address = text.strip().lower().removeprefix("mailto:").strip("<>;, ")
    local, at, domain = address.partition("@")
    if not at or not local or "." not in domain or local in ROLE_ADDRESSES:
        return ""
    if local in kept_words(ROLES) and domain not in kept_words(FREE_MAIL):
        return ""  # press@ is an office; of a provider of free mail it may be somebody
    return address


def link(text: str) -> str:
    address = _LINK_HEAD.sub("", text.strip().lower()).rstrip("/")
    address = address.partition("?")[0].partition("#")[0]
    return address if "/" in address else ""


@lru_cache(maxsize=100_000)
def birth(text: str) -> str:
    """YYYYMMDD, YYYY where only a year is given; what is no date stays as its digits, so that it can be compared."""
    text = text.strip().partition("T")[0].partition(" 00:00")[0]
    numbers = re.findall(r"\d+", text)
    word = re.search(r"[a-z]{3}", plain(text))
    found = "".join(numbers)
    if word and len(numbers) == 2 and word.group() in MONTHS:
        day, year = sorted(numbers, key=len) if len(numbers[0]) != len(numbers[1]) else numbers
        found = f"{_year(year)}{MONTHS[word.group()]:02}{int(day):02}"
    elif len(numbers) == 3:
        if len(numbers[0]) == 4:
            found = f"{numbers[0]}{int(numbers[1]):02}{int(numbers[2]):02}"
        else:
            first, second = int(numbers[0]), int(numbers[1])
            month_first = "/" in text and second > 12 >= first
            day, month = (second, first) if month_first else (first, second)
            found = f"{_year(numbers[2])}{month:02}{day:02}"
    elif len(found) == 8 and not found.startswith(("19", "20", "18")) and found[4:6] in ("19", "20"):
        found = found[4:] + found[2:4] + found[:2]
    return "" if found in NO_BIRTHS or len(found) < 4 else found


def _year(text: str) -> str:
    if len(text) == 4:
        return text
    return f"{'19' if int(text) > 30 else '20'}{int(text):02}" if len(text) <= 2 else text


@lru_cache(maxsize=200_000)
def sound(text: str) -> str:
    """How a name begins and sounds: its first letter and the classes of its next consonants (after Soundex)."""
    letters = text.replace(" ", "")
    if not letters:
        return ""
    head = letters[0]
    result, last = head, _CODES.get(head, "")
    for letter in letters[1:]:
        digit = _CODES.get(letter, "")
        if digit and digit != last:
            result += digit
            if len(result) == 4:
                break
        if letter not in "hw":
            last = digit
    return result


NORMAL: dict[str, Callable[[str], str]] = {
    "given": name_part, "middle": name_part, "family": name_part, "maiden": name_part, "birth": birth, "street": street,
    "number": house_number, "extra": street, "place": plain, "postcode": postcode, "region": plain, "country": plain,
    "phone": phone, "email": email, "link": link, "identity": code, "organisation": organisation, "title": plain,
    "gender": lambda text: plain(text)[:1],
}  # fmt: skip


def split_name(text: str) -> tuple[str, str]:
    """Given and family name of a full one, in comparable form: "Nwosu, Amara" and "Amara Nwosu" are the same."""
    head, comma, rest = text.partition(",")
    if comma and rest.strip():
        return name_part(rest), name_part(head)
    words = name_part(text).split()
    if len(words) < 2:
        return "", " ".join(words)
    return " ".join(words[:-1]), words[-1]


def split_street(text: str) -> tuple[str, str]:
    """(street, number) of "12 Harbour Road" and "Hafenstr. 12a"; the number is "" where there is none."""
    words = street(text)
    leading = re.match(r"^(\d+[a-z]?)\s+(?=\D)(.+)$", words)
    if leading:
        return leading[2], leading[1]
    trailing = re.match(r"^(.*\D)\s+(\d+\s?[a-z]?)$", words)
    if trailing:
        return trailing[1].strip(), "".join(trailing[2].split())
    return words, ""


def build_record(cells: list[tuple[str, str]]) -> Record:
    """A record from (kind, cell) pairs of a table's row; kinds "other:N" stay apart, each a field of its own."""
    record: Record = {}
    parts: dict[str, str] = {}
    for kind, cell in cells:
        cell = cell.strip()
        if not cell:
            continue
        if kind.startswith("birth_"):
            parts[kind] = "".join(c for c in cell.partition(".")[0] if c.isdigit())
        elif kind == "full":
            record["given"], record["family"] = split_name(cell)
        elif kind in MANY:
            _add(record, kind, NORMAL[kind](cell))
        elif kind.startswith("other"):
            record[kind] = plain(cell)
        else:
            value = NORMAL[kind](cell)
            record[kind] = " ".join(filter(None, (str(record.get(kind, "")), value)))
    if parts:
        record.setdefault("birth", _birth_of_parts(parts))
    if record.get("street") and not record.get("number"):
        record["street"], record["number"] = split_street(str(record["street"]))
    return {kind: value for kind, value in record.items() if value}


def _add(record: Record, kind: str, value: str) -> None:
    if value:
        record[kind] = tuple(dict.fromkeys((*record.get(kind, ()), value)))


def _birth_of_parts(parts: dict[str, str]) -> str:
    year, month, day = (parts.get(f"birth_{part}", "") for part in ("year", "month", "day"))
    return f"{year}{month.zfill(2) if month else ''}{day.zfill(2) if day else ''}"
