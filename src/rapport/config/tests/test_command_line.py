"""The shipped command as a newcomer meets it: slips, a forgotten data folder, a database that is not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MEANT = "or set RAPPORT_DATA_DIR to the installation you mean (after `make run` it is .data in the checkout)."


def rapport(folder: Path, *words: str, **environ: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one command."""
    known = {key: value for key, value in os.environ.items() if not key.startswith(("RAPPORT_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "rapport", *words],
        env={**known, "RAPPORT_DATA_DIR": str(folder), "RAPPORT_SECRET_KEY": "x" * 40, **environ},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_a_slip_and_a_call_for_help_make_nothing(tmp_path) -> None:
    assert rapport(tmp_path, "serch", "python") == (
        2, "", "rapport: there is no command 'serch'; `rapport --help` lists them.\n",
    )  # fmt: skip
    status, said, complaint = rapport(tmp_path, "createadmin", "--help")
    assert (status, complaint) == (0, "")
    assert "--password-stdin" in said
    assert "--pythonpath" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("words", "missing"), [(["search"], "query"), (["skills"], "command"), (["import"], "KIND")])
def test_a_missing_word_is_named_with_the_usage(words, missing, tmp_path) -> None:
    status, said, complaint = rapport(tmp_path, *words)
    assert (status, said) == (2, "")
    usage, *_, last = complaint.splitlines()
    assert usage.startswith(f"usage: rapport {words[0]} [-h]")
    assert last == f"rapport {words[0]}: error: the following arguments are required: {missing}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["search", "python"], ["createadmin", "ada@example.org"], ["demo"], ["export", "x"]])
def test_a_forgotten_data_folder_leaves_no_empty_installation_behind(words, tmp_path) -> None:
    status, said, complaint = rapport(tmp_path, *words)
    assert (status, said) == (1, "")
    assert complaint == f"rapport: there is no database in {tmp_path} yet. Run `rapport migrate`, {MEANT}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["search", "python"], ["migrate"], ["up"]])
def test_a_database_that_does_not_answer_is_told_in_one_line(words, tmp_path) -> None:
    url = "postgresql://x:y@127.0.0.1:1/x"
    status, said, complaint = rapport(tmp_path, *words, RAPPORT_DATABASE_URL=url)
    assert (status, said) == (1, "")
    assert complaint.startswith("rapport: the database does not answer: ")
    assert "No PostgreSQL listens there." in complaint
    assert complaint.count("\n") == 1


def test_a_place_that_cannot_be_written_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "inside"
    status, _, complaint = rapport(folder, "migrate")
    assert (status, complaint.count("\n")) == (1, 1)
    assert complaint.startswith(f"rapport: the database does not answer: {folder}")
    status, _, complaint = rapport(folder, "migrate", RAPPORT_SECRET_KEY="")
    assert complaint == (
        f"rapport: RAPPORT_DATA_DIR: this user cannot read or make {folder}/secret_key: Not a directory\n"
    )
    assert status == 1


def test_what_the_embedded_database_says_is_told_in_one_line(tmp_path) -> None:
    tmp_path.chmod(0o755)  # started as root, the server runs as another user
    (tmp_path / "postgres").mkdir(mode=0o700)
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    (tmp_path / "postgres" / "postgresql.conf").write_text("no setting\n")
    status, said, complaint = rapport(tmp_path, "search", "python")
    assert (status, said, complaint.count("\n")) == (1, "", 1)
    assert complaint.startswith("rapport: the database does not answer: configuration file ")
    assert complaint.endswith(
        "contains errors. Look into the database's log: postgres/log in the data folder. A copy of that folder may be "
        "restored.\n"
    )
    status, said, _ = rapport(tmp_path, "doctor")
    assert status == 1
    assert "FAIL  database: The database does not answer: configuration file " in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOG_LEVEL", "LOUD", "'LOUD' is none of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
        ("TIME_ZONE", "Mars/Olympus", "'Mars/Olympus' is no time zone; one is Europe/Berlin"),
        ("BASE_URL", "talent.example.org", "'talent.example.org' is not an address such as https://talent.example.org"),
    ],
)
def test_settings_that_make_no_sense_stop_with_one_line(name, value, said, tmp_path) -> None:
    assert rapport(tmp_path, "doctor", **{f"RAPPORT_{name}": value}) == (1, "", f"rapport: RAPPORT_{name}: {said}\n")


def test_links_follow_the_port(tmp_path) -> None:
    _, said, _ = rapport(tmp_path, "doctor", RAPPORT_PORT="8391")
    assert "Links in mails point to http://127.0.0.1:8391." in said


def test_the_help_of_a_command_that_is_answered_in_two_places_names_all_words(tmp_path) -> None:
    assert {"find", "load", "import"} <= set(rapport(tmp_path, "skills", "--help")[1].split())
    assert {"parse", "check-domain", "send-test"} <= set(rapport(tmp_path, "mail", "--help")[1].split())
    assert "--candidates" in rapport(tmp_path, "fits", "--help")[1]


def test_the_help_says_what_every_option_is_for_and_names_nothing_for_programmers(tmp_path) -> None:
    told = {name: rapport(tmp_path, name, "--help")[1] for name in ("up", "serve", "worker", "migrate")}
    assert "address to listen on (127.0.0.1)" in told["up"]
    assert "port to listen on (8000)" in told["serve"]
    assert "processes that send sequences (2)" in told["worker"]
    assert "Make the database, or bring it to this version." in told["migrate"]
    assert "--check" in told["migrate"]
    assert "--fake" not in told["migrate"]
    assert "app_label" not in told["migrate"]
