"""The door of mail services, and, for administrators, the page on which they are set up."""

import base64
import binascii
import logging
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.lib.doors import add_errors, takes_raw_body
from rapport.lib.errors import Conflict, InvalidInput, NotFound, PermanentFailure
from rapport.lib.requests import Request
from rapport.mail import operations, queries
from rapport.mail.forms import ServiceForm
from rapport.mail.models import Service
from rapport.mail.permissions import SHARED_MAILBOXES
from rapport.mail.services import EVENTS, KINDS, MAIL, USER, Unproven, is_usable

logger = logging.getLogger(__name__)


@takes_raw_body
@csrf_exempt
@login_not_required
@require_http_methods(["HEAD", "POST"])
def hook(request: HttpRequest, service: str, what: str) -> HttpResponse:
    """Take what a mail service delivers: kept before it is answered. Services look whether somebody is there by HEAD.

    401 and 403 for what cannot be proven, 411 and 413 for what is too long. The secret is compared before anything is read.
    """
    found = queries.find_service(service) if what in (EVENTS, MAIL) else None
    if found is None:
        return HttpResponse(status=404)
    if request.method == "HEAD":
        return HttpResponse()
    try:
        refused = _refused(request, found)
        if refused:
            return refused
        length = int(request.META["CONTENT_LENGTH"])
        body = request.read(length)
        if len(body) < length:  # it was cut off: the service sends it again
            return HttpResponse(status=400)
        operations.take_call(
            service=found, what=what, body=body, content_type=request.META.get("CONTENT_TYPE", ""), meta=request.META
        )
    except Unproven:
        logger.warning("call refused, its signature is wrong service=%s", found.id)
        return HttpResponse(status=403)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except UnreadablePostError:
        return HttpResponse(status=400)
    except PermanentFailure:
        logger.error("call refused, the stored secrets cannot be read service=%s", found.id)
        return HttpResponse(status=503)
    return HttpResponse()


def _refused(request: HttpRequest, service: Service) -> HttpResponse | None:
    """The answer where the secret is wrong or the body too long; nothing of it has been read."""
    given = _secret_of(request.META.get("HTTP_AUTHORIZATION", ""))
    if given is None:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"'})
    if not constant_time_compare(given, f"{USER}:{service.secrets().secret}"):
        logger.warning("call refused, its secret is wrong service=%s", service.id)
        return HttpResponse(status=403)
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        return HttpResponse(status=411)
    if len(length) > 12 or int(length) > operations.MAX_CALL_BYTES:
        logger.warning("call refused, it is too long service=%s", service.id)
        return HttpResponse(status=413)
    return None


def _secret_of(header: str) -> str | None:
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(given, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


@require_GET
def services(request: Request) -> HttpResponse:
    """The mail services that may be set up."""
    require(request.actor, SHARED_MAILBOXES)
    found = {row.kind: row for row in queries.list_services(request.actor)}
    rows = [(kind, known.label, found.get(kind), MAIL in known.delivers) for kind, known in KINDS.items()]
    return render(request, "mail/services.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
def service(request: Request, service: str) -> HttpResponse:
    """Set one service up, or change it; with the addresses to paste there, in which the secret stands."""
    require(request.actor, SHARED_MAILBOXES)
    if service not in KINDS:
        raise NotFound("There is no such mail service.")
    present = queries.list_services(request.actor).filter(kind=service).first()
    mailboxes = queries.list_mailboxes(request.actor).filter(owner=None)
    form = ServiceForm(request.POST or None, kind=KINDS[service], present=present, mailboxes=mailboxes)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_service(actor=request.actor, kind=service, settings=form.settings())
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput(str(error)))
        else:
            messages.success(request, "Saved. Paste the addresses below there." if present is None else "Saved.")
            return redirect("mail:service", service)
    context = {
        "form": form, "present": present, "kind": service, "label": KINDS[service].label,
        "delivers_mail": MAIL in KINDS[service].delivers, "urls": _urls(present),
        "is_reachable": settings.BASE_URL.startswith("https://"),
    }  # fmt: skip
    return render(request, "mail/service.html", context, status=422 if form.errors else 200)


def _urls(present: Service | None) -> list[tuple[str, str]]:
    """What each address is for, and the address with its secret."""
    if present is None or not present.has_readable_secrets:
        return []
    known, base = present.secrets(), urlsplit(settings.BASE_URL)
    named: list[tuple[str, Any]] = [("Bounces, complaints and other events", EVENTS), ("Incoming mail", MAIL)]
    return [
        (label, f"{base.scheme}://{USER}:{known.secret}@{base.netloc}{reverse('mail:hook', args=[present.kind, what])}")
        for label, what in named
        if is_usable(present.kind, what, known)
    ]


@require_POST
def renew_secret(request: Request, service_id: UUID) -> HttpResponse:
    renewed = operations.renew_secret(actor=request.actor, service_id=service_id)
    messages.success(request, f"{renewed} has new addresses. Paste them there; the old ones are refused from now on.")
    return redirect("mail:service", renewed.kind)


@require_POST
def remove_service(request: Request, service_id: UUID) -> HttpResponse:
    operations.remove_service(actor=request.actor, service_id=service_id)
    messages.success(request, "What this service delivers is refused from now on.")
    return redirect("mail:services")
