"""Translating errors into what each door shows: a page or fragment, or an exit code with one line."""

import errno
import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.contrib import messages
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from psycopg.errors import DeadlockDetected, DiskFull, ForeignKeyViolation

from rapport.lib.errors import Conflict, InvalidInput, Moved, RapportError, TemporaryFailure
from rapport.lib.requests import Request

logger = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., HttpResponse])

TITLES = {
    403: "You may not do this",
    404: "Not found",
    409: "This has changed meanwhile",
    422: "Please check what you entered",
    502: "This did not work",
    503: "Not just now",
}


def takes_raw_body(view: View) -> View:
    """Mark a view that reads what was sent by itself, with limits of its own: nothing looks into it before."""
    view.takes_raw_body = True  # type: ignore[attr-defined]
    return view


class ErrorMiddleware:
    """Turns a RapportError from a view into a page, or for htmx into a toast, with the status it stands for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, values: Mapping[str, Any]
    ) -> HttpResponse | None:
        """No database text, address or file name holds NUL: what carries one is refused before anything reads it."""
        if getattr(view, "takes_raw_body", False):
            return None
        try:
            request.POST  # noqa: B018 - reading it takes in what is uploaded, for which there may be no room
        except OSError as error:
            return self.process_exception(request, error)
        given = [
            request.path,
            *(text for sent in (request.GET, request.POST) for _, texts in sent.lists() for text in texts),
        ]
        if any("\x00" in text for text in given):
            return _answer(request, InvalidInput("A character that cannot be stored came along. Type the text anew."))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        translated = _in_our_words(error)
        return _answer(request, translated) if translated else None


def _in_our_words(error: Exception) -> RapportError | None:
    """What stands for an error; for a write that lost against somebody else's at the last moment a Conflict.

    Foreign keys are checked at the commit: what a write points at may have been removed since the operation looked.
    """
    if isinstance(error, RapportError):
        return error
    if isinstance(error, IntegrityError) and isinstance(error.__cause__, ForeignKeyViolation):
        logger.warning("write_lost cause=removed", exc_info=error)
        return Conflict(
            "Somebody removed something of this just now; nothing was changed. Reload the page and look again."
        )
    if isinstance(error, OperationalError) and isinstance(error.__cause__, DeadlockDetected):
        logger.warning("write_lost cause=deadlock", exc_info=error)
        return Conflict("Somebody changed the same at the same moment; nothing of yours was changed. Try again.")
    if _is_full(error):
        logger.error("disk_full", exc_info=error)
        return TemporaryFailure(
            "The server's disk is full: nothing was stored. Tell your administrator.", retry_after_s=300
        )
    return None


def _is_full(error: BaseException) -> bool:
    is_ours = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return is_ours or (isinstance(error, OperationalError) and isinstance(error.__cause__, DiskFull))


def _answer(request: HttpRequest, error: RapportError) -> HttpResponse:
    if isinstance(error, Moved):
        return _lead_on(request, error)
    if request.headers.get("HX-Request"):
        return toast_response(str(error), error.status)
    context = {"title": TITLES.get(error.status, "Something went wrong"), "message": str(error)}
    response = TemplateResponse(request, "layouts/error.html", context, status=error.status).render()
    if isinstance(error, TemporaryFailure):
        response["Retry-After"] = str(error.retry_after_s)
    return response


def _lead_on(request: HttpRequest, error: Moved) -> HttpResponse:
    """To the same address with the new id; 307 keeps the method and what was sent."""
    address = request.get_full_path().replace(str(error.before), str(error.after))
    response = HttpResponse(status=302 if request.method in ("GET", "HEAD") else 307)
    response["Location"] = address
    return response


def toast(response: HttpResponse, message: str, *, tone: str = "info", undo_url: str = "") -> HttpResponse:
    """Make an htmx response show a message; tone is info, good or bad. `undo_url` adds an Undo button (POST)."""
    triggers = json.loads(response.headers.get("HX-Trigger", "{}"))
    triggers["toast"] = {"message": message, "tone": tone, "undo": undo_url}
    response["HX-Trigger"] = json.dumps(triggers)
    return response


def toast_response(message: str, status: int) -> HttpResponse:
    """An empty response that swaps nothing and shows a message."""
    response = HttpResponse(status=status)
    response["HX-Reswap"] = "none"
    return toast(response, message, tone="bad")


def taken_back(request: Request, said: str, left_count: int, page_url: str) -> HttpResponse:
    """The answer to an Undo of many: what went back, and how many stay because they were changed since."""
    left = f"; {left_count:,} changed since and left as they are" if left_count else ""
    messages.success(request, f"{said}{left}.")
    # The page that asked by htmx loads again and shows the message.
    return HttpResponse(status=204) if request.htmx else redirect(page_url)


def add_errors(form: Any, error: InvalidInput) -> None:
    """Put an operation's complaints beside the fields of a Django form they name."""
    for name, message in error.fields.items():
        form.add_error(name if name in form.fields else None, message)


def print_json(value: Any) -> None:
    """Write one JSON document as a line on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, default=_as_json)
    sys.stdout.write("\n")


def _as_json(value: Any) -> str:
    """Times and days as ISO 8601, as everywhere; ids and paths as text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def explain_exit(error: RapportError) -> int:
    """One line on standard error, and the exit status of a command that failed."""
    fields: Mapping[str, str] = getattr(error, "fields", {})
    named = [f"{name}: {text}" if name else text for name, text in fields.items()]
    details = " ".join(named) if len(named) > 1 else error.in_command or str(error)
    sys.stderr.write(f"rapport: {details}\n")
    return 1
