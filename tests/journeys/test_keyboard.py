"""Work by keyboard: the palette finds people, jobs, pages and actions; lists are walked, peeked into and put away."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("accessibility")]


def ask_palette(page: Page, text: str) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("dialog", name=re.compile("command", re.IGNORECASE)).get_by_role("combobox").fill(text)


def test_the_palette_finds_a_person_a_job_a_page_and_an_action(page: Page) -> None:
    page.goto("/candidates/")
    name = page.locator("main tbody th a").first.inner_text()
    for text, address in (
        (name, r"/candidates/[0-9a-f-]{36}/$"),
        ("Frontend Engineer", r"/jobs/[0-9a-f-]{36}/"),
        ("Sequences", r"/sequences/$"),
        ("Import CSV", r"/imports/csv/$"),
    ):
        page.goto("/")
        ask_palette(page, text)
        item = page.locator("#palette .palette-item:visible:not([data-search-all])").filter(has_text=text).first
        expect(item).to_be_visible()
        item.click()
        page.wait_for_url(re.compile(address))


@pytest.mark.parametrize("path", ["/candidates/", "/sequences/", "/inbox/", "/"])
def test_space_peeks_into_a_person_and_j_moves_on(page: Page, path: str) -> None:
    page.goto(path)
    if path == "/sequences/":
        page.goto(page.locator('main a[href^="/sequences/0"]').first.get_attribute("href") or "")
    row = page.locator("[data-list] tbody tr:has([data-panel]), [data-row]:has([data-panel])").first
    row.evaluate("row => { row.tabIndex = -1; row.focus(); }")
    page.keyboard.press(" ")
    panel = page.get_by_role("complementary", name="Preview")
    expect(panel).to_be_visible()
    first = panel.get_by_role("heading").first.inner_text()
    assert first
    box = panel.bounding_box()
    assert box
    assert round(box["width"]) == 420
    if path == "/candidates/":
        page.keyboard.press("j")
        expect(panel.get_by_role("heading").first).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_face_opens_the_panel_for_those_who_point(page: Page) -> None:
    page.goto("/candidates/")
    row = page.locator("main tbody tr").nth(2)
    row.locator(".avatar").first.click()
    panel = page.get_by_role("complementary", name="Preview")
    expect(panel.get_by_role("heading").first).to_have_text(row.locator("th a").inner_text())
    assert page.url.endswith("/candidates/")


def test_e_archives_the_row_one_is_at_and_undo_brings_it_back(page: Page) -> None:
    page.goto("/candidates/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    name = page.locator("main tbody tr.current th a").inner_text()
    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    expect(page.locator("[data-selected-count]")).to_have_text("1")
    dialog.get_by_role("textbox").first.fill("Asked to be left alone")
    dialog.get_by_role("button", name=re.compile("archive", re.IGNORECASE)).click()
    expect(page.locator("#toasts")).to_contain_text("1 person archived.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("1 person taken back from the archive.")
    wait_until_listed(page, name)


def wait_until_listed(page: Page, name: str) -> None:
    """The index follows within a moment; the page that is there does not change by itself."""
    for _ in range(20):
        page.goto(f"/candidates/?q={name.replace(' ', '+')}")
        if page.locator("main tbody th").filter(has_text=name).filter(has_not_text="archived").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{name} is not in the list again")


def test_the_columns_of_the_list_are_the_readers_choice(page: Page) -> None:
    page.goto("/candidates/")
    page.get_by_role("button", name="Columns").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("checkbox", name="Phone").check()
    dialog.get_by_role("button", name=re.compile("save|show", re.IGNORECASE)).click()
    expect(page.locator("main thead")).to_contain_text("Phone")
    page.goto("/candidates/")
    expect(page.locator("main thead")).to_contain_text("Phone")
