"""Writes to the pool. Each file holds the operations on one noun; callers use `candidates.operations.<name>`."""

from rapport.candidates.operations.bulk import bulk_create_candidates, store_prepared
from rapport.candidates.operations.candidates import (
    CandidateChanges,
    SamePerson,
    archive_candidates,
    create_candidate,
    touch_by_bulk_mail,
    touch_last_activity,
    touch_last_contact,
    unarchive_candidates,
    update_candidate,
)
from rapport.candidates.operations.careers import (
    remove_education,
    remove_experience,
    save_education,
    save_experience,
)
from rapport.candidates.operations.consents import give_consent, withdraw_consent
from rapport.candidates.operations.contact_points import (
    add_contact_point,
    change_contact_point,
    mark_contact_points,
    remove_contact_point,
)
from rapport.candidates.operations.correcting import (
    Correction,
    correct_candidates,
    correct_periods,
    rewrite_contact_points,
)
from rapport.candidates.operations.detaching import take_back_additions
from rapport.candidates.operations.discarding import discard_candidates
from rapport.candidates.operations.documents import add_document, remove_document
from rapport.candidates.operations.lists import choose_columns
from rapport.candidates.operations.merging import MOVED, absorb_candidate, lock_pair
from rapport.candidates.operations.notes import (
    PastNote,
    add_note,
    bring_in_notes,
    change_past_notes,
    delete_note,
    edit_note,
)
from rapport.candidates.operations.pools import (
    add_to_pool,
    archive_pool,
    create_pool,
    explain_member,
    put_back_in_pool,
    remove_from_pool,
    save_pool,
)
from rapport.candidates.operations.relationships import recount_all_relationships, recount_relationships
from rapport.candidates.operations.skills import add_skill, remove_skill
from rapport.candidates.operations.tag_deleting import delete_tag
from rapport.candidates.operations.tag_merging import merge_tags, unmerge_tag
from rapport.candidates.operations.tags import (
    create_tag,
    may_make_tags,
    rename_tag,
    save_tag,
    tag_candidates,
    untag_candidates,
)
from rapport.candidates.operations.tasks import add_task, complete_task, keep_reply_task, reopen_task

__all__ = [
    "MOVED",
    "CandidateChanges",
    "Correction",
    "PastNote",
    "SamePerson",
    "absorb_candidate",
    "add_contact_point",
    "add_document",
    "add_note",
    "add_skill",
    "add_task",
    "add_to_pool",
    "archive_candidates",
    "archive_pool",
    "bring_in_notes",
    "bulk_create_candidates",
    "change_contact_point",
    "change_past_notes",
    "choose_columns",
    "complete_task",
    "correct_candidates",
    "correct_periods",
    "create_candidate",
    "create_pool",
    "create_tag",
    "delete_note",
    "delete_tag",
    "discard_candidates",
    "edit_note",
    "explain_member",
    "give_consent",
    "keep_reply_task",
    "lock_pair",
    "mark_contact_points",
    "may_make_tags",
    "merge_tags",
    "put_back_in_pool",
    "recount_all_relationships",
    "recount_relationships",
    "remove_contact_point",
    "remove_document",
    "remove_education",
    "remove_experience",
    "remove_from_pool",
    "remove_skill",
    "rename_tag",
    "reopen_task",
    "rewrite_contact_points",
    "save_education",
    "save_experience",
    "save_pool",
    "save_tag",
    "store_prepared",
    "tag_candidates",
    "take_back_additions",
    "touch_by_bulk_mail",
    "touch_last_activity",
    "touch_last_contact",
    "unarchive_candidates",
    "unmerge_tag",
    "untag_candidates",
    "update_candidate",
    "withdraw_consent",
]
