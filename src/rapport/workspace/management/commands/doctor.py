"""rapport doctor: say what is wrong with this installation and how to mend it."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rapport.lib.doors import print_json
from rapport.workspace.diagnosis import examine

MARKS = {"ok": "ok  ", "warning": "warn", "failure": "FAIL"}


class Command(BaseCommand):
    help = "Check this installation. Exits 1 when something keeps it from working."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(examine())
        if options["json"]:
            print_json([finding.as_dict() for finding in findings])
        else:
            for finding in findings:
                print(f"{MARKS[finding.state]}  {finding.check}: {finding.message}")
                if finding.mend:
                    print(f"      {finding.mend}")
        if any(finding.state == "failure" for finding in findings):
            sys.exit(1)
