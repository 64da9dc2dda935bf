"""Reading the vocabulary: suggestions while typing, and the copy in memory that finds skills in text."""

from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When, Window
from django.db.models.functions import Length

from rapport.skills.finder import Vocabulary
from rapport.skills.models import Alias, Relation, Skill, VocabularyChange, VocabularySource
from rapport.skills.storing import find_by_normal, normal_name

Version = tuple[int, UUID | None]

_lock = Lock()


@dataclass(frozen=True, slots=True)
class _Copy:
    """The vocabulary as this process has it, with the changes that are in it."""

    version: Version
    changes: frozenset[UUID]
    vocabulary: Vocabulary


_copy: _Copy | None = None


@dataclass(frozen=True, slots=True)
class SkillChoice:
    """A suggestion: the skill and its group."""

    id: UUID
    name: str
    category: str


def list_skills(prefix: str, limit: int = 12) -> list[SkillChoice]:
    """Active skills for what was typed, in one statement.

    Names that begin with it come first, then skills with such an alias, then those where another word begins with it;
    shorter names before longer ones. Nothing typed gives nothing.
    """
    typed = " ".join(prefix.split())
    if not typed:
        return []
    aliases = Alias.objects.filter(skill=OuterRef("pk"))
    begins = Exists(aliases.filter(text__istartswith=typed))
    inside = Exists(aliases.filter(text__icontains=f" {typed}"))
    rank = Case(
        When(name__iexact=typed, then=Value(0)),
        When(name__istartswith=typed, then=Value(1)),
        When(begins, then=Value(2)),
        When(name__icontains=f" {typed}", then=Value(3)),
        default=Value(4),
    )
    rows = (
        Skill.objects.filter(is_active=True)
        .filter(Q(name__istartswith=typed) | Q(name__icontains=f" {typed}") | Q(begins) | Q(inside))
        .order_by(rank, Length("name"), "name")
        .values_list("id", "name", "category")[:limit]
    )
    return [SkillChoice(*row) for row in rows]


def find_skill(text: str) -> Skill | None:
    """A skill by its id, or by its name or another word for it in any spelling; None when there is none."""
    try:
        return Skill.objects.filter(id=UUID(text.strip())).first()
    except ValueError:
        key = normal_name(text)
        found = find_by_normal({key}).get(key) if key else None
        return Skill.objects.filter(id=found).first() if found else None


def vocabulary() -> Vocabulary:
    """The active skills of the database as a Vocabulary: built once per process and again after a change.

    One short statement when nothing changed; where skills were only added, those alone are read, because with imported
    lists building takes about a second. An empty database answers with the starter vocabulary.
    """
    global _copy
    version = _version()
    with _lock:
        if _copy is None:
            _copy = _Copy(version, _change_ids(), _build())
        elif _copy.version != version:
            _copy = _with_added(_copy, version) or _Copy(version, _change_ids(), _build())
        return _copy.vocabulary


def _version() -> Version:
    newest = VocabularyChange.objects.order_by("-id").annotate(count=Window(Count("id")))
    return newest.values_list("count", "id").first() or (0, None)


def _change_ids() -> frozenset[UUID]:
    return frozenset(VocabularyChange.objects.values_list("id", flat=True))


def _with_added(copy: _Copy, version: Version) -> _Copy | None:
    """The copy with the skills that were added since; None when something else changed, or nobody knows."""
    notes = dict(VocabularyChange.objects.values_list("id", "added"))
    new = [added for key, added in notes.items() if key not in copy.changes]
    is_own = copy.vocabulary is not Vocabulary.starter()  # which is everybody's, and stays as it ships
    if not is_own or not copy.changes or not copy.changes <= notes.keys() or None in new:
        return None
    rows = Skill.objects.filter(id__in=[key for added in new for key in added or ()], is_active=True)
    for name, category, matching in rows.order_by("id").values_list("name", "category", "matching"):
        copy.vocabulary.add(name, category=category, matching=matching)
    return _Copy(version, frozenset(notes), copy.vocabulary)


def _build() -> Vocabulary:
    columns = ("id", "name", "normal", "category", "matching")
    skills = list(Skill.objects.filter(is_active=True).values_list(*columns).order_by("id"))
    if not skills:
        return Vocabulary.starter()
    names = {row[0]: row[1] for row in skills}
    own = [(name, name, "", matching, form) for _, name, form, _, matching in skills]
    aliases = Alias.objects.values_list("skill_id", "text", "language", "matching", "normal").order_by("id")
    relations = Relation.objects.values_list("skill_id", "related_id", "weight")
    return Vocabulary.from_rows(
        [(name, category) for _, name, _, category, _ in skills],
        own + [(names[skill], *rest) for skill, *rest in aliases if skill in names],
        [(names[one], names[two], weight) for one, two, weight in relations if one in names and two in names],
    )


def list_sources() -> list[VocabularySource]:
    """The lists of others that are in use."""
    return list(VocabularySource.objects.all())


def count_skills() -> int:
    """How many skills are in the starter vocabulary or were added here."""
    return Skill.objects.filter(is_active=True, source__in=(Skill.Source.STARTER, Skill.Source.RECRUITER)).count()


def has_starter() -> bool:
    """Whether every skill of the starter vocabulary is in the database."""
    names = len(Vocabulary.starter().categories)
    return Skill.objects.filter(source=Skill.Source.STARTER).count() >= names
