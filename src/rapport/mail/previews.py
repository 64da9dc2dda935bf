"""A text as somebody would read it, by the code that sends: compiled, rendered, written as a message and read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from uuid import UUID

from rapport.mail.branding import Brand
from rapport.mail.composing import (
    Content,
    Envelope,
    clipping_of,
    compile_message,
    with_signature,
    write_message,
)
from rapport.mail.headers import Address
from rapport.mail.merge_fields import NO_SNIPPETS, label_of, without_marks
from rapport.mail.template_fields import FIELDS

NOBODY = Address("somebody@example.org", "")


@dataclass(frozen=True, slots=True)
class Preview:
    """What arrives: subject, text and HTML as read back from the message of `size_bytes`.

    `missing` are fields without value and fallback: the mail could not go to this person. `places` wait to be filled in.
    The HTML of one that `is_formatted` shows more than its text says. `clipping` warns where Gmail would not show all of it.
    """

    content: Content
    size_bytes: int
    missing: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    is_formatted: bool = False
    clipping: str = ""

    @property
    def missing_words(self) -> str:
        return ", ".join(name.replace("_", " ") for name in self.missing)


def preview_message(
    *, subject: str, body: str, values: Mapping[str, str], now: datetime, signature: str = "",
    sender: Address = NOBODY, snippets: Mapping[str, str] = NO_SNIPPETS,
    brand: Brand | None = None,
) -> Preview:  # fmt: skip
    """What a reader with these values gets; what is missing shows in brackets. Raises InvalidInput by field."""
    whole = with_signature(body, without_marks(signature))
    template = compile_message(subject=subject, body=whole, known=FIELDS, snippets=snippets, brand=brand)
    missing = tuple(dict.fromkeys(template.missing(values)))
    shown = {**values, **{name: f"[{name.replace('_', ' ')}?]" for name in missing}}
    content = template.render({**shown, **{name: name for name in template.placeholders}})
    data = write_message(content, Envelope(sender, NOBODY, f"<{UUID(int=0).hex}@example.org>", now))
    places = tuple(label_of(name) for name in template.placeholders)
    return Preview(_read_back(data), len(data), missing, places, template.is_formatted, clipping_of(content))


def _read_back(data: bytes) -> Content:
    message = message_from_bytes(data, _class=EmailMessage, policy=modern)
    content = Content(str(message["Subject"]), "")
    for part, field in (("plain", "text"), ("html", "html")):
        found = message.get_body((part,))
        if found is not None:
            content = content._replace(**{field: found.get_content().replace("\r\n", "\n").rstrip("\n")})
    return content
