"""Settings: the letterhead of branded mail, with a preview that follows the typing."""

import base64
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.lib import clock
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request
from rapport.mail import operations, queries
from rapport.mail.branding import Brand, Logo
from rapport.mail.forms import LetterheadForm
from rapport.mail.logos import read_logo
from rapport.mail.models import Letterhead
from rapport.mail.operations.letterheads import check, tidy_footer
from rapport.mail.permissions import LETTERHEAD
from rapport.mail.previews import preview_message
from rapport.mail.showing import frame_url
from rapport.mail.template_fields import sample_values

SAMPLE_SUBJECT = "Your application as {{ job_title }}"
SAMPLE_BODY = """Hi {{ first_name }},

thank you for your application. We read it ourselves, and you will hear from us by Friday.

What happens next is written here: https://example.org/how-we-hire

{{ sender_name }}"""


@require_http_methods(["GET", "POST"])
def letterhead(request: Request) -> HttpResponse:
    """Look at the letterhead, and change it."""
    present = queries.find_letterhead(request.actor)
    form = LetterheadForm(request.POST or None, request.FILES or None, present=present)
    if request.method == "POST" and form.is_valid():
        try:
            saved = operations.save_letterhead(actor=request.actor, **form.values())
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput(str(error)))
        else:
            changed = present is None or saved.number != present.number
            said = (
                "The letterhead is saved, for branded mail that is sent from now on."
                if changed
                else "Nothing was changed."
            )
            messages.success(request, said)
            return redirect("mail:letterhead")
    context = {"form": form, "present": present, **_seen(request, form, present)}
    return render(request, "mail/letterhead.html", context, status=422 if form.errors else 200)


@require_POST
def preview(request: Request) -> HttpResponse:
    """How a mail would look with what is entered; a fragment for htmx."""
    require(request.actor, LETTERHEAD)
    present = queries.find_letterhead(request.actor)
    form = LetterheadForm(request.POST, request.FILES, present=present)
    form.is_valid()
    return render(request, "mail/letterhead.html#preview", _seen(request, form, present))


def _seen(request: Request, form: LetterheadForm, present: Letterhead | None) -> dict[str, Any]:
    """`url` of the frame with a sample mail, its `text`, and `problems` that keep it from following what is entered."""
    brand, problems = _entered(form, present)
    shown = preview_message(
        subject=SAMPLE_SUBJECT, body=SAMPLE_BODY, values={**sample_values(), "organisation": brand.name}, now=clock.now(),
        brand=brand,
    )  # fmt: skip
    return {"url": frame_url(request.actor, shown.content.html), "text": shown.content.text, "problems": problems}


def _entered(form: LetterheadForm, present: Letterhead | None) -> tuple[Brand, list[str]]:
    """The brand as it is entered; what is wrong with it stays as it is stored."""
    brand = queries.get_brand(present)
    if not form.is_bound:
        return brand, []
    given = {name: str(form[name].value() or "") for name in ("colour", "footer", "logo_alt")}
    colour, footer = given["colour"].strip().lower(), tidy_footer(given["footer"])
    problems = check(colour, footer)
    brand = replace(
        brand,
        colour=brand.colour if "colour" in problems else colour,
        footer=brand.footer if "footer" in problems else footer,
    )
    try:
        uploaded = form.uploaded()
        if uploaded is not None:
            read = read_logo(uploaded)
            data = base64.b64encode(read.data).decode()
            logo = Logo(f"data:{read.content_type};base64,{data}", given["logo_alt"], read.width, read.height)
            brand = replace(brand, logo=logo)
        elif brand.logo:
            logo = replace(brand.logo, alt=given["logo_alt"])
            brand = replace(brand, logo=None if form["removes_logo"].value() else logo)
    except InvalidInput as problem:
        problems |= problem.fields
    return brand, list(problems.values())
