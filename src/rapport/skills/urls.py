"""Addresses of the vocabulary."""

from django.urls import path

from rapport.skills import views

app_name = "skills"
urlpatterns = [path("settings/vocabularies/", views.vocabularies, name="vocabularies")]
