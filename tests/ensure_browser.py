"""A Chromium for the browser journeys: the system's, else Playwright's, else the one of the system's packages."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """The path of a Chromium that is there, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwright_browser()


def _playwright_browser() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def main() -> int:
    if find_browser():
        return 0
    subprocess.call([sys.executable, "-m", "playwright", "install", "chromium"], timeout=600)
    if find_browser():
        return 0
    if shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.call([*prefix, "apt-get", "update", "-qq"])
        subprocess.call([*prefix, "apt-get", "install", "-y", "-qq", "chromium"])
    if find_browser():
        return 0
    sys.stderr.write("No Chromium found and none could be installed; install one and run again.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
