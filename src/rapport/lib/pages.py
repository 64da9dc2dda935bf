"""The pages shown when a page cannot be shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def _page(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    return render(request, "layouts/error.html", {"title": title, "message": message}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, "Not found", "There is nothing at this address, or you may not see it.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, "You may not do this", "Reload the page and try again, or ask an administrator.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: they may be what failed."""
    message = "We have logged what happened. Nothing you had saved is lost; try again in a moment."
    context = {"title": "Something went wrong", "message": message}
    return HttpResponse(render_to_string("layouts/error.html", context), status=500)
