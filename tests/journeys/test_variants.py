"""Two variants of a mail: written in the editor, compared on their page, a winner chosen and taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_variants_are_written_by_keyboard_and_say_how_many_people_they_take(page: Page) -> None:
    page.goto("/sequences/new")
    page.get_by_label("Name", exact=True).fill("Two ways to ask")
    page.get_by_label("Subject").fill("A short question")
    page.get_by_role("button", name="Add a variant to step 1").press("Enter")
    second = page.get_by_label("Subject of variant B")
    expect(second).to_have_value("A short question")
    second.fill("May I ask you one thing?")
    needed = page.locator("output")
    expect(needed).to_have_text("1,163 people in each variant")
    page.get_by_label("A difference of").fill("10")
    expect(needed).to_have_text("371 people in each variant")
    expect(page.locator("#seq-preview .seq-mail-subject")).to_have_text(
        ["A short question", "May I ask you one thing?"]
    )
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("link", name="2 variants, 371 people each")).to_be_visible()
    page.get_by_role("link", name="2 variants, 371 people each").click()
    expect(page.get_by_role("heading", name="Not enough data")).to_be_visible()


def test_a_figure_opens_its_people_and_a_winner_is_chosen_and_taken_back(page: Page) -> None:
    page.goto("/sequences/")
    page.get_by_role("link", name="Data engineers for forecasting").click()
    page.get_by_role("link", name=re.compile(r"^2 variants")).click()
    expect(page.get_by_role("columnheader")).to_have_text(
        ["Variant", "Sent", "Counted", "Answered", "Share and interval", "Choose"]
    )
    answered = page.get_by_role("row").nth(2).get_by_role("cell").nth(2).get_by_role("link")
    count = int(answered.inner_text())
    answered.click()
    expect(page.get_by_role("heading", name="Who answered")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(count)
    page.go_back()
    page.get_by_role("button", name="Choose B").click()
    page.get_by_role("dialog").get_by_role("button", name="Choose B").click()
    expect(page.get_by_text("Everybody who comes to this step gets variant B from now on.")).to_be_visible()
    expect(page.get_by_text("taken out", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Variant A is given again.")).to_be_visible()
    expect(page.get_by_role("button", name="Choose B")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
