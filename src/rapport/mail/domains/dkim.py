"""DKIM: is there a key that receivers can check signatures with? RFC 6376, key lengths by RFC 8301, Ed25519 by RFC 8463."""

import base64
import binascii
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from rapport.mail.domains.findings import BadTags, Finding, Judgement, not_known, read_tags, shown, shown_all
from rapport.mail.domains.resolver import Reply, Resolver

LEAST_BITS, GOOD_BITS = 1024, 2048
COMMON = (
    "default", "dkim", "mail", "google", "selector1", "selector2", "s1", "s2", "k1", "k2", "k3", "key1", "key2",
    "fm1", "fm2", "fm3", "mx", "smtp", "zoho", "zmail", "protonmail", "mandrill", "mxvault", "dk", "sig1", "pm",
    "email",
)  # fmt: skip
_SPACE = re.compile(r"\s+")
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}))*")


def is_selector(text: str) -> bool:
    """Section 3.1: labels of a domain name."""
    return len(text) <= 120 and bool(_SELECTOR.fullmatch(text))


def judge_key(text: str) -> tuple[Judgement, str]:
    """What a key record (section 3.6.1) means for mail that is signed with it."""
    try:
        tags = read_tags(text)
        _check_tags(tags, first=next(iter(tags)))
        bits = _bits(tags)
    except BadTags as error:
        return (
            Judgement.TO_MEND,
            f"The record of the key is wrong: {error}. Publish it again as your mail server shows it.",
        )
    if "p" in tags and not tags["p"]:
        return Judgement.TO_MEND, "The key is revoked (p= is empty): sign with another one, or publish it again."
    if "y" in tags.get("t", "").split(":"):
        return Judgement.TO_MEND, "The key is marked as a trial (t=y), receivers then ignore signatures. Take t=y out."
    if bits is None:
        return Judgement.GOOD, "An Ed25519 key. Not every receiver knows these yet: sign with an RSA key as well."
    if bits < LEAST_BITS:
        return (
            Judgement.TO_MEND,
            f"The RSA key has {bits:,} bits, receivers ignore keys under {LEAST_BITS:,}. Make one of {GOOD_BITS:,}.",
        )
    if bits < GOOD_BITS:
        return Judgement.TO_MEND, f"The RSA key has {bits:,} bits. It is taken for now; make one of {GOOD_BITS:,} bits."
    return Judgement.GOOD, f"An RSA key of {bits:,} bits."


def _check_tags(tags: dict[str, str], *, first: str) -> None:
    if "v" in tags and (first != "v" or tags["v"] != "DKIM1"):
        raise BadTags("v= has to be DKIM1 and to stand first")
    if "p" not in tags:
        raise BadTags("there is no p=, which holds the key")
    if "h" in tags and "sha256" not in [word.strip() for word in tags["h"].split(":")]:
        raise BadTags("h= leaves out sha256, the only hash in use")
    if "s" in tags and not {"*", "email"} & {word.strip() for word in tags["s"].split(":")}:
        raise BadTags("s= keeps the key from being used for e-mail")


def _bits(tags: dict[str, str]) -> int | None:
    """The length of an RSA key, 0 for a revoked one, None for Ed25519. Raises BadTags."""
    kind = tags.get("k", "rsa") or "rsa"
    if kind not in ("rsa", "ed25519"):
        raise BadTags(f"k={shown(kind, 20)} is no kind of key that receivers know")
    if not tags["p"]:
        return 0
    try:
        raw = base64.b64decode(_SPACE.sub("", tags["p"]), validate=True)
    except (binascii.Error, ValueError):
        raise BadTags("p= is not base64; perhaps a part of it is missing") from None
    if kind == "ed25519":
        if len(raw) != 32:
            raise BadTags("an Ed25519 key has 32 bytes")
        return None
    try:
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        raise BadTags("p= is no RSA key; perhaps a part of it is missing") from None
    if not isinstance(key, RSAPublicKey):
        raise BadTags("p= is a key of another kind than k= says")
    return key.key_size


def check(domain: str, selectors: Sequence[str], resolver: Resolver) -> list[Finding]:
    """A finding for each selector, or for those of the common ones that have a key."""
    with ThreadPoolExecutor(8) as pool:
        asked = list(selectors or COMMON)
        replies = list(pool.map(lambda selector: resolver.ask(f"{selector}._domainkey.{domain}", "TXT"), asked))
    if selectors:
        return [_finding(selector, domain, reply) for selector, reply in zip(asked, replies, strict=True)]
    with_key = [pair for pair in zip(asked, replies, strict=True) if _keys(pair[1])]
    if with_key:
        return [_finding(selector, domain, reply) for selector, reply in with_key[:6]]
    silent = next((reply for reply in replies if reply.is_unknown), None)
    if silent:
        return [not_known("dkim", silent)]
    text = (
        "None of the usual selectors has a key. Look at the DKIM-Signature of a mail you sent: s= is the selector. "
        "If there is no such line, switch DKIM on at your mail provider and publish the record it shows."
    )
    return [Finding("dkim", Judgement.UNKNOWN, text)]


def _keys(reply: Reply) -> list[str]:
    return [row for row in reply.rows if "p=" in row.replace(" ", "")]


def _finding(selector: str, domain: str, reply: Reply) -> Finding:
    if reply.is_unknown:
        return not_known("dkim", reply)
    rows = _keys(reply)
    name = f"{selector}._domainkey.{domain}"
    if not rows:
        text = f"There is no key at {name}. Publish the TXT record that your mail provider shows for this selector."
        return Finding("dkim", Judgement.TO_MEND, text, shown_all(reply.rows))
    if len(rows) > 1:
        text = f"There are {len(rows):,} records at {name}; receivers take any of them. Leave one."
        return Finding("dkim", Judgement.TO_MEND, text, shown_all(rows))
    verdict, text = judge_key(rows[0])
    return Finding("dkim", verdict, f"Selector {selector}: {text}", shown_all(rows))
