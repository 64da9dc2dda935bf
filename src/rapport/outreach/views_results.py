"""What came of a template's wordings, on the template's page and by person."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from rapport.candidates.queries import names_of
from rapport.lib.requests import Request, find_id, whole_number
from rapport.mail.models import Message
from rapport.mail.queries import VersionResult, get_template, list_results, list_sent_from
from rapport.mail.queries.results import PAGE
from rapport.outreach.experiments.rates import rate_interval

WHAT = {"sent": "got a mail", "answered": "answered"}


@require_GET
@vary_on_headers("HX-Request")
def template_results(request: Request, template_id: UUID) -> HttpResponse:
    """Sent, answered and the reply rate of every version; for htmx the table alone."""
    template, _ = get_template(request.actor, template_id)
    rows = [_row(template_id, result) for result in list_results(request.actor, template_id)]
    context = {"template": template, "rows": rows, "any_sent": any(row["result"].sent for row in rows)}
    return render(request, "outreach/template_results.html" + ("#results" if request.htmx else ""), context)


def _row(template_id: UUID, result: VersionResult) -> dict[str, Any]:
    row: dict[str, Any] = {"result": result}
    for what in WHAT:
        row[f"{what}_url"] = _people_url(template_id, result.number, what)
    if result.sent:
        low, high = rate_interval(result.answered, result.sent)
        row |= {"rate": f"{result.answered / result.sent:.1%}", "interval": f"{low:.1%} to {high:.1%}"}
    return row


def _people_url(template_id: UUID, number: int, what: str) -> str:
    return f"{reverse('outreach:template_people', args=[template_id])}?version={number}&show={what}"


@require_GET
def template_people(request: Request, template_id: UUID) -> HttpResponse:
    """Who got, or answered, mails written from one version, newest first."""
    template, present = get_template(request.actor, template_id)
    number = whole_number(request.GET.get("version")) or present.number
    show = request.GET.get("show", "")
    show = show if show in WHAT else "sent"
    before = find_id(request.GET.get("before"))
    found = list_sent_from(request.actor, template_id, number, answered=show == "answered", before=before)
    has_more, found = len(found) > PAGE, found[:PAGE]
    url = _people_url(template_id, number, show)
    context = {
        "template": template,
        "number": number,
        "rows": _people(request, found),
        "what": WHAT[show],
        "views": [
            {"label": label, "url": _people_url(template_id, number, key), "is_current": key == show}
            for key, label in (("sent", "Got it"), ("answered", "Answered"))
        ],
        "next_url": f"{url}&before={found[-1].id}" if has_more else "",
        "first_url": url if before else "",
    }
    return render(request, "outreach/template_people.html", context)


def _people(request: Request, messages: list[Message]) -> list[dict[str, Any]]:
    """The messages with the names of those whom the actor may see; two statements for all."""
    ids = {message.id: find_id(message.subjects.get("candidate")) for message in messages}
    names = names_of(request.actor, {key for key in ids.values() if key})
    rows = []
    for message in messages:
        candidate_id = ids[message.id]
        name = names.get(candidate_id, "") if candidate_id else ""
        rows.append({"message": message, "candidate_id": candidate_id if name else None, "name": name})
    return rows
