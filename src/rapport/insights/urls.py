"""Addresses of reports."""

from django.urls import path

from rapport.insights import views_outreach

app_name = "insights"
urlpatterns = [
    path("reports/", views_outreach.outreach, name="outreach"),
    path("reports/outreach.csv", views_outreach.outreach_csv, name="outreach_csv"),
    path("reports/people/", views_outreach.people, name="outreach_people"),
]
