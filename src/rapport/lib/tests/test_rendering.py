"""What a page showed goes when the page has gone."""

import gc
import weakref

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.backends.django import Template
from django.template.loader import get_template
from django.test import RequestFactory

from rapport.lib.rendering import OwnTemplate

pytestmark = pytest.mark.django_db


class Shown:
    def __str__(self) -> str:
        return "a title"


def left_after_rendering(template) -> Shown | None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    shown = Shown()
    left = weakref.ref(shown)
    gc.disable()
    try:
        assert "a title" in template.render({"title": shown, "text": ""}, request)
        del shown
        return left()
    finally:
        gc.enable()


def test_nothing_that_a_page_showed_is_left_behind():
    template = get_template("components/empty.html")
    assert isinstance(template, OwnTemplate)
    assert left_after_rendering(template) is None


def test_djangos_own_templates_leave_it_to_be_searched_for():
    """When this fails, Django has mended it, and rendering.py can go."""
    ours = get_template("components/empty.html")
    assert left_after_rendering(Template(ours.template, ours.backend)) is not None
