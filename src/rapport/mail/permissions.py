"""What people may do with mail, and which messages an actor may not see though they read mail.

Such a rule comes from an app above (jobs: mail about a confidential job), which adds it with `add_hiding_rule`.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_

from django.db.models import Q

from rapport.accounts.capabilities import EVERYWHERE, declare
from rapport.lib.actors import Actor

VIEW = declare("mail.view", "read mail with candidates", recruiter=EVERYWHERE)
SEND = declare("mail.send", "write to candidates", recruiter=EVERYWHERE)
OWN_MAILBOX = declare("mail.own_mailbox", "connect a mailbox of your own", recruiter=EVERYWHERE)
SHARED_MAILBOXES = declare("mail.shared_mailboxes", "set up shared mailboxes")
EDIT_TEMPLATES = declare("mail.edit_templates", "change templates", recruiter=EVERYWHERE)
SUPPRESS = declare("mail.suppress", "stop or allow mail to an address", recruiter=EVERYWHERE)

_hiding_rules: list[Callable[[Actor], Q | None]] = []


def add_hiding_rule(rule: Callable[[Actor], Q | None]) -> None:
    """Let a higher app say which messages are hidden from an actor, as a condition on Message; None for none."""
    _hiding_rules.append(rule)


def hidden_from(actor: Actor) -> Q | None:
    """The condition on Message for what this actor may not see; None where nothing is hidden."""
    found = [condition for rule in _hiding_rules if (condition := rule(actor)) is not None]
    return reduce(or_, found) if found else None
