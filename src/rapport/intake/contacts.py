"""E-mail addresses, phone numbers and links in the text of a résumé."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapport.intake.periods import find_periods
from rapport.intake.places import COUNTRY_CODES
from rapport.intake.wordlists import word_set

_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+%'-]{0,63}\s?@\s?[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}(?![\w-])"
)
_WRAPPED = re.compile(
    r"(?<![^\s:|])(?P<first>[A-Za-z0-9][\w.+@-]*)(?=[ \t]*\n[ \t]*(?P<second>[\w@.-]*[A-Za-z0-9])(?:\s|$))"
)
_ENDINGS = word_set(
    "com org net edu gov info io dev ai me co eu uk app tech email name pro biz xyz online site page cloud mil int"
)
_COUNTRIES = frozenset(COUNTRY_CODES.values())
_PHONE = re.compile(
    r"(?<![\w/.@#=+-])(?P<number>(?:\+|00)?[^\S\n]?\(?\d(?:[\d()./‐‑–-]|[^\S\n]){5,22}\d)(?![\w@]|[\s-]*[*xX•]{2})(?:\s?(?:ext|x|extension|durchwahl)\.?\s?\d{1,5})?",
    re.I,
)
_PHONE_WORD = re.compile(
    r"(?:phone|tel|mobile|cell|mob|telefon|mobil|handy|téléphone|teléfono|móvil|fax|call|whatsapp|contact)\b\W*$|\b[tmp]\W*:\s*$",
    re.I,
)
_FAX_WORD = re.compile(r"fax\W*$", re.I)
_NOT_PHONE_WORD = re.compile(
    r"(?:doi|isbn|issn|orcid|patent|iban|account|konto|id|no|nr|zip|plz|ssn|licen[cs]e|gpa|\$|€|£)\W*$", re.I
)
_URL = re.compile(r"(?<![\w@./-])(?:(?:https?://|www\.)[^\s\t|<>\"'(){}\[\],;]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|de|fr|es|me|ai|co|uk|ch|at|eu|info|app|tech|edu|in|us|xyz|page|site|online|ca|nl|it|be|blog|design|name|gov)(?:/[^\s\t|<>\"'(){}\[\],;]*)?)(?![\w@])", re.I)  # fmt: skip
NETWORKS = {
    "linkedin.com": "LinkedIn", "github.com": "GitHub", "gitlab.com": "GitLab", "xing.com": "XING", "twitter.com": "Twitter", "x.com": "X",
    "stackoverflow.com": "Stack Overflow", "medium.com": "Medium", "kaggle.com": "Kaggle", "behance.net": "Behance", "dribbble.com": "Dribbble",
    "orcid.org": "ORCID", "scholar.google.com": "Google Scholar", "facebook.com": "Facebook", "instagram.com": "Instagram", "youtube.com": "YouTube",
    "bitbucket.org": "Bitbucket", "researchgate.net": "ResearchGate", "leetcode.com": "LeetCode", "hackerrank.com": "HackerRank", "dev.to": "DEV",
    "mastodon.social": "Mastodon", "bsky.app": "Bluesky", "malt.de": "Malt", "malt.fr": "Malt", "freelancermap.de": "freelancermap", "t.me": "Telegram",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A contact point: its normal form, how it was written, and where (None when only a hidden link tells it)."""

    value: str
    entered: str
    span: tuple[int, int] | None
    is_valid: bool = True


def find_emails(text: str, links: Iterable[str] = ()) -> list[Found]:
    """E-mail addresses in order; blanks beside the @ that layouts put there are left out."""
    found: dict[str, Found] = {}
    wrapped = list(_wrapped_emails(text)) if "@" in text else []
    for match in _EMAIL.finditer(text):
        if any(item.span and item.span[0] < match.end() and match.start() < item.span[1] for item in wrapped):
            continue
        address = re.sub(r"\s", "", match.group()).strip(".'")
        found.setdefault(address.lower(), Found(address, match.group(), match.span()))
    for item in wrapped:
        found.setdefault(item.value.lower(), item)
    for link in links:
        address = link[7:].split("?")[0].strip() if link.lower().startswith("mailto:") else ""
        if _EMAIL.fullmatch(address):
            found.setdefault(address.lower(), Found(address, link, None))
    return list(found.values())


def _wrapped_emails(text: str) -> Iterator[Found]:
    """Addresses that a narrow column broke over two lines: "jane.doe@exam" above "ple.org", "jane." above "doe@example.org"."""
    for match in _WRAPPED.finditer(text):
        first, second = match.group("first"), match.group("second")
        joined = first + second
        if joined.count("@") != 1 or not _EMAIL.fullmatch(joined) or not _has_known_ending(joined):
            continue
        if "@" in first:
            is_cut = not (_EMAIL.fullmatch(first) and _has_known_ending(first))
        else:
            is_cut = second.startswith("@") or first.endswith((".", "_", "-"))
        if is_cut:
            yield Found(joined, joined, (match.start(), match.end("second")))


def _has_known_ending(address: str) -> bool:
    ending = address.rsplit(".", 1)[-1].lower()
    return ending in _ENDINGS or ending.upper() in _COUNTRIES


