"""Capabilities over jobs."""

from rapport.accounts.capabilities import EVERYWHERE, ON_TEAM, declare

VIEW = declare("jobs.view", "see jobs", recruiter=EVERYWHERE, hiring_manager=ON_TEAM, interviewer=ON_TEAM)
CREATE = declare("jobs.create", "open jobs", recruiter=EVERYWHERE)
EDIT = declare("jobs.edit", "change jobs", recruiter=EVERYWHERE, hiring_manager=ON_TEAM)
