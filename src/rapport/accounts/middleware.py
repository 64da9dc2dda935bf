"""Puts the actor of a request at hand, shows times in their zone, and asks once what is hidden from them."""

from collections.abc import Callable
from contextlib import nullcontext

from django.http import HttpResponse
from django.utils import timezone

from rapport.accounts.models import User
from rapport.activity.hiding import asking_once
from rapport.lib.actors import Actor
from rapport.lib.requests import Request

READING = ("GET", "HEAD")  # what changes something may change what is hidden
NOBODY = Actor(kind="anonymous")


class ActorMiddleware:
    """Sets `request.actor`; for people not signed in an actor who may do nothing."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            request.actor = user.actor
            with timezone.override(user.zone), asking_once() if request.method in READING else nullcontext():
                return self.get_response(request)
        request.actor = NOBODY
        return self.get_response(request)
