"""Puts the actor of a request at hand and shows times in their zone."""

from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone

from rapport.accounts.models import User
from rapport.lib.actors import Actor
from rapport.lib.requests import Request

NOBODY = Actor(kind="anonymous")


class ActorMiddleware:
    """Sets `request.actor`; for people not signed in an actor who may do nothing."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            request.actor = user.actor
            with timezone.override(user.zone):
                return self.get_response(request)
        request.actor = NOBODY
        return self.get_response(request)
