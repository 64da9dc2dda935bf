"""Addresses of the board, of applications, and of the reasons in the settings."""

from django.urls import path

from rapport.applications import views, views_actions, views_reasons

app_name = "applications"
urlpatterns = [
    path("jobs/<uuid:job_id>/board/", views.board, name="board"),
    path("jobs/<uuid:job_id>/board/state", views.board_state, name="board_state"),
    path("jobs/<uuid:job_id>/board/<uuid:stage_id>/", views.more_cards, name="more_cards"),
    path("jobs/<uuid:job_id>/ended/<slug:state>/", views.ended, name="ended"),
    path("jobs/<uuid:job_id>/candidates/add/", views_actions.add, name="add"),
    path("jobs/<uuid:job_id>/candidates/options", views_actions.candidate_options, name="candidate_options"),
    path("jobs/<uuid:job_id>/applications/move/", views_actions.move_many, name="move_many"),
    path("jobs/<uuid:job_id>/applications/archive/", views_actions.archive, name="archive"),
    path("jobs/<uuid:job_id>/applications/undo/<slug:word>/", views_actions.undo, name="undo"),
    path("jobs/<uuid:job_id>/applications/reopen/", views_actions.reopen, name="reopen"),
    path("applications/<uuid:application_id>/", views.detail, name="detail"),
    path("applications/<uuid:application_id>/move/", views_actions.move, name="move"),
    path("applications/<uuid:application_id>/hire/", views_actions.hire, name="hire"),
    path("applications/<uuid:application_id>/owner/", views_actions.assign, name="assign"),
    path("applications/<uuid:application_id>/promise/", views_actions.promise, name="promise"),
    path("applications/<uuid:application_id>/promise/kept/", views_actions.promise_kept, name="promise_kept"),
    path("settings/archive-reasons/", views_reasons.reasons, name="reasons"),
    path("settings/archive-reasons/<uuid:reason_id>/", views_reasons.change, name="reason"),
]
