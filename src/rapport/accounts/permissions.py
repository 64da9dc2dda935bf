"""Capabilities over people and installation-wide settings."""

from rapport.accounts.capabilities import EVERYWHERE, declare

MANAGE_USERS = declare("accounts.manage", "manage users and teams")
VIEW_USERS = declare(
    "accounts.view", "see colleagues", recruiter=EVERYWHERE, hiring_manager=EVERYWHERE, interviewer=EVERYWHERE,
    employee=EVERYWHERE,
)  # fmt: skip
