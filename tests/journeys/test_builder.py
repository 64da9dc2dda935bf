"""Building a query without its syntax, by keyboard alone and on a phone; columns put into another order; an export."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("accessibility")]
MATCH = re.compile(r"[\d,]+\+? (person matches|people match)")


def query(page: Page) -> str:
    return page.locator("#query").input_value()


def test_a_query_is_built_by_keyboard_alone(page: Page) -> None:
    page.goto("/candidates/")
    page.keyboard.press("b")
    field = page.get_by_label("Field").first
    expect(field).to_be_visible()
    field.focus()
    field.select_option("title")
    value = page.get_by_role("group", name="Condition 1").get_by_label("Value")
    expect(page.get_by_label("Comparison").first).to_contain_text("has a word beginning with")
    value.focus()
    page.keyboard.type("engineer")
    page.keyboard.press("Tab")
    expect(page.locator("#query")).to_have_value("title:engineer")

    page.get_by_role("button", name="Condition", exact=True).focus()
    page.keyboard.press("Enter")
    added = page.get_by_role("group", name="Condition 2")
    expect(added.get_by_label("Field")).to_be_focused()
    added.get_by_label("Field").select_option("years")
    number = page.get_by_role("group", name="Condition 2").get_by_label("Value")
    expect(number).to_have_attribute("inputmode", "numeric")
    number.focus()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("build=1"))
    expect(page.locator("#query")).to_have_value("title:engineer years:>=3")
    expect(page.get_by_role("status").filter(has_text=MATCH)).to_be_visible()
    expect(page.get_by_role("group", name="Condition 2").get_by_label("Value")).to_have_value("3")


@pytest.mark.parametrize("delay_ms", [8, 12, 16, 40])
def test_who_types_ahead_on_a_slow_line_loses_nothing(page: Page, delay_ms: int) -> None:
    """The panel is laid out anew before, while, or after the value is typed."""
    page.goto("/candidates/?build=1")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 350, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    page.get_by_label("Field").first.select_option("title")
    value = page.get_by_role("group", name="Condition 1").get_by_label("Value")
    value.focus()
    page.keyboard.type("engineer", delay=delay_ms)
    page.keyboard.press("Tab")
    expect(page.locator("#query")).to_have_value("title:engineer")
    expect(value).to_have_value("engineer")


def test_what_is_typed_is_laid_out_and_a_facet_is_read_back(page: Page) -> None:
    page.goto("/candidates/?build=1")
    page.locator("#query").fill('skill:(Python OR SQL) NOT tag:"no such tag"')
    expect(page.get_by_role("group", name=re.compile(r"Condition \d"))).to_have_count(3)
    expect(page.get_by_role("group", name="Condition 3").get_by_label("not")).to_be_checked()
    page.locator("#query").press("Enter")
    page.wait_for_url(re.compile("q=skill"))
    page.get_by_label("How the conditions go together").nth(1).select_option("none")
    expect(page.locator("#query")).to_have_value('NOT (skill:Python OR skill:SQL) NOT tag:"no such tag"')
    page.get_by_role("button", name=re.compile("^Show ")).last.click()
    page.wait_for_url(re.compile("q=NOT"))
    page.locator(".facets a").first.click()
    expect(page.get_by_role("group", name=re.compile(r"Condition \d"))).to_have_count(4)
    page.get_by_role("link", name="Close the builder").click()
    expect(page.locator("#builder")).to_have_count(0)
    assert query(page).startswith('NOT (skill:Python OR skill:SQL) NOT tag:"no such tag"')


def test_values_are_suggested(page: Page) -> None:
    page.goto("/candidates/?build=1")
    page.get_by_label("Field").first.select_option("skill")
    box = page.get_by_role("combobox", name="Value")
    expect(box).to_be_visible()
    box.press_sequentially("pyth")
    page.get_by_role("option", name="Python", exact=True).wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.locator("#query")).to_have_value("skill:Python")


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto('/candidates/?build=1&q=(skill:python OR location:"Berlin within 50 km") created:2026-01-01..2026-02-01')
    expect(page.get_by_role("group", name=re.compile(r"Condition \d"))).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = page.locator(
        "#builder :is(select, button:not(.hidden-text), input:visible:not([type=checkbox]))"
    ).evaluate_all("all => all.filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.id)")
    assert small == []


def test_columns_are_put_into_another_order(page: Page) -> None:
    page.goto("/candidates/")
    page.get_by_role("button", name="Columns").click()
    dialog = page.locator("dialog[open]")
    first = dialog.get_by_role("listitem").first.inner_text().strip()
    dialog.get_by_role("button", name=re.compile(f"{first} further to the right")).press("Enter")
    expect(dialog.get_by_role("button", name=re.compile(f"{first} further to the right"))).to_be_focused()
    dialog.get_by_role("button", name="Show these").click()
    expect(page.locator("main thead tr").first.locator("th").nth(3)).to_contain_text(first)
    page.get_by_role("button", name="Columns").click()
    page.locator("dialog[open]").get_by_role("button", name="Back to the usual ones").click()
    expect(page.locator("main thead tr").first.locator("th").nth(2)).to_contain_text(first)


def test_the_list_is_taken_along(page: Page) -> None:
    page.goto("/candidates/?q=skill:python")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("button", name=re.compile("JSON Lines")).click()
    lines = started.value.path().read_text().splitlines()
    assert len(lines) > 1
    assert {"full_name", "email", "tags", "id"} <= json.loads(lines[0]).keys()
    expect(page.get_by_role("button", name="Export")).to_be_enabled()


def test_watching_a_segment_is_a_press_away(page: Page) -> None:
    page.goto("/segments/")
    row = page.locator("main tbody tr").filter(has_text="Electricians")
    watch = row.get_by_role("button", name=re.compile("^Watch"))
    before = watch.get_attribute("aria-pressed")
    watch.press("Enter")
    expect(row.get_by_role("button", name=re.compile("^Watch"))).not_to_have_attribute("aria-pressed", before or "")
    row.locator("th a").click()
    expect(page.get_by_role("heading", name="New in it")).to_be_visible()
