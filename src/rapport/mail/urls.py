"""Addresses of mail."""

from django.urls import path

from rapport.mail import (
    views,
    views_domains,
    views_inbox,
    views_library,
    views_mailboxes,
    views_preferences,
    views_snippets,
    views_templates,
)

app_name = "mail"
urlpatterns = [
    path("inbox/", views_inbox.inbox, name="inbox"),
    path("inbox/act/", views_inbox.act, name="inbox_act"),
    path("inbox/undo/<str:word>/", views_inbox.undo, name="inbox_undo"),
    path("inbox/<uuid:conversation_id>/comments/", views_inbox.comment, name="comment"),
    path("comments/<uuid:comment_id>/delete/", views_inbox.delete_comment, name="comment_delete"),
    path("inbox/colleagues/", views_inbox.colleagues, name="inbox_colleagues"),
    path("messages/<uuid:message_id>/", views.message, name="message"),
    path("messages/<uuid:message_id>/intent/", views_inbox.correct_intent, name="intent"),
    path("messages/<uuid:message_id>/attachments/<int:number>/", views.attachment, name="attachment"),
    path("messages/<uuid:message_id>/source/", views.source, name="source"),
    path("messages/<uuid:message_id>/resolve/", views.resolve, name="resolve"),
    path("settings/mailboxes/", views_mailboxes.mailboxes, name="mailboxes"),
    path("settings/mailboxes/new/", views_mailboxes.create, name="mailbox_create"),
    path("settings/mailboxes/test/", views_mailboxes.try_out, name="mailbox_test"),
    path("settings/mailboxes/domain/", views_domains.domain, name="domain"),
    path("settings/mailboxes/<uuid:mailbox_id>/", views_mailboxes.edit, name="mailbox"),
    path("settings/mailboxes/<uuid:mailbox_id>/pause/", views_mailboxes.pause, name="mailbox_pause"),
    path("settings/templates/", views_templates.templates, name="templates"),
    path("settings/templates/new/", views_templates.create, name="template_create"),
    path("settings/templates/library/", views_library.library, name="template_library"),
    path("settings/templates/preview/", views_templates.preview, name="template_preview"),
    path("settings/templates/links/", views_templates.links, name="template_links"),
    path("settings/templates/<uuid:template_id>/", views_templates.edit, name="template"),
    path("settings/templates/<uuid:template_id>/archive/", views_templates.archive, name="template_archive"),
    path("settings/templates/<uuid:template_id>/restore/", views_templates.restore, name="template_restore"),
    path("settings/templates/<uuid:template_id>/back/", views_templates.bring_back, name="template_back"),
    path("settings/snippets/", views_snippets.snippets, name="snippets"),
    path("settings/snippets/new/", views_snippets.create, name="snippet_create"),
    path("settings/snippets/<uuid:snippet_id>/", views_snippets.edit, name="snippet"),
    path("settings/snippets/<uuid:snippet_id>/archive/", views_snippets.archive, name="snippet_archive"),
    path("settings/snippets/<uuid:snippet_id>/restore/", views_snippets.restore, name="snippet_restore"),
    path("settings/suppressions/", views.suppressions, name="suppressions"),
    path("settings/suppressions/<uuid:suppression_id>/lift/", views.lift, name="suppression_lift"),
    path("l/<str:token>", views.link, name="link"),
    path("u/<str:token>/choices/", views_preferences.choose, name="preferences"),
    path("u/<str:token>", views_preferences.unsubscribe, name="unsubscribe"),
]
