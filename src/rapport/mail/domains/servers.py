"""MX, MTA-STS and TLS-RPT: how mail comes to the domain. RFC 5321, RFC 7505 (null MX), RFC 8461, RFC 8460."""

import ipaddress
import re

from rapport.mail.domains.findings import (
    Advice,
    BadTags,
    Finding,
    Judgement,
    is_host,
    not_known,
    read_tags,
    shown,
    shown_all,
)
from rapport.mail.domains.resolver import Reply, Resolver, Status

MOST_MX = 10
_STS_ID = re.compile(r"[A-Za-z0-9]{1,32}")


def check_mx(domain: str, resolver: Resolver) -> Finding:
    """Do answers and bounces come back to this domain?"""
    reply = resolver.ask(domain, "MX")
    if reply.is_unknown:
        return not_known("mx", reply)
    if reply.status == Status.NO_NAME:
        return Finding("mx", Judgement.TO_MEND, f"The name server knows no domain {domain}. Check the spelling.")
    if reply.status == Status.NO_ROWS:
        return _without_mx(domain, resolver)
    hosts = [row.partition(" ")[2] for row in reply.rows]
    found = shown_all(list(reply.rows))
    if "." in hosts:
        if len(hosts) > 1:
            text = "One MX says that the domain takes no mail (“.”), others name servers. Take out the one with “.”."
        else:
            text = "The domain says that it takes no mail (null MX): answers and bounces are lost. Publish an MX."
        return Finding("mx", Judgement.TO_MEND, text, found, Advice(domain, "MX", f"10 mail.{domain}"))
    for host in hosts[:MOST_MX]:
        if problem := _problem_of(host, resolver):
            return Finding("mx", Judgement.TO_MEND, problem, found)
        if (unknown := _address(host, resolver)).is_unknown:
            return Finding("mx", Judgement.UNKNOWN, f"{shown(host, 80)} could not be looked up: {unknown.why}.", found)
    servers = "one server" if len(hosts) == 1 else f"{len(hosts):,} servers"
    return Finding("mx", Judgement.GOOD, f"Mail to this domain is taken by {servers}.", found)


def _without_mx(domain: str, resolver: Resolver) -> Finding:
    address = _address(domain, resolver)
    if address.is_unknown:
        return not_known("mx", address)
    advice = Advice(domain, "MX", f"10 mail.{domain}")
    if address.status == Status.FOUND:
        text = (
            "There is no MX; mail goes to the address of the domain itself, which is often a web server. Publish one."
        )
        return Finding("mx", Judgement.TO_MEND, text, publish=advice)
    return Finding("mx", Judgement.TO_MEND, "No server takes mail for this domain: publish an MX.", publish=advice)


def _problem_of(host: str, resolver: Resolver) -> str:
    name = shown(host, 80)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return f"The MX {name} is an address; it has to be the name of a server."
    if not is_host(host):
        return f"The MX “{name}” is not the name of a server."
    reply = _address(host, resolver)
    if reply.is_alias:
        return f"The MX {name} is an alias (CNAME), which is not allowed. Name the server itself."
    return f"The MX {name} has no address. Mend its name, or take it out." if reply.is_void else ""


def _address(host: str, resolver: Resolver) -> Reply:
    reply = resolver.ask(host, "A")
    return resolver.ask(host, "AAAA") if reply.status == Status.NO_ROWS else reply


def check_mta_sts(domain: str, resolver: Resolver) -> Finding:
    """Only the record; the policy itself is on a web server of the domain."""
    name = f"_mta-sts.{domain}"
    advice = Advice(name, "TXT", "v=STSv1; id=1")
    missing = "There is no MTA-STS. It makes servers send to you encrypted; publish a policy at mta-sts."
    return _hint("mta_sts", name, "STSv1", resolver, advice, f"{missing}{domain}, then this record.")


def check_tls_rpt(domain: str, resolver: Resolver) -> Finding:
    name = f"_smtp._tls.{domain}"
    advice = Advice(name, "TXT", f"v=TLSRPTv1; rua=mailto:postmaster@{domain}")
    missing = "There is no TLS-RPT. With it servers report where encryption towards you fails."
    return _hint("tls_rpt", name, "TLSRPTv1", resolver, advice, missing)


def _hint(check: str, name: str, version: str, resolver: Resolver, advice: Advice, missing: str) -> Finding:
    reply = resolver.ask(name, "TXT")
    if reply.is_unknown:
        return not_known(check, reply, is_hint=True)
    rows = [row for row in reply.rows if row.startswith(f"v={version}")]
    if not rows:
        return Finding(check, Judgement.TO_MEND, missing, publish=advice, is_hint=True)
    found = shown_all(rows)
    problem = "there is more than one record" if len(rows) > 1 else _hint_problem(check, rows[0])
    if problem:
        text = f"The record at {name} does not count: {problem}."
        return Finding(check, Judgement.TO_MEND, text, found, advice, is_hint=True)
    return Finding(check, Judgement.GOOD, "The record is well formed.", found, is_hint=True)


def _hint_problem(check: str, text: str) -> str:
    try:
        tags = read_tags(text)
    except BadTags as error:
        return str(error)
    if check == "mta_sts":
        return "" if _STS_ID.fullmatch(tags.get("id", "")) else "id= has to be up to 32 letters and digits"
    targets = [part.strip() for part in tags.get("rua", "").split(",")]
    return (
        "" if all(part.startswith(("mailto:", "https://")) for part in targets) else "rua= has to be mailto: or https:"
    )
