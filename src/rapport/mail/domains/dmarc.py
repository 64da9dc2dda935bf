"""DMARC: what receivers do with mail that only claims to be from this domain. RFC 7489.

The organisational domain is found by walking up the tree (the method of DMARC's successor), so that no list of public
suffixes has to be kept fresh: the first parent with a record, of at least two labels, is it.
"""

import re
from dataclasses import dataclass

from rapport.mail.domains.findings import Advice, BadTags, Finding, Judgement, is_host, not_known, read_tags, shown_all
from rapport.mail.domains.resolver import Reply, Resolver

MOST_PARENTS = 8
_POLICIES = ("none", "quarantine", "reject")
_REPORT = re.compile(r"mailto:([^@\s!,]+)@([^@\s!,]+?)(?:!\d+[kmgt]?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Policy:
    """A record that can be read; `p` is what holds for the domain that was asked about."""

    p: str
    adkim: str
    aspf: str
    pct: int
    reports: tuple[str, ...]


def is_dmarc(text: str) -> bool:
    """Section 6.6.3: records that do not begin with the version are left aside."""
    return bool(re.match(r"v\s*=\s*DMARC1\s*(?:;|$)", text))


def parse(text: str, *, for_subdomain: bool = False) -> Policy:
    """The policy of a record. Raises BadTags for what makes it void or a part of it useless."""
    tags = read_tags(text)
    for name in ("p", "sp"):
        if name in tags and tags[name].lower() not in _POLICIES:
            raise BadTags(f"{name}= has to be none, quarantine or reject")
    if "p" not in tags:
        raise BadTags("there is no p=, the policy")
    for name in ("adkim", "aspf"):
        if tags.get(name, "r").lower() not in ("r", "s"):
            raise BadTags(f"{name}= has to be r or s")
    pct = tags.get("pct", "100")
    if not pct.isascii() or not pct.isdigit() or int(pct[:4]) > 100:
        raise BadTags("pct= has to be a number from 0 to 100")
    wanted = tags.get("sp", tags["p"]) if for_subdomain else tags["p"]
    reports = [*_addresses("rua", tags), *_addresses("ruf", tags)]
    return Policy(
        wanted.lower(), tags.get("adkim", "r").lower(), tags.get("aspf", "r").lower(), int(pct), tuple(reports)
    )


def _addresses(name: str, tags: dict[str, str]) -> list[str]:
    """The domains that reports go to; rua only matters to people, ruf is checked for its form."""
    if name not in tags:
        return []
    domains = []
    for part in tags[name].split(","):
        found = _REPORT.fullmatch(part.strip())
        if not found or not is_host(found[2]):
            raise BadTags(f"{name}= has to be a list of mailto:name@domain")
        domains.append(found[2].lower())
    return domains if name == "rua" else []


def check(domain: str, resolver: Resolver) -> Finding:
    """One finding on the policy that holds for the domain, its own or that of its organisation."""
    for name in _climb(domain):
        reply = resolver.ask(f"_dmarc.{name}", "TXT")
        if reply.is_unknown:
            return not_known("dmarc", reply)
        records = [row for row in reply.rows if is_dmarc(row)]
        if records:
            return _judge(domain, name, records, resolver)
        if near := _near(reply):
            text = (
                f"The record at _dmarc.{name} does not begin with “v=DMARC1;”, so it does not count. Mend it, such as:"
            )
            return Finding("dmarc", Judgement.TO_MEND, text, shown_all(near), _advice(domain))
    text = (
        "There is no DMARC record; large providers refuse bulk mail without one. Publish this one and read the reports."
    )
    return Finding("dmarc", Judgement.TO_MEND, text, publish=_advice(domain))


def _climb(domain: str) -> list[str]:
    labels = domain.split(".")
    parents = [".".join(labels[start:]) for start in range(1, len(labels) - 1)]
    return [domain, *parents[-MOST_PARENTS:]]


def _near(reply: Reply) -> list[str]:
    return [row for row in reply.rows if "dmarc" in row[:20].lower()]


def _advice(domain: str, policy: str = "none") -> Advice:
    return Advice(f"_dmarc.{domain}", "TXT", f"v=DMARC1; p={policy}; rua=mailto:postmaster@{domain}")


def _judge(domain: str, name: str, records: list[str], resolver: Resolver) -> Finding:
    found = shown_all(records)
    if len(records) > 1:
        text = f"There are {len(records):,} DMARC records at _dmarc.{name}; receivers then use none. Leave one."
        return Finding("dmarc", Judgement.TO_MEND, text, found)
    try:
        policy = parse(records[0], for_subdomain=name != domain)
    except BadTags as error:
        text = f"The record is wrong: {error}. Mend it, such as:"
        return Finding("dmarc", Judgement.TO_MEND, text, found, _advice(name))
    if stranger := _unwilling(name, policy.reports, resolver):
        text = f"Reports to {stranger} are not sent: that domain does not say that it takes them. It has to publish:"
        advice = Advice(f"{name}._report._dmarc.{stranger}", "TXT", "v=DMARC1")
        return Finding("dmarc", Judgement.TO_MEND, text, found, advice)
    if policy.p == "none" and not policy.reports:
        text = "The policy is none and nobody gets reports (rua=), so the record does nothing. Ask for them:"
        return Finding("dmarc", Judgement.TO_MEND, text, found, _advice(name))
    return Finding("dmarc", Judgement.GOOD, _praise(domain, name, policy), found)


def _unwilling(name: str, reports: tuple[str, ...], resolver: Resolver) -> str:
    """A domain of others that has not agreed to take the reports (section 7.1), or ""."""
    for target in list(dict.fromkeys(reports))[:5]:
        if target == name or target.endswith(f".{name}") or name.endswith(f".{target}"):
            continue
        reply = resolver.ask(f"{name}._report._dmarc.{target}", "TXT")
        if not reply.is_unknown and not any(is_dmarc(row) for row in reply.rows):
            return target
    return ""


def _praise(domain: str, name: str, policy: Policy) -> str:
    words = [f"The policy is {policy.p}" + (f", of the organisational domain {name}." if name != domain else ".")]
    if policy.p == "none":
        words.append("It only watches: when the reports show that your mail passes, publish p=quarantine.")
    elif policy.pct < 100:
        words.append(f"It holds for {policy.pct} % of mail.")
    strict = "exactly this domain" if policy.adkim == "s" else "this domain or a part of it"
    words.append(f"Sender and return address of our mail are the same, so SPF counts; DKIM counts when d= is {strict}.")
    return " ".join(words)
