"""Writes of outreach. Each file holds the operations on one noun; callers use `outreach.operations.<name>`."""

from rapport.outreach.operations.breaking import check_breakers
from rapport.outreach.operations.deliveries import (
    approve_deliveries,
    decline_delivery,
    fill_placeholders,
    resolve_unclear,
)
from rapport.outreach.operations.enrolling import EnrollResult, Excluded, enroll, preview_enrollment
from rapport.outreach.operations.exiting import (
    exit_applied,
    exit_at_click,
    exit_enrollments,
    exit_for_candidates,
    exit_tagged,
    judge_answers,
    postpone_for_absence,
)
from rapport.outreach.operations.merging import move_enrollments_of
from rapport.outreach.operations.sequences import (
    SequenceDraft,
    activate_sequence,
    archive_sequence,
    create_sequence,
    pause_sequence,
    preview_step,
    save_sequence,
)
from rapport.outreach.operations.steps import StepDraft, VariantDraft
from rapport.outreach.operations.tag_news import tell_of_deleted_tags, tell_of_merged_tag
from rapport.outreach.operations.variants import bring_back_variants, choose_winner

__all__ = [
    "EnrollResult",
    "Excluded",
    "SequenceDraft",
    "StepDraft",
    "VariantDraft",
    "activate_sequence",
    "approve_deliveries",
    "archive_sequence",
    "bring_back_variants",
    "check_breakers",
    "choose_winner",
    "create_sequence",
    "decline_delivery",
    "enroll",
    "exit_applied",
    "exit_at_click",
    "exit_enrollments",
    "exit_for_candidates",
    "exit_tagged",
    "fill_placeholders",
    "judge_answers",
    "move_enrollments_of",
    "pause_sequence",
    "postpone_for_absence",
    "preview_enrollment",
    "preview_step",
    "resolve_unclear",
    "save_sequence",
    "tell_of_deleted_tags",
    "tell_of_merged_tag",
]  # fmt: skip
