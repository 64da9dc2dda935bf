"""The whole way in a browser: two real résumés, fits, a sequence through a real SMTP server, the reply through a real IMAP
server, the notice, and the move on the board."""

import re
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Product, sign_in, watch_for_problems
from tests.servers import dovecot, smtp

expect.set_options(timeout=20_000)
pytestmark = [pytest.mark.journey, pytest.mark.real_data, pytest.mark.timeout(420)]
PEOPLE = (("Carla Nightingale", "carla.nightingale@example.net"), ("Dov Harkness", "dov.harkness@example.net"))
STEP = (
    "Hello {{ first_name }},\n\nwe look for somebody for {{ job_title }} and your work reads like it."
    "\n\nMay I tell you more?\n\nRita"
)


@pytest.fixture
def resumes(real_data: Path) -> list[Path]:
    """Two real résumés of one occupation; names and addresses in them are masked, so the journey fills them in."""
    return sorted((real_data / "resumes" / "livecareer").glob("INFORMATION-TECHNOLOGY/*.pdf"))[:2]


@pytest.fixture
def outbox() -> Iterator[smtp.Outbox]:
    with smtp.running(needs_sign_in=True) as server:
        yield server


@pytest.fixture
def imap() -> Iterator[dovecot.Dovecot]:
    with dovecot.running() as server:
        yield server


@pytest.fixture
def desk(browser: Browser, product: Product) -> Iterator[Page]:
    context = browser.new_context(base_url=product.address, viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(20_000)
    page = context.new_page()
    problems = watch_for_problems(page)
    sign_in(page)
    yield page
    context.close()
    assert problems == []


def test_from_two_resumes_to_a_move_on_the_board(desk, resumes, outbox, imap):
    connect_mailbox(desk, outbox, imap)
    skills = import_resumes(desk, resumes)
    job_url = open_job(desk, skills)
    write_sequence(desk)
    candidate_url = choose_best_fit(desk, job_url)
    mail = wait_for_mail(outbox, PEOPLE[0][1])
    assert "Hello Carla," in mail.get_payload(0).get_payload(decode=True).decode()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    imap.put("rita", reply_to(mail))
    see_reply_and_notice(desk, candidate_url)
    see_sequence_stopped(desk)
    move_on_board(desk, job_url)
    assert [to for _, to, _ in outbox.taken].count(PEOPLE[0][1]) == 1


def connect_mailbox(page: Page, outbox: smtp.Outbox, imap: dovecot.Dovecot) -> None:
    page.goto("/settings/mailboxes/")
    page.get_by_role("link", name="Connect a mailbox").first.click()
    page.get_by_label("E-mail address").fill("rita@example.org")
    page.get_by_label("Name that people see").fill("Rita Lindqvist")
    sending, reading = page.get_by_role("group", name="Sending"), page.get_by_role("group", name="Reading answers")
    fill_server(sending, outbox.host, outbox.port, "rita", "wrong password")
    fill_server(reading, imap.host, imap.imap_port, "rita", imap.password)
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("Sending does not work.")).to_be_visible()
    expect(page.get_by_text("Reading works")).to_be_visible()
    sending.get_by_label("Password").fill(outbox.password)
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_text("Sending works")).to_be_visible()
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("main").get_by_text("rita@example.org").first).to_be_visible()


def fill_server(group, host: str, port: int, user: str, password: str) -> None:
    group.get_by_label("Server").fill(host)
    group.get_by_label("Port").fill(str(port))
    group.get_by_label("Encryption").select_option("plain")
    group.get_by_label("User name").fill(user)
    group.get_by_label("Password").fill(password)


def import_resumes(page: Page, resumes: list[Path]) -> list[str]:
    """Upload, correct what the masked files do not tell, save; returns names of skills that were read."""
    page.goto("/imports/resumes/")
    page.locator("#files").set_input_files(resumes)
    page.get_by_label("I look at each one before it is saved").check()
    page.get_by_role("button", name="Read the résumés").click()
    expect(page.get_by_role("link", name=re.compile("Look at"))).to_be_visible(timeout=60_000)
    page.get_by_role("link", name=re.compile("Look at")).click()
    expect(page.locator(".review-skill").first).to_be_visible()
    skills = [text.split("  ")[0].strip() for text in page.locator(".review-skill").all_inner_texts()]
    assert len(skills) >= 4
    for name, address in PEOPLE:
        page.get_by_role("textbox", name=re.compile("^Name")).fill(name)
        page.get_by_role("textbox", name=re.compile("^E-mail")).fill(address)
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_load_state()
    page.goto(f"/candidates/?q=name:{PEOPLE[0][0].split()[1]}")
    return [re.sub(r"\s+[\d.]+ y$", "", skill) for skill in skills[:4]]


