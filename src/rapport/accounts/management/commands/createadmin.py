"""rapport createadmin: make the first administrator."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rapport.accounts import operations
from rapport.accounts.models import Role
from rapport.lib.actors import COMMAND
from rapport.lib.doors import print_json
from rapport.lib.errors import InvalidInput


class Command(BaseCommand):
    help = "Add an administrator. The password is asked for, or read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address to sign in with")
        parser.add_argument("--name", default="", help="how colleagues see this person")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--json", action="store_true", help="JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        password = _read_password(options["password_stdin"])
        name = options["name"] or options["email"].split("@")[0]
        user = operations.create_user(
            actor=COMMAND, email=options["email"], full_name=name, role=Role.ADMINISTRATOR, password=password
        )
        if options["json"]:
            print_json({"id": str(user.id), "email": user.email, "role": user.role})
        else:
            print(f"{user.email} is an administrator now.")


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise InvalidInput("No terminal to ask for the password; use --password-stdin.")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        raise InvalidInput("The two passwords differ.")
    return password
