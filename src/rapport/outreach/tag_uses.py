"""Sequences that go by a tag, what becomes of them when it is merged or deleted, and which of theirs is gone."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from collections.abc import Sequence as ListOf
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from rapport.candidates.tag_queries import spellings_among
from rapport.lib.actors import Actor
from rapport.outreach.models import Sequence, Step
from rapport.outreach.queries import visible_sequences

FOLLOW_NAMES = (
    "UPDATE outreach_sequence s SET stop_tag_name = t.name FROM candidates_tag t"
    " WHERE t.id = s.stop_tag_id AND t.id = ANY(%s) AND s.stop_tag_name <> t.name",
    "UPDATE outreach_step s SET only_if_tag_name = t.name FROM candidates_tag t"
    " WHERE t.id = s.only_if_tag_id AND t.id = ANY(%s) AND s.only_if_tag_name <> t.name",
)


@dataclass(frozen=True, slots=True)
class TagUse:
    """A sequence that goes by a tag: it ends for whoever has it, or these steps (positions) are for those with or without it."""

    sequence: Sequence
    ends: bool
    with_it: tuple[int, ...]
    without_it: tuple[int, ...]

    @property
    def words(self) -> str:
        """What the tag does there: "ends for whoever has it, step 2 is for those who have it"."""
        return ", ".join(
            [
                *(["ends for whoever has it"] if self.ends else []),
                *(_steps(self.with_it, "is", "are", "for those who have it")),
                *(_steps(self.without_it, "is", "are", "for those who have it not")),
            ]
        )

    @property
    def without_tag(self) -> str:
        """What becomes of it once the tag is deleted, with its name."""
        name = f"“{self.sequence.name}”"
        return "; ".join(
            [
                *([f"{name} goes on for those whom the tag would have ended it for"] if self.ends else []),
                *(f"in {name} {words}" for words in _steps(self.with_it, "goes", "go", "to nobody")),
                *(f"in {name} {words}" for words in _steps(self.without_it, "goes", "go", "to everybody")),
            ]
        )


def list_tag_uses(actor: Actor, tag_id: UUID) -> list[TagUse]:
    """The sequences that go by a tag, or by one that was merged into it; see list_uses_among."""
    return list_uses_among(actor, [tag_id])[tag_id]


def list_uses_among(actor: Actor, tag_ids: Collection[UUID]) -> dict[UUID, list[TagUse]]:
    """The sequences that go by each of these tags, or by one merged into it, in three statements.

    Archived ones do nothing any more; those, and what the actor may not see, are left out.
    """
    spellings = spellings_among(tag_ids)
    ids = {key for own in spellings.values() for key in own}
    mine = Step.objects.filter(retired_at=None, only_if_tag__in=ids)
    rows = visible_sequences(actor).exclude(state=Sequence.State.ARCHIVED)
    sequences = list(rows.filter(Q(stop_tag__in=ids) | Exists(mine.filter(sequence=OuterRef("pk")))))
    steps: dict[UUID, list[Step]] = defaultdict(list)
    for step in mine.filter(sequence__in=sequences).order_by("position"):
        steps[step.sequence_id].append(step)
    found = {tag_id: [_use(row, steps[row.id], own) for row in sequences] for tag_id, own in spellings.items()}
    return {tag_id: [use for use in uses if use.words] for tag_id, uses in found.items()}


def _use(sequence: Sequence, steps: ListOf[Step], tag_ids: Collection[UUID]) -> TagUse:
    """What any of these tags does in a sequence, perhaps nothing; `steps` are those of the sequence that go by a tag."""
    with_it, without_it = (
        tuple(step.position for step in steps if step.only_if == only_if and step.only_if_tag_id in tag_ids)
        for only_if in (Step.OnlyIf.TAGGED, Step.OnlyIf.NOT_TAGGED)
    )
    return TagUse(sequence, sequence.stop_tag_id in tag_ids, with_it, without_it)


def list_lost_tags(sequence: Sequence, steps: ListOf[Step]) -> list[str]:
    """A sentence for each tag that the sequence went by and that was deleted, and what follows now."""
    return [said for _, said in find_lost_tags(sequence, steps)]


def find_lost_tags(sequence: Sequence, steps: ListOf[Step]) -> list[tuple[str, str]]:
    """The same with the tag's name before each, "" where it is not known."""
    lost = []
    if sequence.stop_tag_id is None and sequence.stop_tag_name:
        name = sequence.stop_tag_name
        lost.append((name, f"The tag {name}, which ended it, was deleted: no tag ends it any more."))
    for step in steps:
        if step.only_if_tag_id is None and step.only_if in (Step.OnlyIf.TAGGED, Step.OnlyIf.NOT_TAGGED):
            name = f"the tag {step.only_if_tag_name}" if step.only_if_tag_name else "a tag"
            whose, who = ("for", "nobody") if step.only_if == Step.OnlyIf.TAGGED else ("not for", "everybody")
            said = f"Step {step.position} was {whose} those who have {name}, which was deleted: {who} gets it now."
            lost.append((step.only_if_tag_name, said))
    return lost


def follow_tag_names(tag_ids: Iterable[UUID]) -> None:
    """Note the names that these tags have now where sequences go by them. For the worker, safe to repeat."""
    ids = list(tag_ids)
    with connection.cursor() as cursor:
        for statement in FOLLOW_NAMES:
            cursor.execute(statement, [ids])


def _steps(positions: tuple[int, ...], one: str, many: str, rest: str) -> list[str]:
    """["step 2 is for …"], ["steps 2 and 4 are for …"], or nothing."""
    if not positions:
        return []
    if len(positions) == 1:
        return [f"step {positions[0]} {one} {rest}"]
    return [f"steps {', '.join(map(str, positions[:-1]))} and {positions[-1]} {many} {rest}"]
