"""Addresses under which candidates change; the profile, the list, pools and tags are pages of the workspace."""

from django.urls import path

from rapport.candidates import views, views_documents, views_sections

app_name = "candidates"
PERSON = "candidates/<uuid:candidate_id>/"
urlpatterns = [
    path("candidates/new/", views.create, name="create"),
    path(f"{PERSON}edit/", views.edit, name="edit"),
    path(f"{PERSON}archive/", views.archive, name="archive"),
    path(f"{PERSON}unarchive/", views.unarchive, name="unarchive"),
    path(f"{PERSON}from-reply/", views_sections.take_from_reply, name="take_from_reply"),
    path(f"{PERSON}contact-points/", views_sections.contact_point_add, name="contact_point_add"),
    path(
        f"{PERSON}contact-points/<uuid:contact_point_id>/",
        views_sections.contact_point_change,
        name="contact_point_change",
    ),
    path(f"{PERSON}tags/", views_sections.tag_add, name="tag_add"),
    path(f"{PERSON}tags/<uuid:tag_id>/remove/", views_sections.tag_remove, name="tag_remove"),
    path(f"{PERSON}pools/", views_sections.pool_add, name="pool_add"),
    path(f"{PERSON}pools/<uuid:pool_id>/remove/", views_sections.pool_remove, name="pool_remove"),
    path(f"{PERSON}skills/", views_sections.skill_add, name="skill_add"),
    path(f"{PERSON}skills/<uuid:skill_id>/remove/", views_sections.skill_remove, name="skill_remove"),
    path(f"{PERSON}consents/", views_sections.consent_add, name="consent_add"),
    path(f"{PERSON}consents/<uuid:consent_id>/withdraw/", views_sections.consent_withdraw, name="consent_withdraw"),
    path(f"{PERSON}experiences/", views_sections.experience_save, name="experience_add"),
    path(f"{PERSON}experiences/<uuid:experience_id>/", views_sections.experience_save, name="experience_change"),
    path(f"{PERSON}educations/", views_sections.education_save, name="education_add"),
    path(f"{PERSON}educations/<uuid:education_id>/", views_sections.education_save, name="education_change"),
    path(f"{PERSON}notes/", views_sections.note_add, name="note_add"),
    path(f"{PERSON}notes/<uuid:note_id>/", views_sections.note_change, name="note_change"),
    path(f"{PERSON}tasks/", views_sections.task_add, name="task_add"),
    path(f"{PERSON}tasks/<uuid:task_id>/", views_sections.task_done, name="task_done"),
    path(f"{PERSON}documents/", views_documents.upload, name="document_add"),
    path(f"{PERSON}documents/<uuid:document_id>/", views_documents.detail, name="document"),
    path(f"{PERSON}documents/<uuid:document_id>/download/", views_documents.download, name="document_download"),
    path(f"{PERSON}documents/<uuid:document_id>/remove/", views_documents.remove, name="document_remove"),
    path("tags/options/", views.tag_options, name="tag_options"),
    path("pools/options/", views.pool_options, name="pool_options"),
]
