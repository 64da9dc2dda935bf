"""`rapport mail check-domain NAME`: asks the name server and needs no database."""

import argparse
import ipaddress
import json
import os
import sys
from typing import Any

from rapport.lib.errors import InvalidInput, TemporaryFailure
from rapport.mail.domains.check import DomainReport, check_domain
from rapport.mail.domains.findings import Finding, Judgement
from rapport.mail.domains.resolver import DnsResolver

WORDS = {Judgement.GOOD: "good", Judgement.TO_MEND: "to mend", Judgement.UNKNOWN: "unknown"}


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("check-domain", help="say whether a domain is set up so that its mail arrives")
    command.add_argument("name", help="a domain, or an address of it")
    command.add_argument("--selector", action="append", default=[], help="a DKIM selector; may be given several times")
    command.add_argument("--server", default="", help="the name server to ask, ADDRESS or ADDRESS:PORT")
    command.add_argument("--json", action="store_true", help="JSON on standard output")


def run_check(options: argparse.Namespace) -> int:
    """Carry it out: 0 when all is good, 1 when something is to mend or unknown, 2 for what is no domain."""
    try:
        server, port = _server(options.server)
        report = check_domain(
            options.name, selectors=options.selector, resolver=DnsResolver(server, port), unsubscribe_url=_trial_url()
        )
    except InvalidInput as error:
        print(f"rapport: {' '.join(error.fields.values())}", file=sys.stderr)
        return 2
    except TemporaryFailure as error:
        if options.json:
            print(json.dumps({"domain": options.name, "verdict": "unknown", "error": str(error), "checks": []}))
        print(f"rapport: {error}", file=sys.stderr)
        return 1
    print(json.dumps(describe(report), ensure_ascii=False) if options.json else written(report))
    return 0 if report.verdict == Judgement.GOOD else 1


def _server(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "53")
    try:
        number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
        if host or colon:
            ipaddress.ip_address(host)
    except ValueError:
        number = 0
    if not 0 < number < 65536:
        raise InvalidInput(
            {"server": f"“{text}” is not an address of a name server, such as 192.0.2.53 or 192.0.2.53:5353."}
        )
    return host, number


def _trial_url() -> str:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    from rapport.mail.address_tokens import trial_url

    return trial_url()


def describe(report: DomainReport) -> dict[str, Any]:
    """The report as plain data; docs/commands.md tells its shape."""
    return {
        "domain": report.domain,
        "ascii_domain": report.ascii_domain,
        "verdict": report.verdict.value,
        "checks": [_described(finding) for finding in report.findings],
    }


def _described(finding: Finding) -> dict[str, Any]:
    advice = finding.publish
    return {
        "check": finding.check,
        "verdict": finding.verdict.value,
        "is_hint": finding.is_hint,
        "found": list(finding.found),
        "text": finding.text,
        "publish": {"name": advice.name, "type": advice.kind, "value": advice.value} if advice else None,
    }


def written(report: DomainReport) -> str:
    """The report for people."""
    lines = [report.domain]
    for finding in report.findings:
        word = "hint" if finding.is_hint and finding.verdict == Judgement.TO_MEND else WORDS[finding.verdict]
        lines.append(f"{finding.title}: {word}. {finding.text}")
        lines += [f"    found    {row}" for row in finding.found]
        if finding.publish:
            lines.append(f"    publish  {finding.publish.name}  {finding.publish.kind}  {finding.publish.value}")
    return "\n".join(lines)
