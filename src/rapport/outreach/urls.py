"""Addresses of sequences."""

from django.urls import path

from rapport.outreach import views, views_editor, views_enroll

app_name = "outreach"
urlpatterns = [
    path("sequences/", views.list_, name="list"),
    path("sequences/new", views_editor.create, name="create"),
    path("sequences/preview", views_editor.preview, name="preview"),
    path("sequences/enroll", views_enroll.enroll, name="enroll"),
    path("sequences/waiting", views.waiting, name="waiting"),
    path("sequences/approve", views.approve, name="approve"),
    path("sequences/<uuid:sequence_id>/", views.detail, name="detail"),
    path("sequences/<uuid:sequence_id>/edit", views_editor.edit, name="edit"),
    path("sequences/<uuid:sequence_id>/move", views.move, name="move"),
    path("sequences/<uuid:sequence_id>/exit", views.exit_, name="exit"),
    path("deliveries/<uuid:delivery_id>/resolve", views.resolve, name="resolve"),
]
