"""The request as the views of the workspace get it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from rapport.lib.actors import Actor


class Request(HttpRequest):
    """What the middlewares add: `actor` is who asks, `htmx` is true for a part of a page."""

    actor: Actor
    htmx: HtmxDetails
