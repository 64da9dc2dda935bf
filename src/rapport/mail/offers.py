"""What could be made of a reply: apps above mail offer it, and each offer is one click on its conversation.

Mail reads attachments and the signature; who knows résumés or profiles says what can be done with them (`add_source`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rapport.lib.actors import Actor
from rapport.mail.models import Message
from rapport.mail.parsing import Attachment
from rapport.mail.signatures import Signature


@dataclass(frozen=True, slots=True)
class Offer:
    """`text` says what is there, `action` what the button does; it posts `values` to `url`."""

    text: str
    action: str
    url: str
    icon: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A reply and what it holds: attachments by their number within the message, and the signature of the last reply."""

    message: Message
    attachments: Sequence[tuple[int, Attachment]]
    signature: Signature | None = None


Source = Callable[[Actor, Sequence[Found]], list[Offer]]
_sources: list[Source] = []


def add_source(source: Source) -> None:
    """Let an app offer what it can do with the replies of a conversation, oldest first; it checks itself what the actor may."""
    if source not in _sources:
        _sources.append(source)


def list_offers(actor: Actor, found: Sequence[Found]) -> list[Offer]:
    return [offer for source in _sources for offer in source(actor, found)] if found else []
