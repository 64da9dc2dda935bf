"""Addresses of sequences."""

from django.urls import path

from rapport.outreach import (
    views,
    views_ahead,
    views_editor,
    views_enroll,
    views_funnel,
    views_lift,
    views_results,
    views_variants,
)

app_name = "outreach"
urlpatterns = [
    path("sequences/", views.list_, name="list"),
    path("sequences/new", views_editor.create, name="create"),
    path("sequences/preview", views_editor.preview, name="preview"),
    path("sequences/enroll", views_enroll.enroll, name="enroll"),
    path("sequences/waiting", views.waiting, name="waiting"),
    path("sequences/waiting/<uuid:delivery_id>/mail", views.waiting_mail, name="waiting_mail"),
    path("sequences/approve", views.approve, name="approve"),
    path("sequences/<uuid:sequence_id>/", views.detail, name="detail"),
    path("sequences/<uuid:sequence_id>/edit", views_editor.edit, name="edit"),
    path("sequences/<uuid:sequence_id>/move", views.move, name="move"),
    path("sequences/<uuid:sequence_id>/exit", views.exit_, name="exit"),
    path("sequences/<uuid:sequence_id>/dry-run", views_ahead.dry_run_page, name="dry_run"),
    path("sequences/<uuid:sequence_id>/steps/<uuid:step_id>/people/", views_funnel.step_people, name="step_people"),
    path("sequences/<uuid:sequence_id>/results/", views_variants.results, name="results"),
    path("sequences/<uuid:sequence_id>/results/people/", views_variants.variant_people, name="variant_people"),
    path("sequences/<uuid:sequence_id>/lift/people/", views_lift.lift_people, name="lift_people"),
    path("sequences/<uuid:sequence_id>/winner", views_variants.choose_winner, name="choose_winner"),
    path("sequences/<uuid:sequence_id>/bring-back", views_variants.bring_back, name="bring_back"),
    path("sequences/variants/undo/<str:word>", views_variants.undo, name="variants_undo"),
    path("candidates/<uuid:candidate_id>/may-we-write", views_ahead.may_write_page, name="may_write"),
    path("settings/templates/<uuid:template_id>/results/", views_results.template_results, name="template_results"),
    path("settings/templates/<uuid:template_id>/people/", views_results.template_people, name="template_people"),
    path("deliveries/<uuid:delivery_id>/resolve", views.resolve, name="resolve"),
]
