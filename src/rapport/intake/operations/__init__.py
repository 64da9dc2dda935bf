"""Writes of this app. Each file holds one part of an import's life; callers use `intake.operations.<name>`."""

from rapport.intake.operations.creating import create_csv_import, create_resume_import, save_mapping, start_import
from rapport.intake.operations.ending import cancel_import, forget_pages, purge_files, resume_import, undo_import
from rapport.intake.operations.profiles import change_profile, delete_profile, save_profile, use_profile
from rapport.intake.operations.reviewing import confirm_row, confirm_rows, save_row, skip_row
from rapport.intake.operations.running import finish_with, import_resume_files, work
from rapport.intake.operations.trying import apply_named, try_csv
from rapport.intake.operations.undoing import take_back_with

__all__ = [
    "apply_named",
    "cancel_import",
    "change_profile",
    "confirm_row",
    "confirm_rows",
    "create_csv_import",
    "create_resume_import",
    "delete_profile",
    "finish_with",
    "forget_pages",
    "import_resume_files",
    "purge_files",
    "resume_import",
    "save_mapping",
    "save_profile",
    "save_row",
    "skip_row",
    "start_import",
    "take_back_with",
    "try_csv",
    "undo_import",
    "use_profile",
    "work",
]
