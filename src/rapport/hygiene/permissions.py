"""Who may merge candidates, decide about duplicates, and see and mend what audits find."""

from rapport.accounts.capabilities import EVERYWHERE, declare

MERGE = declare("hygiene.merge", "merge duplicates", recruiter=EVERYWHERE)
AUDIT = declare("hygiene.audit", "see and mend what audits find", recruiter=EVERYWHERE)