def open_job(page: Page, skills: list[str]) -> str:
    page.goto("/jobs/new/")
    page.get_by_label("Title").fill("Night shift administrator")
    page.get_by_label("Description").fill(f"You work with {', '.join(skills)} and keep our machines awake.")
    page.get_by_role("button", name="Create the draft").click()
    page.wait_for_url("**/jobs/*-*/**")
    job_url = re.search(r"/jobs/[0-9a-f-]{36}/", page.url).group(0)
    page.goto(f"{job_url}posting/")
    suggestions = page.locator("[data-add-skill]")
    expect(suggestions.first).to_be_visible()
    wanted = page.locator("[data-skill-list] > li")
    for count in (1, 2, 3):
        suggestions.first.click()
        expect(wanted).to_have_count(count)
        page.wait_for_load_state("networkidle")
    page.get_by_role("main").get_by_role("button", name="Draft").click()
    page.get_by_role("button", name=re.compile("^Open")).last.click()
    expect(page.get_by_role("main").get_by_role("button", name="Open", exact=True)).to_be_visible()
    return job_url


def write_sequence(page: Page) -> None:
    page.goto("/sequences/new")
    page.get_by_label("Name", exact=True).fill("Night shift")
    page.get_by_label("Subject").first.fill("{{ job_title }}, from {{ sender_first_name }}")
    page.get_by_label("Text").first.fill(STEP)
    page.get_by_role("button", name="Add a step").click()
    second = page.get_by_role("group", name="Step 2")
    second.get_by_label(re.compile("after")).fill("3")
    second.get_by_label("Text").fill("Hello {{ first_name }}, is it a better time now?")
    page.get_by_label("Writes from").select_option(label="Rita Lindqvist <rita@example.org>")
    page.get_by_label("About the job").select_option(label="Night shift administrator")
    for day in ("Sat", "Sun"):
        page.get_by_label(day, exact=True).check()
    page.get_by_label("From", exact=True).fill("00:00")
    page.get_by_label("Until", exact=True).fill("23:59")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def choose_best_fit(page: Page, job_url: str) -> str:
    """The imported person is among the best fits with evidence; add to the job and start the sequence."""
    page.goto(f"{job_url}fits/")
    page.locator("[data-ranked]").get_by_role("link", name=re.compile(PEOPLE[0][0])).first.click()
    page.wait_for_url("**candidate=**")
    page.wait_for_load_state("networkidle")
    why = page.get_by_role("article", name=re.compile(PEOPLE[0][0]))
    expect(why.locator("mark").first).to_be_visible()
    profile = why.get_by_role("link", name="Profile").get_attribute("href")
    why.get_by_role("button", name="Add to job").click()
    expect(page.get_by_text("1 person is on the board now.")).to_be_visible()
    page.goto(profile)
    page.get_by_role("button", name="Follow").click()
    page.goto(f"/sequences/enroll?candidate={profile.rstrip('/').rsplit('/', 1)[1]}")
    page.get_by_label("Sequence").select_option(label="Night shift")
    page.get_by_role("button", name=re.compile("Start for 1 person")).click()
    return profile


def wait_for_mail(outbox: smtp.Outbox, address: str, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for _, to, _ in outbox.taken:
            if to == address:
                return next(message for message in outbox.messages if address in message["To"])
        time.sleep(0.3)
    raise AssertionError(f"no mail for {address}: {outbox.taken}")


def reply_to(mail) -> bytes:
    answer = EmailMessage()
    answer["From"] = f"{PEOPLE[0][0]} <{PEOPLE[0][1]}>"
    answer["To"] = "rita@example.org"
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["In-Reply-To"] = answer["References"] = mail["Message-ID"]
    answer["Message-ID"] = make_msgid(domain="example.net")
    answer.set_content("Gladly, call me on Thursday.\n\nOn Monday Rita wrote:\n> May I tell you more?\n")
    return answer.as_bytes()


def see_reply_and_notice(page: Page, candidate_url: str) -> None:
    """Mailboxes are fetched every minute."""
    deadline = time.monotonic() + 130
    while time.monotonic() < deadline:
        page.goto(candidate_url)
        if page.get_by_text("Gladly, call me on Thursday.").count():
            break
        page.wait_for_timeout(2000)
    expect(page.get_by_text("Gladly, call me on Thursday.").first).to_be_visible()
    page.goto("/notifications/")
    expect(page.get_by_role("link", name=re.compile(f"{PEOPLE[0][0]}.*")).first).to_be_visible()
    page.goto("/inbox/")
    expect(page.get_by_text("Gladly, call me on Thursday.")).to_be_visible()


def see_sequence_stopped(page: Page) -> None:
    page.goto("/sequences/")
    page.get_by_role("link", name="Night shift").first.click()
    page.get_by_role("link", name=re.compile("^Answered 1")).click()
    expect(page.get_by_role("row", name=re.compile(PEOPLE[0][0]))).to_be_visible()


def move_on_board(page: Page, job_url: str) -> None:
    """By the keyboard alone; it holds after a reload."""
    page.goto(f"{job_url}board/")
    card = page.locator("article.card", has_text=PEOPLE[0][0])
    card.focus()
    page.keyboard.press("m")
    page.locator("#move-menu").get_by_text("Phone call").click()
    column = page.locator("[data-stage]", has=page.get_by_role("heading", name="Phone call"))
    expect(column).to_contain_text(PEOPLE[0][0])
    expect(page.locator("#toasts")).to_contain_text("Phone call")
    page.reload()
    expect(column).to_contain_text(PEOPLE[0][0])
