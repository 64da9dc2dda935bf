"""The `rapport` command.

Commands that store nothing run without Django and a database: their app's cli.py answers, and returns None when the
words ask for something that needs the database. Everything else is a management command of that name.
"""

import argparse
import importlib
import io
import os
import sys
from typing import Any

from rapport.config import opening
from rapport.workspace.connection_mends import NoDatabase, one_line

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
MAKE_ONE = ("migrate", "makemigrations")  # as do up, serve and worker; all else asks for what is there
# Words that Django adds for programmers. They stay valid, but no help names them.
OF_DJANGO = ("version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks")
OF_MIGRATE = (
    *OF_DJANGO,
    "app_label",
    "migration_name",
    "interactive",
    "database",
    "fake",
    "fake_initial",
    "run_syncdb",
    "prune",
)
HELP = """usage: rapport COMMAND [ARGUMENTS]

Run it
  up                    the whole product on this machine: database, web, worker
  serve                 the web pages alone
  worker                queued work, sending and the search index alone

Set it up
  migrate               make the database, or bring it to this version
  createadmin           add an administrator
  demo                  fill an empty database with an invented company
  doctor                say what is wrong, and how to mend it
  reindex               build the search index anew

Bring in and take out
  import KIND           résumés, a CSV file, another system's export, an archive
  export                write everything into documented files
  skills, titles        vocabularies: import them, find skills, normalise titles

Ask
  search                find candidates in the query language
  fits                  the best fits for a job or an advert
  sequence simulate     what a sequence would do
  experiment            plan and analyse which wording is answered more often
  hygiene audit         what is wrong with the data
  linkpool              who stands in the pool twice
  mail                  read mail files, check a domain, send a trial message
  resume parse          read résumés without storing them
  duplicates            who stands in a table twice

`rapport COMMAND --help` explains one. RAPPORT_DATA_DIR names the installation (docs/settings.md).
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
    try:
        if command in PROCESSES:
            return importlib.import_module(PROCESSES[command]).run(rest)
        return _run_with_database(arguments)
    except NoDatabase as error:
        return _fail(str(error))


def _run_with_database(arguments: list[str]) -> int:
    """Read the words, then open the database, then carry out: a slip in the words makes and starts nothing."""
    import django
    from django.core.management import get_commands, load_command_class

    django.setup()
    name, *words = arguments
    if name not in get_commands():
        return _fail(f"there is no command {name!r}; `rapport --help` lists them.", 2)
    command = load_command_class(get_commands()[name], name)
    return _carry_out(name, command, vars(_parser_of(command, name).parse_args(words)))


def _parser_of(command: Any, name: str) -> Any:
    """The command's parser, whose help names what is meant for whoever runs the product."""
    command._called_from_command_line = True  # a slip is answered with the usage and status 2, as everywhere
    parser = command.create_parser("rapport", name)
    if name == "migrate":
        parser.description = "Make the database, or bring it to this version. `rapport up` does so by itself."
    for action in parser._actions:
        if action.dest in (OF_MIGRATE if name == "migrate" else OF_DJANGO):
            action.help = argparse.SUPPRESS
    return parser


def _carry_out(name: str, command: Any, options: dict[str, Any]) -> int:
    from django.conf import settings
    from django.core.management import CommandError
    from django.db import OperationalError, ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    from rapport.lib.doors import explain_exit
    from rapport.lib.errors import RapportError

    place = "RAPPORT_DATABASE_URL" if settings.DATABASE_URL else settings.DATA_DIR
    try:
        _open_database(settings, name)
        command.execute(*options.pop("args", ()), **options)
    except RapportError as error:
        return explain_exit(error)
    except CommandError as error:
        return _fail(str(error), error.returncode)
    except OSError as error:
        if not error.filename:  # a pipe that was closed, say
            raise
        return _fail(f"{error.filename}: {error.strerror}")
    except OperationalError as error:
        return _fail(f"the database of {place} failed: {one_line(error)}; `rapport doctor` may know why")
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            raise
        meant = "" if settings.DATABASE_URL else opening.MEANT
        return _fail(f"the database of {place} is empty or of another version; run `rapport migrate`{meant}")
    return 0


def _open_database(settings: Any, name: str) -> None:
    """The doctor goes on without a database, for it is there to say what it lacks."""
    try:
        opening.open_database(settings, may_make=name in MAKE_ONE)
    except NoDatabase as error:
        if name != "doctor":
            raise
        settings.NO_DATABASE = error


def _fail(text: str, status: int = 1) -> int:
    sys.stderr.write(f"rapport: {text}\n")
    return status
