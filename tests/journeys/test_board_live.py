"""Two recruiters on one board: each sees what the other does, and keeps what they have in hand."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Product, sign_in, watch_for_problems

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("accessibility")]

WITHIN_S = 2.0


@pytest.fixture
def mira(browser: Browser, product: Product) -> Iterator[Page]:
    context = browser.new_context(base_url=product.address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    problems = watch_for_problems(page)
    sign_in(page, "mira@example.org")
    yield page
    context.close()
    assert problems == []


def open_board(page: Page) -> None:
    page.goto("/jobs/")
    job = page.locator("main").get_by_role("link", name="Backend Engineer, Billing").first.get_attribute("href") or ""
    page.goto("/".join(job.split("/")[:3]) + "/board/")


def move(page: Page, card_id: str, stage: int) -> None:
    """Move a card by keyboard and wait for the server's answer."""
    page.locator(f"#{card_id}").focus()
    page.keyboard.press("m")
    with page.expect_response(lambda response: response.url.endswith("/move/")):
        page.locator("#move-menu button").nth(stage).click()


def in_stage(page: Page, card_id: str, stage: int) -> Locator:
    return page.locator("[data-stage]").nth(stage).locator(f"#{card_id}")


def cards_of(page: Page) -> list[str]:
    return page.locator("[data-stage] [data-card]").evaluate_all("cards => cards.map((card) => card.id)")


def test_moves_show_within_two_seconds_and_selection_and_focus_stay(page: Page, mira: Page) -> None:
    open_board(page)
    open_board(mira)
    moved, chosen = cards_of(page)[:2]
    mira.locator(f"#{chosen}").hover()
    mira.locator(f"#{chosen} input[data-select]").check(force=True)
    mira.locator(f"#{chosen}").focus()
    took = []
    for stage in (2, 1, 2):
        move(page, moved, stage)
        started = time.monotonic()
        expect(in_stage(mira, moved, stage)).to_be_attached(timeout=15_000)
        took.append(time.monotonic() - started)
    assert min(took) < WITHIN_S, took  # the quickest: a busy machine may delay any one of them
    expect(mira.locator(f"#{chosen}")).to_be_focused()
    expect(mira.locator(f"#{chosen} input[data-select]")).to_be_checked()
    expect(mira.locator("[data-selected-count]")).to_have_text("1")


def test_a_card_in_the_hand_is_not_taken_away(page: Page, mira: Page) -> None:
    open_board(page)
    open_board(mira)
    moved, held = cards_of(page)[:2]
    box = mira.locator(f"#{held}").bounding_box()
    assert box
    mira.mouse.move(box["x"] + 60, box["y"] + 20)
    mira.mouse.down()
    mira.mouse.move(box["x"] + 160, box["y"] + 60, steps=4)
    move(page, moved, 3)
    mira.wait_for_timeout(2500)
    assert mira.evaluate("document.body.classList.contains('is-dragging')")
    expect(in_stage(mira, moved, 3)).not_to_be_attached()
    target = mira.locator("[data-stage]").nth(3).bounding_box()
    assert target
    mira.mouse.move(target["x"] + 60, target["y"] + 150, steps=4)
    mira.mouse.up()
    expect(in_stage(mira, moved, 3)).to_be_attached(timeout=15_000)
    expect(in_stage(mira, held, 3)).to_be_attached(timeout=15_000)
    expect(in_stage(page, held, 3)).to_be_attached(timeout=15_000)
