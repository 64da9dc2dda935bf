"""Writes to applications. Each file holds the operations of one act; callers use `applications.operations.<name>`.

Promises: promise_operations.py.
"""

from rapport.applications.operations.creating import create_application, create_applications
from rapport.applications.operations.ending import (
    archive_application,
    archive_applications,
    hire_application,
    reopen_applications,
)
from rapport.applications.operations.keeping import assign_application, set_fit_scores
from rapport.applications.operations.many import Bulk
from rapport.applications.operations.moving import move_application, move_applications, move_back
from rapport.applications.operations.reasons import save_archive_reason

__all__ = [
    "Bulk", "archive_application", "archive_applications", "assign_application", "create_application",
    "create_applications", "hire_application", "move_application", "move_applications", "move_back",
    "reopen_applications", "save_archive_reason", "set_fit_scores",
]  # fmt: skip
