"""Somebody outside chooses what we may send: on a phone, without signing in, without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Product

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

FIND_LINK = """
from rapport.mail.address_tokens import link_token
from rapport.mail.models import Message, Suppression
stopped = Suppression.objects.values('address')
sent = Message.objects.filter(direction='out', is_bulk=True).exclude(to_address__in=stopped).first()
print('/u/' + link_token(sent.id))
"""


def test_fewer_mails_are_chosen_and_all_are_stopped(browser: Browser, product: Product) -> None:
    path = product.run("shell", "--no-imports", "-c", FIND_LINK).stdout.strip().splitlines()[-1]
    context = browser.new_context(
        base_url=product.address, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(path)
    is_within_the_width(page)
    expect(page.get_by_role("checkbox", name="Events")).to_be_checked()
    page.get_by_role("checkbox", name="Events").uncheck()
    page.get_by_role("radio", name="At most once a month").check()
    page.get_by_role("checkbox", name="Nothing for six months").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(path)
    expect(page.get_by_role("checkbox", name="Events")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="Nothing for six months")).to_be_checked()
    expect(page.get_by_role("radio", name="At most once a month")).to_be_checked()
    page.get_by_role("button", name="Stop writing to me").click()
    expect(page.get_by_role("heading", name="You get no more mail from us")).to_be_visible()
    is_within_the_width(page)
    context.close()


def is_within_the_width(page: Page) -> None:
    """Nothing has to be moved sideways to be read; measured by the box, as no script runs."""
    boxes = [page.locator(name).first.bounding_box() for name in ("main", "header", "footer")]
    assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
