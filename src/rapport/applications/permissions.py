"""Capabilities over applications."""

from rapport.accounts.capabilities import EVERYWHERE, ON_TEAM, declare

VIEW = declare(
    "applications.view", "see applications", recruiter=EVERYWHERE, hiring_manager=ON_TEAM, interviewer=ON_TEAM
)
CREATE = declare("applications.create", "consider candidates for jobs", recruiter=EVERYWHERE, hiring_manager=ON_TEAM)
MOVE = declare("applications.move", "move applications", recruiter=EVERYWHERE, hiring_manager=ON_TEAM)
ARCHIVE = declare(
    "applications.archive", "reject or withdraw applications", recruiter=EVERYWHERE, hiring_manager=ON_TEAM
)
MANAGE_REASONS = declare("applications.manage_reasons", "change the reasons for ending applications")
