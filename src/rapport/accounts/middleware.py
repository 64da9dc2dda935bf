"""Puts the actor of a request at hand and shows times in their zone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from rapport.accounts.models import User
from rapport.lib.actors import Actor

NOBODY = Actor(kind="anonymous")


class ActorMiddleware:
    """Sets `request.actor`; for people not signed in an actor who may do nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            request.actor = user.actor  # type: ignore[attr-defined]
            with timezone.override(user.zone):
                return self.get_response(request)
        request.actor = NOBODY  # type: ignore[attr-defined]
        return self.get_response(request)
