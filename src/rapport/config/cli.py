"""The `rapport` command.

Commands that store nothing run without Django and a database: their app's cli.py answers, and returns None when the
words ask for something that needs the database. Everything else is a management command of that name.
"""

import importlib
import io
import os
import sys
from typing import Any

# command: (module whose run(arguments) answers, first words it can answer; empty means all)
STATELESS = {
    "resume": ("rapport.intake.cli", ()),
    "mail": ("rapport.mail.cli", ("parse", "check-domain")),
    "fits": ("rapport.search.cli", ()),
    "skills": ("rapport.skills.cli", ("find",)),
    "titles": ("rapport.skills.titles_cli", ()),
    "duplicates": ("rapport.hygiene.cli", ()),
    "experiment": ("rapport.outreach.cli", ()),
}
PROCESSES = {"up": "rapport.config.supervisor", "serve": "rapport.config.web", "worker": "rapport.config.worker"}
HELP = """usage: rapport COMMAND [ARGUMENTS]   (rapport COMMAND --help tells more)

run       up · serve · worker
set up    migrate · createadmin · demo · doctor · reindex
people    import · export · search · fits · resume parse · skills · titles · mail · duplicates
sequences sequence simulate · experiment analyze · experiment plan
data      hygiene audit · linkpool
"""


def main() -> None:
    """Entry point: exits 0, or not 0 with one line on standard error."""
    arguments = sys.argv[1:]
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Names of files need not be UTF-8; what is not is written as JSON writes it (\udce9), and no row is lost by it.
        sys.stdout.reconfigure(errors="backslashreplace")
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        sys.exit(0)
    if arguments[0] == "--version":
        from rapport import __version__

        sys.stdout.write(f"rapport {__version__}\n")
        sys.exit(0)
    try:
        sys.exit(run(arguments))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def run(arguments: list[str]) -> int:
    """Answer one command line and return its exit status."""
    command, rest = arguments[0], arguments[1:]
    module, first_words = STATELESS.get(command, ("", ()))
    if module and (not first_words or (rest and rest[0] in first_words)):
        status = importlib.import_module(module).run(rest)
        if status is not None:
            return status
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    if command in PROCESSES:
        return importlib.import_module(PROCESSES[command]).run(rest)
    return _run_with_database(arguments)


def _run_with_database(arguments: list[str]) -> int:
    import django
    from django.conf import settings
    from django.core.management import CommandError, ManagementUtility, get_commands
    from django.db import ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    from rapport.lib.doors import explain_exit
    from rapport.lib.errors import RapportError

    if not settings.DATABASE_URL:
        _start_database(settings, tolerate_failure=arguments[0] == "doctor")
    django.setup()
    if arguments[0] not in get_commands():
        sys.stderr.write(f"rapport: there is no command {arguments[0]!r}; `rapport --help` lists them.\n")
        return 2
    try:
        utility = ManagementUtility(["rapport", *arguments])
        utility.prog_name = "rapport"
        command = utility.fetch_command(arguments[0])
        parser = command.create_parser("rapport", arguments[0])
        options = vars(parser.parse_args(arguments[1:]))
        command.execute(*options.pop("args", ()), **options)
    except RapportError as error:
        return explain_exit(error)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            raise
        place = "RAPPORT_DATABASE_URL" if settings.DATABASE_URL else settings.DATA_DIR
        sys.stderr.write(
            f"rapport: the database of {place} is empty or of another version; run `rapport migrate`, or set "
            "RAPPORT_DATA_DIR to the installation you mean\n"
        )
        return 1
    except CommandError as error:
        sys.stderr.write(f"rapport: {error}\n")
        return error.returncode
    return 0


def _start_database(settings: Any, *, tolerate_failure: bool) -> None:
    """Start or join the embedded database. The doctor goes on without one, for it is there to say why."""
    from rapport.config import embedded

    try:
        embedded.start(settings.DATA_DIR)
    except Exception as error:
        if not tolerate_failure:
            raise
        settings.EMBEDDED_PROBLEM = str(error).strip() or type(error).__name__
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
