"""What could be made of a reply: apps above mail offer it, and each offer is one click on its conversation.

Mail reads attachments and the signature when a reply comes; who knows résumés says then what a file is (`add_look`), and
who knows résumés or profiles what can be done with them when the conversation is looked at (`add_source`).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rapport.lib.actors import Actor
from rapport.mail.files import SentFile
from rapport.mail.models import Message
from rapport.mail.signatures import Signature

logger = logging.getLogger(__name__)


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
    """A reply and what it holds: the files that came along, and the signature of the last reply."""

    message: Message
    files: Sequence[SentFile]
    signature: Signature | None = None


Look = Callable[[bytes], str]
Source = Callable[[Actor, Sequence[Found]], list[Offer]]
_looks: list[Look] = []
_sources: list[Source] = []


def add_look(look: Look) -> None:
    """Let an app say of a file's bytes what it is, "" for nothing it knows. It is asked in the worker, once for each file."""
    if look not in _looks:
        _looks.append(look)


def look_at(content: bytes) -> str:
    """What the first app that knows says of a file; one that breaks on it does not keep the mail out."""
    return next((kind for look in _looks if (kind := _kind_of(look, content))), "")


def _kind_of(look: Look, content: bytes) -> str:
    try:
        return look(content)
    except Exception:
        # The server gives a mail once: whatever is wrong with a file, what they wrote has to get here.
        logger.exception("file could not be looked at look=%s size_bytes=%d", look.__qualname__, len(content))
        return ""


def add_source(source: Source) -> None:
    """Let an app offer what it can do with the replies of a conversation, oldest first; it checks itself what the actor may."""
    if source not in _sources:
        _sources.append(source)


def list_offers(actor: Actor, found: Sequence[Found]) -> list[Offer]:
    return [offer for source in _sources for offer in source(actor, found)] if found else []
