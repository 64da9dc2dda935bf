"""Addresses of the workspace."""

from django.urls import path

from rapport.workspace import views, views_styleguide

app_name = "workspace"
urlpatterns = [path("", views.home, name="home"), path("styleguide", views_styleguide.styleguide, name="styleguide")]
