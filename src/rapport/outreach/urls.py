"""Addresses of sequences."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def waiting(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Sequences are being written.")


app_name = "outreach"
urlpatterns = [path("sequences/", waiting, name="list")]
