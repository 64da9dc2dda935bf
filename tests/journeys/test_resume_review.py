"""Looking at a résumé in two columns: boxes over the words of a field, corrections, rows, and the two tabs of a phone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from rapport.intake.tests.files import scanned_pdf, two_column_pdf
from tests.journeys.test_accessibility import violations

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("accessibility")]
# Where `two_column_pdf` puts things, in points of its page of 595 x 842.
COLUMN = 230
EMPLOYER_LINE = 120 + 16 * 2
EMAIL_LINE = 120 + 16


def upload(page: Page, name: str, content: bytes) -> None:
    page.goto("/imports/resumes/")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})
    page.get_by_label("I look at each one before it is saved").check()
    page.get_by_role("button", name=re.compile("Import|Upload|Read")).last.click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))
    page.get_by_role("link", name=name).click()
    expect(page.locator(".review-paper img").first).to_be_visible()


def skip(page: Page) -> None:
    page.get_by_role("button", name="Skip").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))


def lit(page: Page) -> list[tuple[int, int]]:
    """Left and lower edge of each box that is lit on the pages, in points."""
    boxes = page.locator(".review-paper rect.lit")
    expect(boxes.first).to_be_visible()
    edges = boxes.evaluate_all(
        "all => all.map((box) => [Math.round(box.x.baseVal.value), Math.round(box.y.baseVal.value + box.height.baseVal.value)])"
    )
    return [(left, lower) for left, lower in edges]


def is_over_ink(box: Locator) -> bool:
    """Whether the part of the picture under a box holds dark pixels: the words themselves."""
    found: bool = box.evaluate(
        """async (box) => {
          const paper = box.closest('.review-paper');
          const image = paper.querySelector('img');
          await image.decode();
          const scale = image.naturalWidth / paper.querySelector('svg').viewBox.baseVal.width;
          const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((side) => Math.round(box[side].baseVal.value * scale));
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [width, height];
          const context = canvas.getContext('2d');
          context.drawImage(image, x, y, width, height, 0, 0, width, height);
          const pixels = context.getImageData(0, 0, width, height).data;
          return pixels.some((value, at) => at % 4 === 0 && value < 100);
        }"""
    )
    return found


def test_a_resume_is_looked_at_corrected_and_saved(page: Page) -> None:
    upload(page, "mina-okafor.pdf", two_column_pdf())
    page.get_by_role("textbox", name="Present organisation").focus()
    assert lit(page) == [(COLUMN, pytest.approx(EMPLOYER_LINE + 2, abs=2))]
    assert is_over_ink(page.locator(".review-paper rect.lit"))
    page.get_by_role("textbox", name="E-mail").focus()
    assert lit(page) == [(44, pytest.approx(EMAIL_LINE + 2, abs=2))]
    assert is_over_ink(page.locator(".review-paper rect.lit"))

    page.locator(".review-paper rect[data-field^='work[1].position']").first.click()
    expect(page.locator("#job-1-title")).to_be_focused()
    page.locator("#job-1-title").fill("Senior Data Analyst")

    page.get_by_role("link", name="Text", exact=True).press("Enter")
    expect(page.locator(".review-text")).to_be_visible()
    expect(page.locator(".review-pages")).to_be_hidden()
    page.get_by_role("textbox", name="Present organisation").focus()
    expect(page.locator(".review-text mark.lit")).to_have_text("Lighthouse Holding GmbH")
    page.get_by_role("link", name="Page", exact=True).press("Enter")
    expect(page.locator(".review-pages")).to_be_visible()

    page.get_by_role("textbox", name="Name", exact=True).fill("Mina A. Okafor")
    languages = page.get_by_role("group", name="Languages")
    expect(languages.get_by_label("Level", exact=True).first).to_have_value("native")
    languages.get_by_role("button", name="Add a language").press("Enter")
    expect(languages.get_by_label("Language", exact=True).nth(2)).to_be_focused()
    languages.get_by_label("Language", exact=True).nth(2).fill("Polish")
    languages.get_by_label("Level", exact=True).nth(2).fill("B2")
    languages.get_by_role("button", name="Remove").nth(1).press("Enter")
    page.get_by_role("button", name="Add a job").press("Enter")
    page.keyboard.type("Intern")
    page.get_by_role("button", name="Add a job").press("Enter")
    page.keyboard.type("A mistake")
    page.locator("[data-line]").filter(has=page.locator("#job-3-title")).get_by_role("button", name="Remove").press(
        "Enter"
    )
    expect(page.locator("#job-3-title")).to_be_disabled()

    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    page.goto(page.get_by_role("link", name="Mina A. Okafor").get_attribute("href") or "")
    main = page.locator("main")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mina A. Okafor")
    expect(main).to_contain_text("German (native), Polish (B2)")
    for said in ("Senior Data Analyst", "Intern", "Certified Data Engineer"):
        expect(main).to_contain_text(said)
    expect(main).not_to_contain_text("A mistake")


def test_on_a_phone_the_source_of_a_field_is_a_tab_away_and_back(page: Page) -> None:
    upload(page, "mino-okafor.pdf", two_column_pdf("Mino Okafor", "mino.okafor@example.org"))
    page.set_viewport_size({"width": 390, "height": 844})
    fields, original = page.get_by_role("tab", name="Fields"), page.get_by_role("tab", name="Original")
    expect(fields).to_have_attribute("aria-selected", "true")
    expect(page.locator(".review-pages")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    source = page.get_by_role("button", name="Source of Present organisation")
    source.press("Enter")
    expect(original).to_have_attribute("aria-selected", "true")
    box = page.locator(".review-paper rect.lit")
    expect(box).to_be_in_viewport(ratio=1)
    assert lit(page) == [(COLUMN, pytest.approx(EMPLOYER_LINE + 2, abs=2))]
    assert violations(page) == []
    page.get_by_role("button", name="Back to Present organisation").press("Enter")
    expect(source).to_be_focused()
    expect(source).to_be_in_viewport()

    fields.press("ArrowRight")
    expect(original).to_be_focused()
    expect(page.locator("form[data-review]")).to_be_hidden()
    page.locator(".review-paper rect[data-field^='basics.name']").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    expect(fields).to_have_attribute("aria-selected", "true")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_role("tablist")).to_have_count(0)
    expect(page.locator(".review-pages")).to_be_visible()
    skip(page)


def test_a_scan_is_shown_and_says_what_to_do(page: Page) -> None:
    upload(page, "scan-of-mina.pdf", scanned_pdf())
    expect(page.locator("main")).to_contain_text("This PDF is a scan:")
    expect(page.locator("#full_name")).to_have_value("")
    expect(page.get_by_role("link", name="Text", exact=True)).to_have_count(0)
    assert violations(page) == []
    skip(page)
