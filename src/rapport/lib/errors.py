"""The few errors that operations raise; every door translates them in one place."""

from collections.abc import Mapping
from uuid import UUID


class RapportError(Exception):
    """A sentence for people: what happened, to what, and what to do now."""

    status = 500
    in_command = ""  # what a command says instead, where the words are those of a page


class NotFound(RapportError):
    """It does not exist, or this actor may not know that it does."""

    status = 404


class Moved(NotFound):
    """It is found under another id now: `before` became part of `after`. Pages lead there."""

    def __init__(self, before: UUID, after: UUID, message: str) -> None:
        self.before, self.after = before, after
        super().__init__(message)


class NotAllowed(RapportError):
    """The actor may see it, but not do this."""

    status = 403


class Conflict(RapportError):
    """The state has changed, or a rule of the data stands against it."""

    status = 409


class InvalidInput(RapportError):
    """Bad input, told by field: `fields` maps a field's name to a sentence."""

    status = 422

    def __init__(self, fields: Mapping[str, str] | str) -> None:
        self.fields = {"": fields} if isinstance(fields, str) else dict(fields)
        super().__init__(" ".join(self.fields.values()))


class TemporaryFailure(RapportError):
    """It may work later."""

    status = 503

    def __init__(self, message: str, retry_after_s: int = 60) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class PermanentFailure(RapportError):
    """It will never work in this form."""

    status = 502
