"""Addresses of jobs, their pages, and the processes in the settings. The board is the applications app's."""

from django.urls import path

from rapport.jobs import views, views_stages

app_name = "jobs"
urlpatterns = [
    path("jobs/", views.list_page, name="list"),
    path("jobs/new/", views.create, name="create"),
    path("jobs/options", views.options, name="options"),
    path("jobs/skill-options", views.skill_options, name="skill_options"),
    path("jobs/skill-suggestions", views.suggestions, name="suggestions"),
    path("jobs/<uuid:job_id>/", views.first_page, name="detail"),
    path("jobs/<uuid:job_id>/state/", views.change_state, name="state"),
    path("jobs/<uuid:job_id>/posting/", views.posting, name="posting"),
    path("jobs/<uuid:job_id>/skills/", views.skills, name="skills"),
    path("jobs/<uuid:job_id>/team/", views.team, name="team"),
    path("jobs/<uuid:job_id>/confidential/", views.confidential, name="confidential"),
    path("jobs/<uuid:job_id>/process/", views_stages.process, name="process"),
    path("jobs/<uuid:job_id>/process/order/", views_stages.reorder, name="stages_reorder"),
    path("stages/<uuid:stage_id>/", views_stages.change, name="stage"),
    path("stages/<uuid:stage_id>/remove/", views_stages.remove, name="stage_remove"),
    path("settings/processes/", views_stages.templates, name="templates"),
    path("settings/processes/new/", views_stages.template, name="template_create"),
    path("settings/processes/<uuid:template_id>/", views_stages.template, name="template"),
    path("settings/processes/<uuid:template_id>/remove/", views_stages.template_remove, name="template_remove"),
]
