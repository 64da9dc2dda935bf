"""People of an export as drafts of candidates, with what their files say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from rapport.candidates.drafts import CandidateDraft, SkillDraft
from rapport.flows.moving_in.planning import (
    PersonPlan,
)
from rapport.flows.moving_in.run import Run, not_after
from rapport.intake.row_drafts import leave_out_shared


def draft_of(run: Run, plan: PersonPlan, now: datetime) -> CandidateDraft:
    entry = plan.entry
    created = not_after(entry.created_at or now, now)
    return CandidateDraft(
        full_name=entry.full_name, title=entry.title, organisation=entry.organisation, place=entry.place,
        summary=entry.summary, source=entry.source, owner_id=run.people.find(entry.owner),
        contact_points=entry.contact_points, experiences=entry.experiences, educations=entry.educations,
        skills=tuple(SkillDraft(name) for name in entry.skills), tags=entry.tags, consents=entry.consents,
        created_at=created, last_activity_at=max(created, not_after(entry.last_activity_at or created, now)),
    )  # fmt: skip


def with_files(run: Run, plan: PersonPlan, files: dict[str, CandidateDraft], now: datetime) -> CandidateDraft:
    """The draft of a person with their files, and what a résumé says where the export says nothing."""
    draft = draft_of(run, plan, now)
    if plan.entry.is_reference:
        draft = replace(draft, full_name="Known candidate")
    for file in plan.files:
        read = files.get(file.id)
        if read is None:
            continue
        at = len(draft.documents)
        draft = replace(
            draft,
            documents=(*draft.documents, *read.documents),
            skills=(*draft.skills, *(replace(skill, document=at) for skill in read.skills)),
            experiences=draft.experiences or read.experiences,
            educations=draft.educations or read.educations,
            summary=draft.summary or read.summary,
            languages=draft.languages or read.languages,
        )
    return draft


def without_shared(run: Run, plans: Sequence[PersonPlan], drafts: Sequence[CandidateDraft]) -> list[CandidateDraft]:
    """Drafts without what stands beside many names (none@none.com, a switchboard): it would make one person of many."""
    known = [_without(draft, run.shared) for draft in drafts]
    checked = leave_out_shared(known)
    for plan, before, (after, said) in zip(plans, known, checked, strict=True):
        if said:
            plan.problems.append(said)
            kept = {(point.kind, point.value) for point in after.contact_points}
            run.shared |= {(point.kind, point.value) for point in before.contact_points} - kept
    return [draft for draft, _ in checked]


def _without(draft: CandidateDraft, shared: set[tuple[str, str]]) -> CandidateDraft:
    kept = tuple(point for point in draft.contact_points if (point.kind, point.value) not in shared)
    return draft if len(kept) == len(draft.contact_points) else replace(draft, contact_points=kept)
