"""Capabilities over saved searches."""

from rapport.accounts.capabilities import EVERYWHERE, declare

SHARE = declare("search.share", "share segments with colleagues", recruiter=EVERYWHERE)
