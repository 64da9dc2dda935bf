"""A button that is pressed twice on a slow connection writes once."""

import time

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_a_note_and_a_task_are_written_once(page: Page) -> None:
    sent: list[str] = []

    def slowly(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url.rsplit("/", 2)[1])
            time.sleep(0.7)
        route.continue_()

    page.goto("/candidates/")
    page.locator('main tbody th a[href^="/candidates/0"]').first.click()
    page.route("**/*", slowly)
    page.get_by_label("Note on").fill("Written with a heavy hand")
    page.get_by_role("button", name="Save note").dblclick()
    expect(page.locator("#timeline .timeline-quote", has_text="Written with a heavy hand")).to_have_count(1)
    page.get_by_role("button", name="Task", exact=True).click()
    page.get_by_label("What is to be done").fill("Call twice")
    page.get_by_role("button", name="Add task").dblclick()
    expect(page.locator("#tasks").get_by_text("Call twice")).to_have_count(1)
    page.wait_for_timeout(1500)
    assert sent == ["notes", "tasks"]
