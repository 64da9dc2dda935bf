"""The first page: what waits for the reader today."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rapport.lib.requests import Request
from rapport.workspace import today


@require_GET
def home(request: Request) -> HttpResponse:
    """What waits for the reader today."""
    return render(request, "workspace/home.html", {"today": today.read_today(request.actor)})
