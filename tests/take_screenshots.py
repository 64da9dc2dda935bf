"""Pictures of the main pages of a running installation with demo data, for the README and for looking at them.

    .venv/bin/python -m tests.take_screenshots http://127.0.0.1:8000 --into docs/screenshots
    .venv/bin/python -m tests.take_screenshots http://127.0.0.1:8000 --into /tmp/shots --all

Without --all: every main page but a few empty forms, light, 1,440 px wide. With it: every main page, light and dark,
1,440 and 390 px. Prints each file with its size; a page that runs over its width or has a script error is named.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.ensure_browser import find_browser
from tests.journeys.conftest import BROWSER_FLAGS, EMAIL, PASSWORD, sign_in
from tests.journeys.pages_list import PAGES, MainPage
from tests.small_png import shrink

ADMIN = "ada@example.org"
NOT_IN_DOCS = (
    "password",
    "security",
    "candidate-new",
    "person-new",
    "team-new",
    "mailbox-new",
    "mailbox-provider",
    "mail-service",
    "template-new",
    "sequence-new",
)
HEIGHT = {1440: 900, 390: 844}
LIMIT_BYTES = 200_000


def main() -> None:
    options = _arguments()
    options.into.mkdir(parents=True, exist_ok=True)
    chosen = [page for page in PAGES if (options.pages or options.all or page.name not in NOT_IN_DOCS)]
    chosen = [page for page in chosen if not options.pages or page.name in options.pages]
    looks = [(w, t) for w in (1440, 390) for t in ("light", "dark")] if options.all else [(1440, "light")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_FLAGS)
        for width, theme in looks:
            for is_admin in (False, True):
                pages = [page for page in chosen if page.needs_admin == is_admin]
                if pages:
                    take(browser, options, pages, width, theme, ADMIN if is_admin else EMAIL)
        browser.close()


def take(
    browser: Browser, options: argparse.Namespace, pages: list[MainPage], width: int, theme: str, email: str
) -> None:
    """One browser session: a width, a theme and a person."""
    context = browser.new_context(
        base_url=options.address, viewport={"width": width, "height": HEIGHT[width]}, color_scheme=theme
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: print(f"  script error: {error}"))
    sign_in(page, email, options.password)
    for each in pages:
        suffix = f"-{width}-{theme}" if options.all else ""
        take_one(page, each, options.into / f"{each.name}{suffix}.png", full=options.full)
    context.close()


def take_one(page: Page, each: MainPage, path: Path, *, full: bool) -> None:
    try:
        each.open(page)
    except Exception as error:  # the other pages are still worth having
        print(f"{path.name}: not taken, {str(error).splitlines()[0]}")
        return
    page.screenshot(path=path, full_page=full)
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    notes = [f"{over} px too wide"] if over > 0 else []
    size_bytes = shrink(path)
    notes += ["larger than 200 kB"] if size_bytes > LIMIT_BYTES else []
    print(f"{path.name} {size_bytes // 1000} kB {', '.join(notes)}".strip())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Take screenshots of a running installation with demo data.")
    parser.add_argument("address")
    parser.add_argument("--into", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("--all", action="store_true", help="every main page, light and dark, wide and narrow")
    parser.add_argument("--full", action="store_true", help="whole pages instead of the first screen")
    parser.add_argument("--pages", nargs="*", default=[], help="only these, by name")
    parser.add_argument("--password", default=PASSWORD)
    return parser.parse_args()


if __name__ == "__main__":
    main()
