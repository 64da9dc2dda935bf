"""The supervised processes: they stop together, leave no orphans, come back after dying, and outlive the database."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.journeys.conftest import (
    RAPPORT,
    ROOT,
    Product,
    clean_environ,
    copy_of,
    free_port,
    new_folder,
    start_product,
    stop_product,
)

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("processes")]


@pytest.fixture
def own_product(migrated: Path) -> Iterator[Product]:
    folder = copy_of(migrated)
    running = start_product(folder)
    yield running
    if running.process.poll() is None:
        stop_product(running)
    shutil.rmtree(folder, ignore_errors=True)


def family(product: Product) -> list[psutil.Process]:
    """All processes that belong to an installation: children of the supervisor, and its database."""
    folder = product.environ["RAPPORT_DATA_DIR"]
    children = psutil.Process(product.process.pid).children(recursive=True)
    database = [p for p in psutil.process_iter(["cmdline"]) if f"{folder}/postgres" in (p.info["cmdline"] or [])]
    return children + database


def children_named(process: subprocess.Popen[str], word: str) -> list[psutil.Process]:
    """The children that run and have the word in their command."""
    found = []
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.NoSuchProcess):  # it has ended since they were listed
            if word in " ".join(child.cmdline()[1:]):  # without the interpreter, which may lie in any folder
                found.append(child)
    return found


def until(condition: Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def status_of(product: Product, path: str = "/health") -> int:
    try:
        with urllib.request.urlopen(f"{product.address}{path}", timeout=15) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_ctrl_c_ends_everything_and_a_second_start_keeps_the_data(own_product):
    own_product.run("createadmin", "ada@example.org", "--password-stdin", check=False)
    members = family(own_product)
    assert len(members) >= 4
    own_product.process.send_signal(signal.SIGINT)
    assert own_product.process.wait(40) == 0
    assert until(lambda: not any(is_alive(member) for member in members))
    folder = Path(own_product.environ["RAPPORT_DATA_DIR"])
    again = start_product(folder)
    try:
        assert status_of(again) == 200
        assert (folder / "secret_key").stat().st_mode & 0o077 == 0
    finally:
        stop_product(again)


def test_killed_supervisor_leaves_no_orphans(own_product):
    members = family(own_product)
    own_product.process.kill()
    own_product.process.wait(10)
    assert until(lambda: not any(is_alive(member) for member in members))


def test_web_and_worker_that_die_are_started_again(own_product):
    children = [p for p in psutil.Process(own_product.process.pid).children() if "postgres" not in p.name()]
    assert len(children) == 2
    for child in children:
        os.killpg(child.pid, signal.SIGKILL)
    assert until(lambda: status_of(own_product) == 200)
    after = [p.pid for p in psutil.Process(own_product.process.pid).children() if "postgres" not in p.name()]
    assert len(after) == 2
    assert not {child.pid for child in children} & set(after)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a worker is one process where forking is not safe")
def test_each_process_of_a_worker_is_started_again_and_none_outlives_it(own_product):
    [worker] = children_named(own_product.process, "worker")
    assert until(lambda: len(worker.children()) == 3)  # the queue and two senders
    before = worker.children()
    for child in before:
        child.kill()
    assert until(lambda: len(worker.children()) == 3 and not set(worker.children()) & set(before))
    assert until(lambda: worker_is_heard(own_product), 60)
    after = worker.children()
    worker.kill()
    assert until(lambda: not any(is_alive(child) for child in after))


def test_database_that_goes_away_for_ten_seconds_is_waited_for(own_product):
    folder = Path(own_product.environ["RAPPORT_DATA_DIR"])
    postmaster = psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0]))
    workers = children_named(own_product.process, "worker")
    postmaster.send_signal(signal.SIGSTOP)
    for member in postmaster.children():
        member.send_signal(signal.SIGSTOP)
    time.sleep(10)
    postmaster.send_signal(signal.SIGCONT)
    for member in postmaster.children():
        member.send_signal(signal.SIGCONT)
    assert until(lambda: status_of(own_product) == 200)
    postmaster.send_signal(signal.SIGQUIT)
    assert until(lambda: status_of(own_product) == 200, 60)
    assert children_named(own_product.process, "worker") == workers
    assert until(lambda: worker_is_heard(own_product), 60)


def worker_is_heard(product: Product) -> bool:
    findings = product.run("doctor", "--json", check=False).stdout
    return '"check": "worker", "state": "ok"' in findings


def test_commands_fail_with_one_line_and_a_status(own_product):
    result = own_product.run("createadmin", "not-an-address", "--name", "X", check=False)
    assert result.returncode == 1
    assert result.stderr.strip().count("\n") == 0
    assert own_product.run("nonsense", check=False).returncode == 2


def fails_to_start(environ: dict[str, str], *arguments: str) -> str:
    """What a `rapport` command says that does not start: one line, status 1, within a few seconds."""
    result = subprocess.run(
        [*RAPPORT, *arguments], env=environ, cwd=ROOT, text=True, capture_output=True, check=False, timeout=60
    )
    assert result.returncode == 1, result.stderr
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_second_start_on_the_same_folder_is_refused(own_product):
    environ = {**own_product.environ, "RAPPORT_PORT": str(free_port())}
    assert "runs already on the data folder" in fails_to_start(environ, "up")
    assert status_of(own_product) == 200


def test_a_port_that_is_taken_is_named_before_anything_starts(own_product):
    folder = new_folder()
    port = own_product.address.rpartition(":")[2]
    environ = {**clean_environ(), "RAPPORT_DATA_DIR": str(folder), "RAPPORT_PORT": port}
    try:
        assert f"port {port} is taken" in fails_to_start(environ, "up", "--demo")
        assert f"port {port} is taken" in fails_to_start(environ, "serve")
        assert not (folder / "postgres").exists()
        with socket.create_server(("127.0.0.1", 0)) as other:
            taken = str(other.getsockname()[1])
            assert f"port {taken} is taken" in fails_to_start({**environ, "RAPPORT_PORT": taken}, "up")
    finally:
        shutil.rmtree(folder)


def test_ctrl_c_while_it_prepares_ends_quietly_and_the_next_start_goes_on():
    folder = new_folder()
    environ = {**clean_environ(), "RAPPORT_DATA_DIR": str(folder), "RAPPORT_PORT": str(free_port())}
    try:
        process = subprocess.Popen(
            [*RAPPORT, "up", "--demo"], env=environ, cwd=ROOT, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        assert until(lambda: children_named(process, "lifeline"))
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to everybody in the foreground
        said, _ = process.communicate(timeout=40)
        assert process.returncode == 130
        assert "Traceback" not in said
        assert not (folder / "postgres" / "postmaster.pid").exists()
        again = start_product(folder)
        assert status_of(again) == 200
        stop_product(again)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_commands_on_an_empty_installation_say_what_to_do_also_in_a_folder_that_needs_quoting():
    outer = new_folder()
    folder = outer / "our people & friends"
    environ = {**clean_environ(), "RAPPORT_DATA_DIR": str(folder)}
    try:
        assert "Run `rapport migrate`" in fails_to_start(environ, "demo", "--if-empty")
        assert not folder.exists() or [path.name for path in folder.iterdir()] == ["secret_key"]
        subprocess.run([*RAPPORT, "migrate", "--verbosity", "0"], env=environ, cwd=ROOT, check=True, timeout=60)
        doctor = subprocess.run(
            [*RAPPORT, "doctor"], env=environ, cwd=ROOT, text=True, capture_output=True, check=False, timeout=60
        )
        assert doctor.returncode == 1
        assert "ok    database" in doctor.stdout
        assert "FAIL  administrator" in doctor.stdout
        assert doctor.stderr == ""
        assert not (folder / "postgres" / "postmaster.pid").exists()
    finally:
        shutil.rmtree(outer, ignore_errors=True)
