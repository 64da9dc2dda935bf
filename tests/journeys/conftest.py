"""Journeys start the shipped processes on a database of their own and act in a real browser, by role and label.

The test process never touches the ORM: what a journey needs it makes by command line or in the browser.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.ensure_browser import find_browser

ROOT = Path(__file__).parents[2]
RAPPORT = [sys.executable, "-m", "rapport"]
EMAIL, PASSWORD = "rita@example.org", "try-rapport-2026"
expect.set_options(timeout=20_000)  # a loaded machine takes longer than the usual five seconds
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Product:
    """A running installation: its address, its environment for commands, its supervisor."""

    address: str
    environ: dict[str, str]
    process: subprocess.Popen

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [*RAPPORT, *arguments], env=self.environ, cwd=ROOT, text=True, capture_output=True, timeout=300
        )
        assert done.returncode == 0 or not check, done.stderr
        return done


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environ() -> dict[str, str]:
    """The environment without what configures the tests themselves."""
    own = ("RAPPORT_", "DJANGO_SETTINGS_MODULE", "PYTEST_")
    return {key: value for key, value in os.environ.items() if not key.startswith(own)}


def start_product(folder: Path, **extra: str) -> Product:
    """`rapport up` on a folder; returns once it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {
        **clean_environ(),
        "RAPPORT_DATA_DIR": str(folder), "RAPPORT_BASE_URL": address, "RAPPORT_LOG_LEVEL": "WARNING",
        "RAPPORT_DEVELOPMENT": "yes", "PYTHONWARNINGS": "ignore", **extra,
    }  # fmt: skip
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [*RAPPORT, "up", "--port", str(port)], env=environ, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2).close()
            return Product(address, environ, process)
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "up.log").read_text()[-3000:]) from None
            time.sleep(0.2)


def stop_product(product: Product) -> None:
    product.process.send_signal(signal.SIGINT)
    product.process.wait(60)


def new_folder() -> Path:
    """A short path that also the embedded database's own system user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-j-", dir="/tmp" if os.path.isdir("/tmp") else None))
    folder.chmod(0o755)
    return folder


def copy_of(folder: Path) -> Path:
    """A new folder with what is in a data folder at rest; the database's files keep their owner."""
    copied = new_folder()
    subprocess.run(["cp", "-a", f"{folder}/.", str(copied)], check=True)
    return copied


def run_in(folder: Path, *arguments: str) -> None:
    environ = {**clean_environ(), "RAPPORT_DATA_DIR": str(folder), "PYTHONWARNINGS": "ignore"}
    subprocess.run([*RAPPORT, *arguments], env=environ, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """The folder of an installation at rest, to be copied: migrated, and nobody in it."""
    folder = new_folder()
    run_in(folder, "migrate", "--verbosity", "0")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def told(migrated: Path) -> Iterator[Path]:
    """The folder of an installation at rest, to be copied: with the demo data."""
    folder = copy_of(migrated)
    run_in(folder, "demo", "--candidates", "300")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def product(told: Path) -> Iterator[Product]:
    """A running installation with the demo data, for journeys that only look or add."""
    folder = copy_of(told)
    running = start_product(folder)
    yield running
    stop_product(running)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with the last journey: while Playwright runs, its loop keeps Django from the database in this process."""
    path = find_browser()
    if path is None:
        pytest.fail("no Chromium: run tests/ensure_browser.py")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    """A signed-in page at 1440 px that fails the test on any script error or blocked resource."""
    context = browser.new_context(base_url=product.address, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    problems = watch_for_problems(opened)
    sign_in(opened)
    yield opened
    context.close()
    assert problems == []


def watch_for_problems(page: Page) -> list[str]:
    """Script errors and what the content security policy blocked, gathered as they happen."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
    )
    return problems


def sign_in(page: Page, email: str = EMAIL, password: str = PASSWORD) -> None:
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")
