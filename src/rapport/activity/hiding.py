"""What an actor may not see of the rows that name what they are about: activities, messages, tasks.

Such a row has `subjects`, kind to id. Apps above say by rules what is hidden from whom, as conditions on any such row.
A condition is part of the statement that reads the rows: what becomes confidential is hidden from then on whenever it
was written, and comes back when it is open again; nothing is stored of it.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import reduce, wraps
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Func, OuterRef, Q, TextField, UUIDField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from rapport.lib.actors import Actor

Answer = TypeVar("Answer")
Rule = Callable[[Actor], Q | None]
_rules: list[Rule] = []
_answers: ContextVar[dict[Any, Any] | None] = ContextVar("answers", default=None)


def add_rule(rule: Rule) -> None:
    """Let a higher app say what is hidden from an actor; None for nothing."""
    if rule not in _rules:
        _rules.append(rule)


def hidden_from(actor: Actor, *, without: Rule | None = None) -> Q | None:
    """The condition on rows with `subjects` for what is hidden from this actor, by every rule but one; None for nothing."""
    if actor.is_system:
        return None
    with asking_once() if _answers.get() is None else nullcontext():
        found = [hidden for rule in _rules if rule is not without and (hidden := rule(actor)) is not None]
    return reduce(or_, found) if found else None


@contextmanager
def asking_once() -> Iterator[None]:
    """Keep what is hidden from whom, for as long as somebody reads one page."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(ask: Callable[[Actor], Answer]) -> Callable[[Actor], Answer]:
    """For what rules ask the database of an actor: within `asking_once` the first answer counts."""

    @wraps(ask)
    def answer(actor: Actor) -> Answer:
        answers = _answers.get()
        if answers is None:
            return ask(actor)
        if (ask, actor) not in answers:
            answers[ask, actor] = ask(actor)
        found: Answer = answers[ask, actor]
        return found

    return answer


def names(kind: str, ids: Collection[UUID]) -> Q:
    """The condition that a row names one of these among its subjects; any number costs the statement one value."""
    found = Value([str(key) for key in ids], output_field=ArrayField(TextField()))
    return Q(
        Func(
            KeyTextTransform(kind, "subjects"), found, template="coalesce(%(expressions)s), false)", arg_joiner=" = ANY(",
            output_field=BooleanField(),
        )
    )  # fmt: skip


def subject_of(kind: str) -> Cast:
    """The id of a kind among the subjects of the row outside, for a rule's subquery; NULL where it names none."""
    return Cast(KeyTextTransform(kind, OuterRef("subjects")), UUIDField())
