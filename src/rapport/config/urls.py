"""All addresses: each app brings its own."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path
from django.urls.resolvers import URLResolver
from django.views.generic import RedirectView

from rapport.lib.pages import health

handler403 = "rapport.lib.pages.forbidden"
handler404 = "rapport.lib.pages.not_found"
handler500 = "rapport.lib.pages.server_error"


def _apps() -> list[URLResolver]:
    return [path("", include(f"rapport.{name}.urls")) for name in settings.APPS if find_spec(f"rapport.{name}.urls")]


urlpatterns = [
    path("health", health),
    # Addresses are for administrators to set: allauth's page for them leads to one's own settings.
    path("account/email/", RedirectView.as_view(pattern_name="accounts:own")),
    path("settings/", RedirectView.as_view(pattern_name="accounts:own")),
    path("account/", include("allauth.urls")),
    *_apps(),
]
