"""Addresses of notices."""

from django.urls import path

from rapport.notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notification_list, name="list"),
    path("notifications/live", views.live, name="live"),
    path("notifications/read", views.mark_read, name="mark_read"),
    path("notifications/<uuid:notice_id>/", views.open_notice, name="open"),
    path("settings/notifications/", views.preferences, name="preferences"),
    path("settings/notifications/chat", views.chat, name="chat"),
]
