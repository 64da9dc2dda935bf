"""The process that comes with the product: stages, what candidates read about each, and the days promised."""

from typing import TypedDict


class StageDraft(TypedDict):
    """A stage before it belongs to a job. Kinds: applied, screen, interview, offer; no promise is None."""

    name: str
    kind: str
    candidate_text: str
    promised_days: int | None


STANDARD_NAME = "Standard process"
STANDARD: list[StageDraft] = [
    {
        "name": "Applied",
        "kind": "applied",
        "candidate_text": "We have your application and a person reads it.",
        "promised_days": 5,
    },
    {
        "name": "Phone call",
        "kind": "screen",
        "candidate_text": "A call of about 30 minutes: the work, the team, and your questions.",
        "promised_days": 5,
    },
    {
        "name": "Technical interview",
        "kind": "interview",
        "candidate_text": "Talk with two future colleagues about work you have done. Nothing to prepare.",
        "promised_days": 7,
    },
    {
        "name": "Team meeting",
        "kind": "interview",
        "candidate_text": "Meet the people you would work with every day.",
        "promised_days": 5,
    },
    {
        "name": "Offer",
        "kind": "offer",
        "candidate_text": "We put our offer in writing and answer what is open.",
        "promised_days": 3,
    },
]
