"""Capabilities over imports. Whoever may import sees all imports of the house."""

from rapport.accounts.capabilities import EVERYWHERE, declare

IMPORT = declare("intake.import", "import candidates", recruiter=EVERYWHERE)
