"""The WSGI application that the web server runs."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from rapport.lib.collecting import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
pages = get_wsgi_application()

from rapport.mail import link_door  # noqa: E402 - its models want Django set up

_ = get_resolver().url_patterns  # what all pages need is loaded before, and never searched
collect_seldom()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Links in mails have a door of their own; everything else is Django's."""
    return link_door.answer(environ, start_response) or pages(environ, start_response)
