"""The request as the views of the workspace get it."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from rapport.lib.actors import Actor


class Request(HttpRequest):
    """What the middlewares add: `actor` is who asks, `htmx` is true for a part of a page."""

    actor: Actor
    htmx: HtmxDetails


def next_url(request: HttpRequest, fallback: str) -> str:
    """Where the person came from (`next`, posted or asked), if it is a page of ours; else the fallback."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    return url if url and url_has_allowed_host_and_scheme(url, allowed_hosts=None) else fallback
