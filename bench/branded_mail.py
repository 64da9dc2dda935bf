"""What branding costs: once, when a text is compiled, and then for each message, which is only longer."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from bench.figures import Figure
from rapport.mail.branding import Brand, Logo
from rapport.mail.composing import Envelope, write_message
from rapport.mail.headers import Address
from rapport.mail.template_fields import sample_values
from rapport.outreach.content import StepText, compile_step

COUNT, ROUNDS = 10_000, 5
BODY = (
    "Hello {{ first_name }},\n\nwe forecast the load of a grid for two million people and look for somebody who has run "
    'pipelines at night. Your work at {{ company | "your present employer" }} sounds like it.\n\nThe posting: '
    "https://example.org/jobs/forecasting\n\nWould twenty minutes suit you?\n\n{{ sender_first_name }}"
)
BRAND = Brand(
    "Northwind", "#12557a", "Northwind Energy\nKai 1, Hamburg",
    Logo("https://crm.example.org/logos/0.png", "Northwind", 220, 48),
)  # fmt: skip
AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


def measure(people: int) -> Iterator[Figure]:
    """Texts and bytes of 10,000 different messages each, plain and branded in turn; the best of five rounds."""
    started = time.perf_counter()
    for _ in range(100):
        compile_step(subject="A job", body=BODY, brand=BRAND)
    yield Figure("branded.compile", (time.perf_counter() - started) * 10, "ms", n=100)
    plain, branded = (compile_step(subject="A job", body=BODY, brand=brand) for brand in (None, BRAND))
    rounds = [(_written(plain), _written(branded)) for _ in range(ROUNDS)]
    (plain_s, plain_bytes), (branded_s, branded_bytes) = (min(each) for each in zip(*rounds, strict=True))
    yield Figure(
        "branded.messages", COUNT / branded_s, "messages a second, one process", target=10_000, at_most=False,
        peer="plain", peer_value=COUNT / plain_s, n=COUNT,
    )  # fmt: skip
    yield Figure("branded.more", (branded_s - plain_s) / COUNT * 1e6, "µs more a message", n=COUNT)
    yield Figure("branded.size", branded_bytes, "bytes a message", peer="plain", peer_value=plain_bytes, n=COUNT)


def _written(step: StepText) -> tuple[float, float]:
    """Seconds for all of them, and the bytes of one."""
    size, started = 0, time.perf_counter()
    for number in range(COUNT):
        url = f"https://crm.example.org/u/{number:040x}"
        values = sample_values() | {"first_name": f"Amara{number}"}
        content = step.render(
            values, unsubscribe_url=url, lead=lambda to, key=number: f"https://crm.example.org/l/{key}?to={to}"
        )
        envelope = Envelope(
            Address("rita@example.org", "Rita"), Address(f"a{number}@example.net"), f"<{UUID(int=number).hex}@example.org>", AT,
            unsubscribe_url=url,
        )  # fmt: skip
        size += len(write_message(content, envelope))
    return time.perf_counter() - started, size / COUNT
