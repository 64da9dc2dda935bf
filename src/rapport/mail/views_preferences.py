"""The public pages behind the link in our mails: no more mail, or fewer. They need no sign-in and no JavaScript."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rapport.lib import clock
from rapport.lib.addresses import masked
from rapport.mail import address_tokens, operations, queries
from rapport.mail.forms import PreferenceForm
from rapport.mail.models import Message, Preference, Topic


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token in the address is the proof
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would happen, because scanners follow links; only POST acts."""
    message_id = address_tokens.read_link_token(token)
    if message_id == address_tokens.TRIAL:
        return _page(request, "trial")
    sent = _sent(token)
    if sent is None:
        return _page(request, "unknown", status=404)
    if request.method == "POST":
        by = "one_click" if request.POST.get("List-Unsubscribe") == "One-Click" else "link"
        operations.unsubscribe(message=sent, by=by)
        return _page(request, "done", sent)
    if queries.find_suppression(sent.to_address):
        return _page(request, "done", sent)
    return _page(request, "asks", sent, token=token, form=_form(sent))


@csrf_exempt  # the token in the address is the proof, as for stopping
@login_not_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """POST keeps what was chosen; GET shows what holds."""
    sent = _sent(token)
    if sent is None:
        return _page(request, "unknown", status=404)
    if queries.find_suppression(sent.to_address):
        return _page(request, "done", sent)
    if request.method == "GET":
        return _page(request, "asks", sent, token=token, form=_form(sent))
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return _page(request, "asks", sent, token=token, form=form, status=422)
    operations.choose_preferences(message=sent, choice=form.choice())
    return _page(request, "asks", sent, token=token, form=_form(sent), saved=True)


def _sent(token: str) -> Message | None:
    message_id = address_tokens.read_link_token(token)
    return Message.objects.outgoing().filter(id=message_id).first() if message_id else None


def _form(sent: Message) -> PreferenceForm:
    row = queries.find_preference(sent.to_address) or Preference()
    return PreferenceForm(
        initial={
            "topics": [topic for topic in Topic.values if topic not in row.declined],
            "every_days": row.every_days,
            "is_paused": bool(row.paused_until and row.paused_until > clock.now()),
            "language_code": row.language_code,
        }
    )


def _page(
    request: HttpRequest, state: str, sent: Message | None = None, *, status: int = 200, **context: Any
) -> HttpResponse:
    address = masked(sent.to_address) if sent else ""
    response = render(request, "mail/unsubscribe.html", {"state": state, "address": address, **context}, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
