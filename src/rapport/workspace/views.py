"""Pages of the workspace that span domains."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What waits for the reader today."""
    return render(request, "workspace/home.html", {})
