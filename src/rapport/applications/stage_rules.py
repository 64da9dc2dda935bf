"""What may be done with an application, and how long is long in a stage. Pure."""

from typing import Any

from rapport.lib.errors import Conflict, InvalidInput

USUAL_DAYS = 10  # calendar days that are normal in a stage without a promise
ENDINGS = {"hired": "hired", "rejected": "rejected", "withdrawn": "withdrawn"}


def check_move(application: Any, to_stage: Any) -> None:
    """Raise Conflict when the application has ended, InvalidInput when the stage belongs to another job."""
    check_active(application)
    if to_stage.job_id != application.job_id:
        raise InvalidInput({"to_stage": f"{to_stage} is a stage of another job. Reload the page."})


def check_active(application: Any) -> None:
    """Raise Conflict when the application has ended."""
    if application.state != "active":
        raise Conflict(
            f"{application.candidate} is {ENDINGS[application.state]} for {application.job}. "
            "Take the application up again before you go on."
        )


def expected_days(promised_days: int | None) -> int:
    """Calendar days that are normal in a stage: the working days promised, weekends added."""
    return USUAL_DAYS if promised_days is None else -(-promised_days * 7 // 5)


def age_tone(days: int, promised_days: int | None) -> str:
    """How long somebody waits in a stage: "" as expected, warn when longer, bad from twice as long."""
    expected = expected_days(promised_days)
    if days > 2 * expected:
        return "bad"
    return "warn" if days > expected else ""
