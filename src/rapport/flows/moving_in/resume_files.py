"""The files of people in an export: reading them, and remembering which are stored."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from rapport.candidates.drafts import CandidateDraft, DocumentDraft, DraftOutcome
from rapport.candidates.models import Document
from rapport.flows.moving_in.planning import (
    PersonPlan,
)
from rapport.flows.moving_in.run import Run, added, id_of, not_after
from rapport.flows.moving_in.shape import (
    DOCUMENT,
    FileEntry,
)
from rapport.intake.document import Refusal
from rapport.intake.operations.external_ids import remember
from rapport.intake.operations.sources import NewRow
from rapport.intake.resume_drafts import build_draft
from rapport.intake.sandbox import SandboxPool
from rapport.lib import clock


def read_files(run: Run, plans: Sequence[PersonPlan]) -> dict[str, CandidateDraft]:
    """The files of a batch as drafts, résumés with what was read from them; what cannot be taken is told."""
    contents: dict[str, bytes] = {}
    wanted: list[tuple[PersonPlan, FileEntry]] = []
    for plan in plans:
        for file in plan.files:
            try:
                contents[file.id] = run.export.read(file.path) if file.path else file.text.encode()
                wanted.append((plan, file))
            except (Refusal, OSError) as problem:
                plan.problems.append(f"{file.file_name}: {problem}")
                run.count(DOCUMENT, "failed")
    resumes = [(file.id, partial(contents.__getitem__, file.id)) for _, file in wanted if file.kind == "resume"]
    parsed = {}
    if resumes:
        if not run.sandboxes:
            run.sandboxes.append(SandboxPool())
        parsed = {outcome.name: outcome.resume for outcome in run.sandboxes[0].parse_many(resumes)}
    now, found = clock.now(), dict[str, CandidateDraft]()
    for plan, file in wanted:
        content, resume = contents[file.id], parsed.get(file.id)
        draft = CandidateDraft("", documents=(DocumentDraft(file.file_name, content, file.kind),))
        if resume is not None:
            draft = build_draft(resume, file_name=file.file_name, content=content, options={})
        at = not_after(file.at or plan.entry.created_at or now, now)
        document = replace(draft.documents[0], kind=file.kind, created_at=at)
        found[file.id] = replace(draft, documents=(document,))
    return found


def remember_files(
    run: Run,
    stored: Sequence[tuple[PersonPlan, NewRow]],
    outcomes: Sequence[DraftOutcome],
    files: dict[str, CandidateDraft],
) -> None:
    from hashlib import sha256

    people = [plan.candidate_id for plan, _ in stored if plan.candidate_id and plan.files]
    rows = Document.objects.filter(candidate_id__in=people).values_list("candidate_id", "sha256", "id")
    there = {(candidate_id, digest): key for candidate_id, digest, key in rows}
    made = []
    for (plan, row), outcome in zip(stored, outcomes, strict=True):
        new = {*outcome.added.documents} if outcome.result == "attached" else None
        for file in plan.files if plan.candidate_id else ():
            if file.id not in files:
                continue
            digest = sha256(files[file.id].documents[0].content).hexdigest()
            found = there.get((id_of(plan), digest))
            is_new = found is not None and (new is None or found in new)
            run.count(DOCUMENT, "created" if is_new else "attached" if found else "failed")
            if found:
                made.append(run.external(DOCUMENT, file.id[:120], found, "", None))
                added(row).setdefault("external", []).append([DOCUMENT, file.id[:120]])
    remember(list({row.external_id: row for row in made}.values()))
