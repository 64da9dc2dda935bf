"""Addresses of imports."""

from django.urls import path

from rapport.intake import views, views_profiles, views_review, views_upload

app_name = "intake"
ONE = "imports/<uuid:import_id>/"
urlpatterns = [
    path("imports/", views.list_page, name="list"),
    path("imports/resumes/", views_upload.resumes, name="upload_resumes"),
    path("imports/csv/", views_upload.csv_file, name="upload_csv"),
    path("imports/mappings/", views_profiles.profiles, name="profiles"),
    path("imports/mappings/<uuid:profile_id>/", views_profiles.profile, name="profile"),
    path("imports/mappings/<uuid:profile_id>/delete/", views_profiles.delete_profile, name="delete_profile"),
    path(
        "messages/<uuid:message_id>/attachments/<int:number>/resume/",
        views_upload.resume_of_reply,
        name="resume_of_reply",
    ),
    path(ONE, views.detail, name="detail"),
    path(f"{ONE}columns/", views_upload.columns, name="columns"),
    path(f"{ONE}columns/use/", views_profiles.use_profile, name="use_profile"),
    path(f"{ONE}preview/", views_upload.preview, name="preview"),
    path(f"{ONE}start/", views.start, name="start"),
    path(f"{ONE}cancel/", views.cancel, name="cancel"),
    path(f"{ONE}continue/", views.go_on, name="continue"),
    path(f"{ONE}undo/", views.undo, name="undo"),
    path(f"{ONE}confirm/", views.confirm, name="confirm"),
    path(f"{ONE}failed.csv", views.failed_rows, name="failed_rows"),
    path(f"{ONE}rows/<int:number>/", views_review.review, name="review"),
    path(f"{ONE}rows/<int:number>/file/", views_review.file, name="file"),
    path(f"{ONE}rows/<int:number>/pages/", views_review.pages, name="pages"),
    path(f"{ONE}rows/<int:number>/pages/<int:page>/", views_review.page, name="page"),
]
