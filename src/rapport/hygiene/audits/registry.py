"""What an audit is. All of them are listed once, in catalogue.py; each family of them has a module of its own.

An audit of people is a SELECT over the batch of people it is given (people_sql.py); any other one looks at its few
hundred rows at once. A fix says what it would change before it changes it, and takes back what it has changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from rapport.candidates.queries import CandidateRow
from rapport.lib.actors import Actor


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: what it is about, how many people it concerns, and what it looks like."""

    subject_id: UUID
    size: int = 1
    other_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What an audit that looks at everything at once saw, out of a population of words, jobs or people.

    `counts_people` where the population is people: then each finding concerns as many as its size. Where the findings are
    rows of their own already (duplicates), `count` and `concerned` are given and nothing is stored.
    """

    found: Sequence[Found]
    population: int
    counts_people: bool = False
    count: int | None = None
    concerned: int = 0

    def count_concerned(self, found: Sequence[Found]) -> int:
        return sum(one.size for one in found) if self.counts_people else len(found)


@dataclass(frozen=True, slots=True)
class Line:
    """A finding as a list shows it; `person` where it is about one."""

    subject_id: UUID
    label: str
    why: str
    url: str = ""
    person: CandidateRow | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a preview: what a fix would make of something. `is_refused` says why it cannot."""

    subject_id: UUID
    label: str
    before: str
    after: str
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What a fix did: the findings it dealt with, in words, and all that `take_back` needs."""

    ids: Sequence[UUID]
    said: str
    undo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a fix asks for first: a label, and what stands in the field at the beginning.

    `options_url` names the address that suggests values while typing; then the value is what one of them stands for.
    """

    label: str
    help: str
    suggest: Callable[[Sequence[UUID]], str]
    options_url: str = ""
    name_of: Callable[[str], str] = str  # what a value is called: where values are ids


@dataclass(frozen=True, slots=True)
class Fix:
    """`plan` only reads; `apply` and `take_back` go through operations, which check the permission and record."""

    key: str
    label: str
    sentence: str
    plan: Callable[[Actor, Sequence[UUID], str], list[Change]]
    apply: Callable[[Actor, Sequence[UUID], str], Done]
    take_back: Callable[[Actor, Mapping[str, Any], datetime], Sequence[UUID]]
    choice: Choice | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """`question` may name {months} and {days} of the settings; the weights of all audits sum to 100.

    One of `people_sql` and `look` is given. `list_url` is the page of its own that an audit has.
    """

    key: str
    name: str
    question: str
    nouns: tuple[str, str]
    weight: int
    describe: Callable[[Actor, Sequence[Found]], list[Line]]
    people_sql: str = ""
    look: Callable[[], Seen] | None = None
    fixes: tuple[Fix, ...] = ()
    list_url: str = ""
    elsewhere: tuple[str, str] | None = None  # a link (URL name, label) to where it is put right by hand

    def count_words(self, count: int) -> str:
        return self.nouns[0] if count == 1 else self.nouns[1]

    def find_fix(self, key: str) -> Fix | None:
        return next((fix for fix in self.fixes if fix.key == key), None)


def search_url(field: str, value: str) -> str:
    """The list of candidates, narrowed to those with a value in a field of the query language."""
    query = urlencode({"q": f'{field}:"{value.replace(chr(34), "")}"'})
    return f"{reverse('workspace:candidates')}?{query}"
