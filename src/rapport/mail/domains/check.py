"""Everything about one sending domain, in one go and within some seconds."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import idna

from rapport.lib.errors import InvalidInput, TemporaryFailure
from rapport.mail.domains import dkim, dmarc, one_click, servers, spf
from rapport.mail.domains.findings import Finding, Judgement, is_host, shown
from rapport.mail.domains.resolver import Resolver, Status

MOST_SELECTORS = 10


@dataclass(frozen=True, slots=True)
class DomainReport:
    """`domain` as people write it, `ascii_domain` as the DNS has it; findings in a fixed order."""

    domain: str
    ascii_domain: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Judgement:
        """The worst that is not only a hint; to mend is worse than unknown."""
        verdicts = {finding.verdict for finding in self.findings if not finding.is_hint}
        for worst in (Judgement.TO_MEND, Judgement.UNKNOWN):
            if worst in verdicts:
                return worst
        return Judgement.GOOD


def read_domain(text: str) -> tuple[str, str]:
    """The domain of what somebody entered (a domain, or an address of it), for people and in ASCII.

    Raises InvalidInput.
    """
    name = text.strip().rpartition("@")[2].rstrip(".").lower()
    try:
        ascii_name = name if name.isascii() else idna.encode(name, uts46=True).decode()
        shown_name = idna.decode(ascii_name) if "xn--" in ascii_name else ascii_name
    except (idna.IDNAError, UnicodeError):
        ascii_name = shown_name = ""
    if not is_host(ascii_name):
        raise InvalidInput({"domain": f"“{shown(text.strip(), 80)}” is not a domain. Enter one such as example.org."})
    return shown_name, ascii_name


def read_selectors(words: Sequence[str]) -> tuple[str, ...]:
    """DKIM selectors, each once. Raises InvalidInput."""
    selectors = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    for selector in selectors:
        if not dkim.is_selector(selector):
            raise InvalidInput({"selector": f"“{shown(selector, 60)}” is not a DKIM selector."})
    if len(selectors) > MOST_SELECTORS:
        raise InvalidInput({"selector": f"Enter at most {MOST_SELECTORS} selectors."})
    return selectors


def check_domain(name: str, *, selectors: Sequence[str] = (), resolver: Resolver, unsubscribe_url: str) -> DomainReport:
    """Look the domain up and judge it. Raises InvalidInput, and TemporaryFailure when the name server is silent."""
    domain, ascii_name = read_domain(name)
    wanted = read_selectors(selectors)
    if resolver.ask(ascii_name, "MX").status == Status.SILENT:
        raise TemporaryFailure(
            "The name server did not answer. Check the network connection and the name server of this machine."
        )
    first = servers.check_mx(ascii_name, resolver)
    if resolver.ask(ascii_name, "MX").status == Status.NO_NAME:
        return DomainReport(domain, ascii_name, (first,))
    checks: list[Callable[[], list[Finding]]] = [
        lambda: [spf.check(ascii_name, resolver)],
        lambda: dkim.check(ascii_name, wanted, resolver),
        lambda: [dmarc.check(ascii_name, resolver)],
        lambda: [one_click.check(unsubscribe_url)],
        lambda: [servers.check_mta_sts(ascii_name, resolver)],
        lambda: [servers.check_tls_rpt(ascii_name, resolver)],
    ]
    with ThreadPoolExecutor(len(checks)) as pool:
        found = [finding for part in pool.map(lambda check: check(), checks) for finding in part]
    return DomainReport(domain, ascii_name, (first, *found))
