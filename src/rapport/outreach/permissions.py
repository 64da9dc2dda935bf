"""What people may do with sequences."""

from rapport.accounts.capabilities import EVERYWHERE, declare

VIEW = declare("outreach.view", "see sequences", recruiter=EVERYWHERE)
EDIT = declare("outreach.edit", "write and change sequences", recruiter=EVERYWHERE)
ENROLL = declare("outreach.enroll", "write to candidates in a sequence", recruiter=EVERYWHERE)
