"""Addresses of people, teams, roles and one's own settings."""

from django.urls import path

from rapport.accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/people/", views.people, name="people"),
    path("settings/people/new/", views.add_person, name="person_add"),
    path("settings/people/suggest/", views.suggest_people, name="people_suggest"),
    path("settings/people/<uuid:user_id>/", views.person, name="person"),
    path("settings/people/<uuid:user_id>/access/", views.change_access, name="person_access"),
    path("settings/people/<uuid:user_id>/link/", views.send_link, name="person_link"),
    path("settings/people/<uuid:user_id>/second-step/", views.remove_second_step, name="person_second_step"),
    path("settings/teams/", views.teams, name="teams"),
    path("settings/teams/new/", views.create_team, name="team_create"),
    path("settings/teams/<uuid:team_id>/", views.team, name="team"),
    path("settings/roles/", views.roles, name="roles"),
    path("settings/you/", views.own, name="own"),
    path("settings/you/time-zones/", views.suggest_time_zones, name="time_zones"),
]
