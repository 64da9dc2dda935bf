"""Addresses of the workspace."""

from django.urls import path

from rapport.workspace import (
    views,
    views_candidate,
    views_candidates,
    views_pools,
    views_relationships,
    views_styleguide,
    views_tags,
)

app_name = "workspace"
urlpatterns = [
    path("", views.home, name="home"),
    path("candidates/", views_candidates.candidates, name="candidates"),
    path("candidates/bulk/", views_candidates.bulk, name="candidates_bulk"),
    path("candidates/undo/<slug:word>/", views_candidates.undo, name="candidates_undo"),
    path("candidates/columns/", views_candidates.columns, name="candidates_columns"),
    path("candidates/export/", views_candidates.export, name="candidates_export"),
    path("candidates/<uuid:candidate_id>/", views_candidate.candidate, name="candidate"),
    path("candidates/<uuid:candidate_id>/follow/", views_candidate.follow_candidate, name="follow"),
    path("candidates/<uuid:candidate_id>/mail/", views_candidate.write_mail, name="write_mail"),
    path("candidates/<uuid:candidate_id>/mail/preview/", views_candidate.preview_mail, name="preview_mail"),
    path("candidates/<uuid:candidate_id>/mail/draft/", views_candidate.draft_mail, name="draft_mail"),
    path("relationships/", views_relationships.relationships, name="relationships"),
    path("relationships/bulk/", views_relationships.relationships_bulk, name="relationships_bulk"),
    path("pools/", views_pools.pools, name="pools"),
    path("pools/<uuid:pool_id>/", views_pools.pool, name="pool"),
    path("pools/<uuid:pool_id>/change/", views_pools.pool_change, name="pool_change"),
    path("pools/<uuid:pool_id>/bulk/", views_pools.pool_bulk, name="pool_bulk"),
    path("pools/<uuid:pool_id>/members/<uuid:candidate_id>/", views_pools.pool_member, name="pool_member"),
    path("tags/", views_tags.tags, name="tags"),
    path("tags/undo/<slug:word>/", views_tags.undo, name="tags_undo"),
    path("tags/<uuid:tag_id>/", views_tags.tag, name="tag"),
    path("tags/<uuid:tag_id>/options/", views_tags.merge_options, name="tag_merge_options"),
    path("styleguide", views_styleguide.styleguide, name="styleguide"),
]
