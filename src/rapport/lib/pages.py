"""The pages shown when a page cannot be shown, and the health check."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
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


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """For supervisors and load balancers: 200 when this process reaches its database, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        # Whatever keeps us from the database, the answer is the same; the pool logs the cause.
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})
