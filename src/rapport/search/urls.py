"""Addresses of search, fits and segments."""

from django.urls import path

from rapport.search import views, views_fits

app_name = "search"
urlpatterns = [
    path("search/quick", views.quick, name="quick"),
    path("search/builder/", views.build, name="builder"),
    path("search/values", views.values, name="values"),
    path("search/help/", views.help_page, name="help"),
    path("segments/", views.segments, name="segments"),
    path("segments/<uuid:segment_id>/", views.segment, name="segment"),
    path("segments/<uuid:segment_id>/watch/", views.watch, name="watch_segment"),
    path("segments/<uuid:segment_id>/delete/", views.delete, name="delete_segment"),
    path("jobs/<uuid:job_id>/fits/", views_fits.fits, name="fits"),
    path("candidates/<uuid:candidate_id>/near/", views_fits.near, name="near"),
    path("applications/<uuid:application_id>/fit/", views_fits.of_application, name="application_fit"),
    path("jobs/<uuid:job_id>/fits/add/", views_fits.add, name="add_fits"),
    path("jobs/<uuid:job_id>/fits/weights/", views_fits.save_weights, name="save_weights"),
]
