"""Every main page in both themes: no finding of axe, nothing over the edge, no error in the console; and the keys.

axe-core runs with the rules of WCAG 2.2 A and AA and its best practices.
"""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Product, sign_in, watch_for_problems
from tests.journeys.pages_list import PAGES, MainPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("accessibility")]

ADMIN = "ada@example.org"
WIDTHS = {390: 844, 1024: 768, 1440: 900}
CHECKED_BY_AXE = (390, 1440)
# Themes differ in colours alone: in the dark one only what is about colours is asked again.
RULES: dict[str, tuple[str, ...]] = {"light": (), "dark": ("color-contrast", "link-in-text-block")}
FINDINGS = """() => [...document.querySelectorAll('main *')].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !element.closest('[class*=scroll], .board, .tabs, .segmented, .settings-nav, .list');
}).slice(0, 5).map((element) => element.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def readers(browser: Browser, product: Product) -> Iterator[dict[bool, Page]]:
    """One signed-in page for a recruiter, one for an administrator (True)."""
    contexts = [browser.new_context(base_url=product.address) for _ in range(2)]
    pages = {is_admin: context.new_page() for is_admin, context in zip((False, True), contexts, strict=True)}
    sign_in(pages[False])
    sign_in(pages[True], ADMIN)
    yield pages
    for context in contexts:
        context.close()


@pytest.mark.parametrize("each", PAGES, ids=lambda page: page.name)
def test_page_is_accessible_and_fits_in_every_look(each: MainPage, readers: dict[bool, Page]) -> None:
    page = readers[each.needs_admin]
    problems = watch_for_problems(page)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    each.open(page)
    found: list[str] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{width} px: {over} px too wide, {page.evaluate(FINDINGS)}"] if over > 0 else []
        for theme, rules in RULES.items() if width in CHECKED_BY_AXE else ():
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += [f"{width} px {theme}: {violation}" for violation in violations(page, rules)]
    assert found == []
    assert problems == []


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds, in a line each: rule, and the first elements it concerns. Without `rules` it goes by all."""
    options = {"runOnly": list(rules)} if rules else None
    return [
        f"{rule['id']}: {rule['help']}: {[node['html'][:140] for node in rule['nodes'][:3]]}"
        for rule in Axe().run(page, options=options).response["violations"]
    ]


def test_sign_in_is_accessible(browser: Browser, product: Product) -> None:
    context = browser.new_context(base_url=product.address, reduced_motion="reduce")
    page = context.new_page()
    for path in ("/account/login/", "/account/password/reset/", "/no/such/page/"):
        page.goto(path)
        for theme, rules in RULES.items():
            page.emulate_media(color_scheme=theme)
            assert violations(page, rules) == []
    context.close()


def test_palette_opens_finds_a_place_and_closes(page: Page) -> None:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name=re.compile("command", re.IGNORECASE))
    expect(palette).to_be_visible()
    page.keyboard.type("Jobs")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs/**")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_question_mark_shows_the_keys_and_escape_closes_them(page: Page) -> None:
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name=re.compile("key", re.IGNORECASE))
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_j_and_k_walk_the_list_and_enter_opens_it(page: Page) -> None:
    page.goto("/candidates/")
    rows = page.locator("main tbody tr")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_have_class(re.compile(r"\bcurrent\b"))
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_class(re.compile(r"\bcurrent\b"))
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_class(re.compile(r"\bcurrent\b"))


def test_letters_do_nothing_while_somebody_types(page: Page) -> None:
    page.goto("/candidates/new/")
    page.get_by_label("Name").first.fill("")
    page.keyboard.type("jk?")
    expect(page.get_by_label("Name").first).to_have_value("jk?")
