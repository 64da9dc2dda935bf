"""The notices of the signed-in user."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.lib.doors import add_errors, toast
from rapport.lib.errors import InvalidInput, PermanentFailure, TemporaryFailure
from rapport.lib.requests import Request, find_id
from rapport.notifications import operations, queries
from rapport.notifications.forms import ChatForm, DigestForm

LAST_SHOWN = "notifications_last_shown"


@require_GET
def notification_list(request: Request) -> HttpResponse:
    """All notices, newest first; opening one marks it as read."""
    actor = request.actor
    before = request.GET.get("before", "")
    unread_only = request.GET.get("show") == "unread"
    page = queries.list_notices(actor, before=find_id(before), unread_only=unread_only)
    context = {"page": page, "unread_count": queries.count_unread(actor), "unread_only": unread_only, "before": before}
    return render(request, "notifications/list.html", context)


@require_GET
def live(request: Request) -> HttpResponse:
    """The bell, asked for every few seconds; a notice not shown yet in this session comes along as a toast."""
    actor = request.actor
    response = render(request, "components/bell.html", {"count": queries.count_unread(actor)})
    newest = queries.newest_unread(actor)
    if newest and str(newest.id) > request.session.get(LAST_SHOWN, ""):
        request.session[LAST_SHOWN] = str(newest.id)
        toast(response, newest.text)
    return response


@require_POST
def mark_read(request: Request) -> HttpResponse:
    """Mark all, or the one named, as read."""
    notice_id = find_id(request.POST.get("id", ""))
    operations.mark_read(actor=request.actor, notification_ids=[notice_id] if notice_id else None)
    return redirect("notifications:list")


@require_GET
def open_notice(request: Request, notice_id: UUID) -> HttpResponse:
    """Go to what a notice is about; it counts as read from then on."""
    actor = request.actor
    notice = queries.get_notice(actor, notice_id)
    operations.mark_read(actor=actor, notification_ids=[notice_id])
    return redirect(notice.url or "notifications:list")


@require_http_methods(["GET", "POST"])
def preferences(request: Request) -> HttpResponse:
    """How often unread notices come by mail."""
    form = DigestForm(request.POST or None, initial={"every": queries.digest_choice(request.actor)})
    if request.method == "POST" and form.is_valid():
        operations.choose_digest(actor=request.actor, every=form.cleaned_data["every"])
        messages.success(request, "Saved.")
        return redirect("notifications:preferences")
    return _preferences(request, form, ChatForm(), status=422 if request.method == "POST" else 200)


@require_POST
def chat(request: Request) -> HttpResponse:
    """Where notices are posted as they come: `do` is save, try or remove."""
    form, do = ChatForm(request.POST), request.POST.get("do", "save")
    if do == "remove":
        operations.choose_chat(actor=request.actor, url="")
        messages.success(request, "Nothing is posted any more.")
    elif do == "try":
        try:
            operations.try_chat(actor=request.actor)
            messages.success(request, "A trial was posted. Look into the chat.")
        except (TemporaryFailure, PermanentFailure) as failure:
            messages.error(request, str(failure))
    elif not form.is_valid():
        return _chat_again(request, form)
    else:
        try:
            operations.choose_chat(actor=request.actor, url=form.cleaned_data["url"])
        except InvalidInput as error:
            add_errors(form, error)
            return _chat_again(request, form)
        messages.success(request, "Saved. Post a trial to see that it arrives.")
    return redirect("notifications:preferences")


def _chat_again(request: Request, form: ChatForm) -> HttpResponse:
    digests = DigestForm(initial={"every": queries.digest_choice(request.actor)})
    return _preferences(request, digests, form, status=422)


def _preferences(request: Request, form: DigestForm, chat_form: ChatForm, *, status: int) -> HttpResponse:
    context = {
        "form": form, "chat_form": chat_form, "channel": queries.find_chat(request.actor),
        "has_mail_server": settings.HAS_MAIL_SERVER,
    }  # fmt: skip
    return render(request, "notifications/preferences.html", context, status=status)
