"""Who may read reports."""

from rapport.accounts.capabilities import EVERYWHERE, declare

VIEW = declare("insights.view", "read reports", recruiter=EVERYWHERE)
