"""When a sequence does harm: too much of its mail comes back for good, or people mark it as spam. Pure.

Providers put whole domains on their lists from some per cent of dead addresses, or three complaints in a thousand on.
"""

from dataclasses import dataclass

WINDOW = 300  # the newest mails of the sequence that count
BOUNCES_FROM = 20  # with fewer sent, a share says nothing
BOUNCE_SHARE = 0.05
COMPLAINTS = 1


@dataclass(frozen=True, slots=True)
class Window:
    """The newest mails of a sequence, and how many of them came back for good or were marked as spam."""

    sent: int
    hard_bounces: int
    complaints: int


def why_to_stop(window: Window) -> str:
    """The sentence for its owner where the sequence is to be paused, else ""."""
    if window.complaints >= COMPLAINTS:
        who = "One person" if window.complaints == 1 else f"{window.complaints} people"
        return f"{who} marked it as spam, of the last {window.sent:,} mails. Look at whom it goes to and what it says."
    if window.sent >= BOUNCES_FROM and window.hard_bounces > BOUNCE_SHARE * window.sent:
        share = f"{window.hard_bounces / window.sent:.0%}".replace("%", " %")
        return (
            f"{window.hard_bounces} of the last {window.sent:,} mails ({share}) came back because the address does not "
            "exist. Check where these addresses come from."
        )
    return ""
