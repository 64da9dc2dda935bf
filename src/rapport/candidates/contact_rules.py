"""When two entries are the same e-mail address, phone number or profile link. Pure; what was entered is kept beside it.

| kind  | entered                                        | normal                          |
|-------|------------------------------------------------|---------------------------------|
| email | Amara.Nwosu@Example.ORG                        | amara.nwosu@example.org         |
| phone | 030 / 555 01 42 (Germany)                      | +49305550142 (E.164)            |
| link  | https://de.linkedin.com/in/Amara/?trk=nav      | linkedin.com/in/amara           |

E-mail: rules of single providers (dots and plus signs in Gmail) are not applied, because an address is then no longer
the one that was given. The part before the @ is lower-cased: no provider of note tells case apart, although RFC 5321
section 2.4 allows it. Phone: ITU-T E.164 by the rules of libphonenumber.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from rapport.lib.settling import settle

EMAIL, PHONE, LINK = "email", "phone", "link"
KINDS = (EMAIL, PHONE, LINK)
LONGEST = 500
FEWEST_DIGITS = 5

# Sites whose profile is a path of so many parts; the rest of the path is a page of the profile.
PROFILE_PARTS = {
    "linkedin.com": 2, "github.com": 1, "gitlab.com": 1, "xing.com": 2, "x.com": 1, "bitbucket.org": 1,
    "instagram.com": 1, "facebook.com": 1, "behance.net": 1, "dribbble.com": 1, "kaggle.com": 1, "dev.to": 1,
    "stackoverflow.com": 2, "researchgate.net": 2, "orcid.org": 1, "huggingface.co": 1,
}  # fmt: skip
SAME_SITE = {"twitter.com": "x.com", "linkedin.cn": "linkedin.com", "fb.com": "facebook.com", "lnkd.in": "linkedin.com"}
# A site's own pages, which are nobody's profile.
NOT_PROFILES = {
    "linkedin.com": {"company", "jobs", "school", "feed", "groups", "pulse", "posts", "learning"},
    "github.com": {"features", "about", "topics", "orgs", "marketplace", "sponsors", "settings"},
    "xing.com": {"jobs", "companies", "pages", "communities"},
}
TRACKING = re.compile(r"^(utm_\w+|trk\w*|ref\w*|source|src|fbclid|gclid|igshid|mc_[ce]id|lipi|originalsubdomain|si|s)$")
# An address that no rule of RFC 5321 needs a closer look at; names of IDNA and special use (RFC 6761) get one.
ORDINARY_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:(?!xn--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"(?!local$|localhost$|invalid$|onion$|arpa$|alt$|internal$|test$)[A-Za-z]{2,24}",
    re.IGNORECASE,
)
WEB_ADDRESS = re.compile(r"^[\w-]+(\.[\w-]+)*\.[a-z]{2,}$", re.IGNORECASE)
PLAIN_NUMBER = re.compile(r"(?:\+|00)([1-9][0-9 ./()-]*[0-9])")
NOT_DIGITS = str.maketrans("", "", " ./()-")
COUNTRY_SUBDOMAIN = re.compile(
    r"^(www\d?|m|mobile|[a-z]{2})\.(?=(linkedin|xing|facebook)\.)|^(www\d?|m|mobile)\.(?=[^.]+\.)"
)
# Signs of a link that may read differently when it is read again: escaped twice, a query, two subdomains.
UNSETTLED = re.compile(r"[%?#;\s<>\\@\[\]]|^(?:www\d?|m|mobile|[a-z]{2})\.|[^\x00-\x7f]|//|/$")


class NotAContact(ValueError):
    """The entry is no address, number or link; the message is a sentence for the person who entered it."""


class Contact(NamedTuple):
    """An entry as written and the form two entries are compared by."""

    kind: str
    value: str
    normal: str


def read_contact(kind: str, value: str, country_code: str = "") -> Contact:
    """Normalise an entry; numbers without a country prefix are read as of `country_code`. Raises NotAContact."""
    entered = " ".join(value.split())
    if not entered:
        raise NotAContact("Enter an address, a number or a link.")
    if kind == EMAIL:
        normal = read_email(entered)
    elif kind == PHONE:
        normal = read_phone(entered, country_code)
    elif kind == LINK:
        normal = read_link(entered)
    else:
        raise NotAContact(f"A contact point is an e-mail address, a phone number or a link, not {kind!r}.")
    if len(entered) > LONGEST or len(normal) > LONGEST:
        raise NotAContact(f"This is longer than {LONGEST} characters.")
    return Contact(kind, entered, normal)


@lru_cache(maxsize=4096)
def read_email(text: str) -> str:
    """The normal form of an e-mail address; no network is asked (no DNS)."""
    address = text.strip().removeprefix("mailto:").strip("<>;, ")
    if len(address) < 254 and address.find("@") < 64 and ORDINARY_EMAIL.fullmatch(address):
        return address.lower()
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise NotAContact(f"{text!r} is not an e-mail address: {str(error).rstrip('.')}.") from error
    return found.normalized.lower()


def read_phone(text: str, country_code: str = "") -> str:
    """The E.164 form of a phone number, with its extension after "x" where it has one."""
    number = text.strip().removeprefix("tel:")
    return _plain_number(number) or _parse_number(text, number, country_code)


def _plain_number(text: str) -> str:
    """The E.164 form of "+49 30 5550142": country, then digits that need no closer look; "" for all others.

    libphonenumber takes forty times as long to come to the same (a test compares): with a country's number in front and
    a length that is possible there, only a national prefix ("+49 (0)30 …") is left to be taken away.
    """
    found = PLAIN_NUMBER.fullmatch(text)
    digits = found[1].translate(NOT_DIGITS) if found else ""
    for size in (1, 2, 3):
        if (country := _country_numbers(digits[:size])) is not None:
            prefix, lengths = country
            national = digits[size:]
            is_plain = len(national) in lengths and not national.startswith("0") and not prefix.match(national)
            return f"+{digits}" if is_plain else ""
    return ""


@lru_cache(maxsize=2048)
def _country_numbers(code: str) -> "tuple[re.Pattern[str], frozenset[int]] | None":
    """What a national prefix looks like in the country of this number, and how long its numbers may be."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code else None
    if not regions:
        return None
    about = PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])
    if about is None or about.general_desc is None:
        return re.compile(""), frozenset()
    lengths = frozenset(length for length in about.general_desc.possible_length if length >= FEWEST_DIGITS)
    return re.compile(about.national_prefix_for_parsing or r"(?!)"), lengths


