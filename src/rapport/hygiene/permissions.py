"""Who may merge candidates and decide about duplicates."""

from rapport.accounts.capabilities import EVERYWHERE, declare

MERGE = declare("hygiene.merge", "merge duplicates", recruiter=EVERYWHERE)
