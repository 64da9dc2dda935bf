"""What people may do with mail."""

from rapport.accounts.capabilities import EVERYWHERE, declare

VIEW = declare("mail.view", "read mail with candidates", recruiter=EVERYWHERE)
SEND = declare("mail.send", "write to candidates", recruiter=EVERYWHERE)
OWN_MAILBOX = declare("mail.own_mailbox", "connect a mailbox of your own", recruiter=EVERYWHERE)
SHARED_MAILBOXES = declare("mail.shared_mailboxes", "set up shared mailboxes")
DOMAIN_LIMITS = declare("mail.domain_limits", "limit how much mail goes to a domain")
LETTERHEAD = declare("mail.letterhead", "change how branded mail looks")
EDIT_TEMPLATES = declare("mail.edit_templates", "change templates", recruiter=EVERYWHERE)
SUPPRESS = declare("mail.suppress", "stop or allow mail to an address", recruiter=EVERYWHERE)
