"""Writes of data health. Each file holds the operations on one noun; callers use `hygiene.operations.<name>`."""

from rapport.hygiene.operations.linking import ask_for_linkage, look_again, run_linkage
from rapport.hygiene.operations.merging import merge_candidates, merge_sure, preview_merge, undo_batch, undo_merge
from rapport.hygiene.operations.suggestions import dismiss_suggestion, reopen_suggestion

__all__ = [
    "ask_for_linkage", "dismiss_suggestion", "look_again", "merge_candidates", "merge_sure", "preview_merge",
    "reopen_suggestion", "run_linkage", "undo_batch", "undo_merge",
]  # fmt: skip
