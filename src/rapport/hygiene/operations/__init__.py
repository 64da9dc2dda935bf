"""Writes of data health. Each file holds the operations on one noun; callers use `hygiene.operations.<name>`."""

from rapport.hygiene.operations.auditing import Stock, ask_for_audit, look_at, run_audit, take_stock
from rapport.hygiene.operations.linking import ask_for_linkage, look_again, run_linkage
from rapport.hygiene.operations.mending import Mended, leave_findings, mend, preview_fix, take_back
from rapport.hygiene.operations.merging import merge_candidates, merge_sure, preview_merge, undo_batch, undo_merge
from rapport.hygiene.operations.suggestions import dismiss_suggestion, reopen_suggestion

__all__ = [
    "Mended", "Stock", "ask_for_audit", "ask_for_linkage", "dismiss_suggestion", "leave_findings", "look_again", "look_at",
    "mend", "merge_candidates", "merge_sure", "preview_fix", "preview_merge", "reopen_suggestion", "run_audit", "run_linkage",
    "take_back", "take_stock", "undo_batch", "undo_merge",
]  # fmt: skip
