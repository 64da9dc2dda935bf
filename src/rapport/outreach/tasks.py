"""Work of outreach in the worker."""

from rapport.lib.loops import loop
from rapport.outreach import engine


@loop("outreach.send", rest_s=0.5, shares_process=False, at_end=engine.end)
def send_due() -> int:
    """Send what is due; see engine.py."""
    return engine.send_due()
