"""What can happen: every verb is declared once, by the app that records it (activities.py)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GROUPS = ("mail", "notes", "interviews", "changes")


@dataclass(frozen=True, slots=True)
class Verb:
    """One kind of activity.

    sentence: what a timeline says after the actor's name, with {keys} of the data: "moved to {to_stage}".
    data: the keys its data may have; personal: those that erasure blanks; group: the timeline filter it belongs to.
    capability: the right to know the whole sentence; who lacks it reads `without`: "started a sequence".
    template: a fragment for the timeline that shows more than the sentence, given `entry` and `extra`.
    load: bulk loader for that fragment, (actor, activities) -> {activity id: extra}; one statement for all of them.
    notify: those who follow one of its subjects are told; notice: in which words instead of the sentence, from the data
    ("" tells nobody).
    quiet: kept in the record, but not shown on timelines; webhook: may leave the house as a webhook.
    """

    name: str
    sentence: str
    icon: str
    data: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    group: str = "changes"
    capability: str = ""
    without: str = ""
    template: str = ""
    load: Callable[[Any, list[Any]], Mapping[Any, Any]] | None = None
    quiet: bool = False
    notify: bool = False
    notice: Callable[[Mapping[str, Any]], str] | None = None
    webhook: bool = True


_verbs: dict[str, Verb] = {}


def declare(name: str, sentence: str, icon: str, **options: Any) -> Verb:
    """Declare a verb; its name is `<noun>.<past tense>`."""
    verb = Verb(name=name, sentence=sentence, icon=icon, **options)
    if name in _verbs:
        raise ValueError(f"{name} is declared twice")
    if not set(verb.personal) <= set(verb.data):
        raise ValueError(f"{name}: personal keys {verb.personal} are not all among its data {verb.data}")
    if bool(verb.capability) != bool(verb.without):
        raise ValueError(f"{name}: a capability and the sentence without it belong together")
    if verb.group not in GROUPS:
        raise ValueError(f"{name}: {verb.group} is no group of the timeline")
    _verbs[name] = verb
    return verb


def get_verb(name: str) -> Verb:
    """The declared verb, or a plain one for a name that this version no longer knows."""
    return _verbs.get(name) or Verb(name=name, sentence=name.replace(".", " ").replace("_", " "), icon="circle")


def names_in(groups: Iterable[str]) -> list[str]:
    """The names of all verbs in these groups of the timeline."""
    wanted = set(groups)
    return sorted(verb.name for verb in _verbs.values() if verb.group in wanted)


def all_verbs() -> list[Verb]:
    return sorted(_verbs.values(), key=lambda verb: verb.name)
