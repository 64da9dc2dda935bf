"""Capabilities over imports. Whoever may import sees all imports of the house, but for those of another system's export.

Such a one brings jobs (confidential ones too), applications and history: it is seen and taken back by administrators.
"""

from rapport.accounts.capabilities import EVERYWHERE, declare

IMPORT = declare("intake.import", "import candidates", recruiter=EVERYWHERE)
MOVE_IN = declare("intake.move_in", "bring in what another system knows")
