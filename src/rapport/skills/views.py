"""Settings: which vocabularies are in use, and whose they are."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rapport.lib.requests import Request
from rapport.skills import queries
from rapport.skills.credits import credits_of


@require_GET
def vocabularies(request: Request) -> HttpResponse:
    """The starter and the lists of others with what they hold. Everybody may see it: credits are for those who use them."""
    sources = queries.list_sources()
    context = {
        "starter_words": f"{queries.count_skills():,}",
        "sources": sources,
        "credits": credits_of(row.source for row in sources),
    }
    return render(request, "skills/vocabularies.html", context)
