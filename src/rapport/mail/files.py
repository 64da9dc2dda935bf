"""The files that came with a message, told without its bytes: what each is, and where in the original it stands. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from rapport.mail.mime import decode_transfer
from rapport.mail.parsing import ParsedMail

MOST_FILES = 50


@dataclass(frozen=True, slots=True)
class SentFile:
    """`number` names it within its message; `kind` is what an app above says it is, "" for nothing in particular.

    Its bytes, in `encoding`, are the `length` ones of the original from `start` on.
    """

    number: int
    filename: str
    content_type: str
    size_bytes: int
    kind: str
    start: int
    length: int
    encoding: str

    def decode(self, stored: bytes) -> bytes:
        """The file, out of its bytes in the original."""
        return decode_transfer(stored, self.encoding)


def _storable(text: str) -> str:
    """Half a character, as UTF-7 can hold, has no place in the database."""
    return text.encode("utf-8", "replace").decode()


def files_of(data: bytes, mail: ParsedMail, look_at: Callable[[bytes], str]) -> list[SentFile]:
    """What was sent along with the message that `data` holds, without pictures of the text itself."""
    # What stands before the header in an mbox was left out when it was parsed.
    left_out = len(data) - mail.root.start - len(mail.root.body)
    sent = [(number, row) for number, row in enumerate(mail.attachments) if not row.is_inline]
    return [
        SentFile(
            number=number, filename=_storable(row.filename), content_type=row.content_type, size_bytes=row.size_bytes,
            kind=look_at(row.content()), start=left_out + row.part.start, length=len(row.part.body),
            encoding=row.part.headers.raw("Content-Transfer-Encoding")[:40],
        )
        for number, row in sent[:MOST_FILES]
    ]  # fmt: skip
