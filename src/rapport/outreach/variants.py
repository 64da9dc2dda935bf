"""Which variant of a step a person gets, and who gets nothing of a sequence, by chance. Always the same; nothing is stored. Pure.

Each variant draws a number from the step, the person and its letter; the highest wins (rendezvous hashing: Thaler and
Ravishankar 1998). So a variant that is added takes its share evenly from the others, one that is retired gives its people
evenly to them, and everybody else keeps theirs. Who has got the step keeps what they got: the ledger remembers it.
"""

from collections.abc import Iterable
from hashlib import blake2b
from string import ascii_uppercase
from uuid import UUID

from rapport.outreach.experiments.verdicts import MOST_ARMS

FIRST, LETTERS = "A", ascii_uppercase
MOST_VARIANTS = MOST_ARMS  # at a time; a letter that is retired is never given to another text


def draw(step_id: UUID, candidate_id: UUID, letters: Iterable[str]) -> str:
    """The letter for this person among at least one."""
    base = blake2b(step_id.bytes + candidate_id.bytes, digest_size=8)

    def number(letter: str) -> bytes:
        drawn = base.copy()
        drawn.update(letter.encode())
        return drawn.digest()

    return max(letters, key=number)


def is_held_out(sequence_id: UUID, candidate_id: UUID, percent: int) -> bool:
    """Whether this person gets nothing from a sequence of which so many percent are held out; always the same answer."""
    number = blake2b(sequence_id.bytes + candidate_id.bytes, digest_size=8, person=b"held out").digest()
    return int.from_bytes(number) * 100 < percent << 64


def next_letter(used: Iterable[str]) -> str:
    """The first letter after all that were ever used; "" where there is none left."""
    return LETTERS[max((LETTERS.index(letter) for letter in used if letter in LETTERS), default=-1) + 1 :][:1]