def _parse_number(text: str, number: str, country_code: str) -> str:
    import phonenumbers

    international = number.startswith(("+", "00"))
    if not international and not country_code:
        raise NotAContact(
            f"{text!r} lacks the country: begin with + and the country's number, or enter the place first."
        )
    try:
        parsed = phonenumbers.parse(
            "+" + number[2:] if number.startswith("00") else number, None if international else country_code.upper()
        )
    except phonenumbers.NumberParseException as error:
        raise NotAContact(f"{text!r} is not a phone number.") from error
    if not phonenumbers.is_possible_number(parsed) or len(str(parsed.national_number)) < FEWEST_DIGITS:
        raise NotAContact(f"{text!r} is not a phone number: it has too many or too few digits.")
    extension = f"x{parsed.extension}" if parsed.extension else ""
    parsed.extension = None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) + extension


def read_link(text: str) -> str:
    """Host and path of a profile or page, without scheme, www, country subdomain, tracking and closing slash."""
    normal = _read_link(text)
    return settle(_read_link, normal) if UNSETTLED.search(normal) else normal


def _read_link(text: str) -> str:
    address = text.strip().strip("<>")
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise NotAContact(f"{text!r} is not a web address.") from error
    if parts.scheme not in ("http", "https") or not WEB_ADDRESS.match(host):
        raise NotAContact(f"{text!r} is not a web address.")
    host = COUNTRY_SUBDOMAIN.sub("", host.lower())
    host = SAME_SITE.get(host, host)
    path = [unquote(part) for part in parts.path.split("/") if part]
    if host in PROFILE_PARTS:
        return _profile(text, host, path)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if not TRACKING.match(name.lower())])
    where = host + (f":{port}" if port and port not in (80, 443) else "")
    return " ".join(("/".join([where, *path]) + (f"?{query}" if query else "")).split())


def _profile(text: str, host: str, path: list[str]) -> str:
    if not path or path[0].lower() in NOT_PROFILES.get(host, ()):
        raise NotAContact(f"{text!r} is a page of {host}, not a person's profile.")
    parts = [part.lower().removeprefix("@").strip() for part in path[: PROFILE_PARTS[host]]]
    return " ".join("/".join([host, *filter(None, parts)]).split())


def shown_link(normal: str) -> str:
    """The address a browser opens for a normal form."""
    return f"https://{normal}"


def shown_phone(normal: str) -> str:
    """A normal number as people read it: "+49 30 5550142", "+49 30 5550142 ext. 12"."""
    import phonenumbers

    number, _, extension = normal.partition("x")
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return normal
    shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{shown} ext. {extension}" if extension else str(shown)


def guess_kind(value: str) -> str:
    """The kind an entry most likely is, for a field that takes all three."""
    if "@" in value and "/" not in value:
        return EMAIL
    digits = sum(letter.isdigit() for letter in value)
    return PHONE if digits >= 6 and not any(letter.isalpha() for letter in value.partition("ext")[0]) else LINK
