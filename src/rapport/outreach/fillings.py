"""What people wrote in place of placeholders, and what is still to be written before a mail may go out."""

from collections.abc import Collection, Mapping
from uuid import UUID

from rapport.mail.merge_fields import label_of, quoted
from rapport.outreach.models import Filling

Texts = Mapping[tuple[UUID, UUID], Mapping[str, str]]


def read_fillings(enrollment_ids: Collection[UUID]) -> Texts:
    """Texts by placeholder for (enrollment, step), in one statement; none for nobody."""
    if not enrollment_ids:
        return {}
    rows = Filling.objects.filter(enrollment_id__in=list(enrollment_ids))
    return {(row.enrollment_id, row.step_id): row.texts for row in rows}


def to_fill_in(names: Collection[str]) -> str:
    """In words, what these placeholders ask for."""
    return f"To be filled in before it goes out: {quoted([label_of(name) for name in names])}."