def find_phones(text: str, country: str, links: Iterable[str] = ()) -> list[Found]:
    """Phone numbers, E.164 where the number is possible in `country` (ISO code) or its own; faxes are left out.

    A number that could be dialled but that no numbering plan has given out is E.164 too, with `is_valid` false; one that could not be dialled
    is kept as written when a phone's usual signs or words stand with it.
    """
    found: dict[str, Found] = {}
    for match in _PHONE.finditer(text):
        before = text[max(0, match.start() - 24) : match.start()].rsplit("\n", 1)[-1]
        if "\n" in match.group("number") or _FAX_WORD.search(before) or _NOT_PHONE_WORD.search(before):
            continue
        is_named = bool(_PHONE_WORD.search(before))
        phone = _phone(match.group("number"), match.span("number"), country, is_named, _stands_alone(text, match))
        if phone:
            found.setdefault(phone.value, phone)
    for link in links:
        if link.lower().startswith("tel:"):
            phone = _phone(link[4:].replace("%20", " "), None, country, True)
            if phone and not found:
                found.setdefault(phone.value, phone)
    return list(found.values())


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Nothing else stands in the line or between its separators."""
    before = text[: match.start()].rpartition("\n")[2].rstrip(" ")
    after = text[match.end() :].partition("\n")[0].lstrip(" ")
    return (not before or before[-1] in "\t|•·,;/" or not before[-1].isascii()) and (
        not after or after[0] in "\t|•·,;/" or not after[0].isascii()
    )


def _phone(
    entered: str, span: tuple[int, int] | None, country: str, is_named: bool, is_alone: bool = False
) -> Found | None:
    import phonenumbers

    entered = entered.strip()
    digits = re.sub(r"\D", "", entered)
    has_sign = entered.startswith(("+", "00", "(", "0"))
    is_grouped = bool(re.fullmatch(r"\(?\d{3}\)?[\s.‐‑–-]*\d{3}[\s.‐‑–-]+\d{4}", entered))
    is_spaced = is_alone and len(digits) >= 8 and bool(re.search(r"\d[\s.-]\d", entered))
    if not 7 <= len(digits) <= 15 or not (has_sign or is_named or is_grouped or is_spaced) or _is_dates(entered):
        return None
    plain = re.sub(r"[‐‑–]", "-", entered)
    plain = re.sub(r"(?<=\d)\s*\(0\)\s*", " ", plain)
    try:
        number = phonenumbers.parse("+" + plain[2:] if plain.startswith("00") else plain, country or "US")
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_valid_number(number):
        return Found(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), entered, span)
    is_likely = entered.startswith(("+", "00")) or is_named or is_grouped or (has_sign and span is not None)
    if number is not None and is_likely and phonenumbers.is_possible_number(number):
        return Found(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), entered, span, False)
    if is_named or is_grouped or entered.startswith("+"):
        return Found(entered, entered, span, False)
    return None


def _is_dates(text: str) -> bool:
    periods = find_periods(text.strip("()"))
    return bool(periods) and sum(end - start for start, end in (p.span for p in periods)) >= len(text) - 4


def find_links(text: str, links: Iterable[str] = ()) -> list[Found]:
    """Web addresses with their scheme; those hidden behind words come last. E-mail domains are no links."""
    emails = [match.span() for match in _EMAIL.finditer(text)]
    found: dict[str, Found] = {}
    for match in _URL.finditer(text):
        if any(start <= match.start() < end for start, end in emails) or (
            match.start() and text[match.start() - 1] == "@"
        ):
            continue
        entered = match.group().rstrip(".:/-–)…") or match.group()
        if not _is_written_link(entered):
            continue
        found.setdefault(
            link_key(entered), Found(_with_scheme(entered), entered, (match.start(), match.start() + len(entered)))
        )
    for link in links:
        if link.lower().startswith(("http://", "https://", "www.")):
            found.setdefault(link_key(link), Found(_with_scheme(link), link, None))
    return list(found.values())


def _is_written_link(text: str) -> bool:
    """ "node.js", "Asp.net" and "e.g.me" are words, not addresses."""
    lower = text.lower()
    if lower.startswith(("http", "www.")):
        return True
    host, _, path = lower.partition("/")
    if text[:1].isupper() and not path:
        return False
    return bool(path) or host not in {
        "asp.net",
        "ado.net",
        "vb.net",
        "socket.io",
        "draw.io",
        "monday.com",
        "booking.com",
        "salesforce.com",
    }


def _with_scheme(address: str) -> str:
    return address if re.match(r"https?://", address, re.I) else "https://" + address


def link_key(address: str) -> str:
    """What makes two written forms the same link."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address.strip().lower()).rstrip("/")


def network_of(address: str) -> tuple[str, str]:
    """(network, user name) of a profile link; ("", "") for any other page."""
    key = link_key(address)
    host, _, path = key.partition("/")
    for domain, network in NETWORKS.items():
        if host == domain or host.endswith("." + domain):
            parts = [part for part in path.split("?")[0].split("/") if part]
            if parts and parts[0] in ("in", "pub", "profile", "users", "citations", "u"):
                parts = parts[1:]
            return network, parts[0].lstrip("@") if parts else ""
    return "", ""
