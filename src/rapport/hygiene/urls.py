"""Addresses of data health."""

from django.urls import path

from rapport.hygiene import views, views_audits

app_name = "hygiene"
urlpatterns = [
    path("data-health/", views_audits.overview, name="overview"),
    path("data-health/look/", views_audits.look_now, name="look_now"),
    path("data-health/audits/<slug:audit_key>/", views_audits.audit, name="audit"),
    path("data-health/audits/<slug:audit_key>/leave/", views_audits.leave, name="leave"),
    path("data-health/audits/<slug:audit_key>/fix/<slug:fix_key>/", views_audits.fix, name="fix"),
    path("data-health/undo/<str:word>/", views_audits.undo_fix, name="undo_fix"),
    path("data-health/duplicates/", views.suggestions, name="suggestions"),
    path("data-health/link/", views.link_pool, name="link_pool"),
    path("data-health/merge-sure/", views.merge_sure, name="merge_sure"),
    path("data-health/batches/<uuid:batch_id>/undo/", views.undo_batch, name="undo_batch"),
    path("data-health/suggestions/<uuid:suggestion_id>/dismiss/", views.dismiss, name="dismiss"),
    path("data-health/suggestions/<uuid:suggestion_id>/reopen/", views.reopen, name="reopen"),
    path("data-health/compare/<uuid:survivor_id>/<uuid:other_id>/", views.compare, name="compare"),
    path("data-health/merges/<uuid:merge_id>/undo/", views.undo_merge, name="undo_merge"),
]
