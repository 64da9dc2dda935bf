"""`rapport mail send-test`: one trial message. `rapport mail parse` and `check-domain` need no database: cli.py."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rapport.lib.actors import SYSTEM
from rapport.mail import operations, smtp
from rapport.mail.models import Look

SAID = {
    smtp.Outcome.ACCEPTED: "The server took the message",
    smtp.Outcome.LATER: "The server did not take the message for now",
    smtp.Outcome.NEVER: "The server refused the message",
    smtp.Outcome.UNCLEAR: "Nobody knows whether the server took the message",
}


class Command(BaseCommand):
    help = "Read mail files, check a domain, send one trial message."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("parse", help="say what mail files are; needs no database")  # both are answered by cli.py
        commands.add_parser("check-domain", help="say whether mail of a domain arrives; needs no database")
        send = commands.add_parser("send-test", help="send one trial message")
        send.add_argument(
            "--mailbox", required=True, metavar="ADDRESS", help="the address of a mailbox that is set up here"
        )
        send.add_argument("--to", required=True, metavar="ADDRESS", help="the address it is sent to")
        send.add_argument("--branded", action="store_true", help="set on the letterhead, to see how that arrives")
        send.add_argument("--json", action="store_true", help="JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        look = Look.BRANDED if options["branded"] else Look.PLAIN
        trial = operations.send_test(
            actor=SYSTEM, mailbox_address=options["mailbox"], to_address=options["to"], look=look
        )
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "message_id": trial.message_id,
                        "outcome": trial.outcome.value,
                        "code": trial.code,
                        "answer": trial.answer,
                    }
                )
            )
        elif trial.outcome == smtp.Outcome.ACCEPTED:
            self.stdout.write(f"{SAID[trial.outcome]}: {trial.answer}")
        if trial.outcome != smtp.Outcome.ACCEPTED:
            raise CommandError(f"{SAID[trial.outcome]}: {trial.answer}")
