"""Settings: is the domain of a mailbox set up so that its mail arrives?"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rapport.accounts.capabilities import require
from rapport.lib.doors import add_errors
from rapport.lib.errors import InvalidInput, TemporaryFailure
from rapport.lib.requests import Request
from rapport.mail import address_tokens, queries
from rapport.mail.domains.check import DomainReport, check_domain
from rapport.mail.domains.resolver import DnsResolver
from rapport.mail.forms import DomainForm
from rapport.mail.permissions import SHARED_MAILBOXES


@require_GET
def domain(request: Request) -> HttpResponse:
    """Look a domain up and say what is good and what is to mend; changes nothing, and asks only when a domain is given."""
    require(request.actor, SHARED_MAILBOXES)
    form = DomainForm(request.GET or None)
    report, problem = None, ""
    if form.is_bound and form.is_valid():
        try:
            report = _look(form)
        except InvalidInput as error:
            add_errors(form, error)
        except TemporaryFailure as error:
            problem = str(error)
    context = {"form": form, "report": report, "problem": problem, "domains": queries.list_domains(request.actor)}
    return render(request, "mail/domain.html", context, status=422 if form.errors else 200)


def _look(form: DomainForm) -> DomainReport:
    return check_domain(
        form.cleaned_data["domain"],
        selectors=form.cleaned_data["selector"].replace(",", " ").split(),
        resolver=DnsResolver(),
        unsubscribe_url=address_tokens.trial_url(),
    )
