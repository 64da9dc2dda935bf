"""Every component on one page, for those who build pages; exists in development only."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from rapport.applications.board import Card
from rapport.lib import clock

PEOPLE = (
    # name, present title, place, years, months since contact, relationship, consent
    ("Henrike Brandvold", "Senior data engineer, Solwerk", "Berlin", 9, 4, 78, ("until Mar 2027", "")),
    ("Tobias Achterberg-Lund", "Analytics engineer, Kupferkabel", "Berlin", 6, 4, 71, ("until Jan 2027", "")),
    ("Seun Adebayo-Krantz", "ML engineer, Pegelstand", "Potsdam", 8, 5, 69, ("ends in 12 days", "warn")),
    ("Lucía Ferrandiz", "Data platform lead, Seilbahn", "Berlin", 11, 5, 66, ("until Aug 2027", "")),
    ("Phúc Hoàng", "Backend engineer, Sternbogen", "Berlin", 5, 5, 64, ("until May 2027", "")),
    ("Ismail Karahan", "Data engineer, Rollfeld Cargo", "Oranienburg", 4, 6, 58, ("ended 3 Nov", "bad")),
)
STAGES = ("Applied", "Phone call", "Technical interview", "Team meeting")


@dataclass(frozen=True)
class Person:
    """A row of the example list."""

    id: str
    name: str
    title: str
    place: str
    years: int
    contacted_at: object
    score: int
    consent: str
    tone: str


class ExampleForm(forms.Form):
    """One field of each kind."""

    full_name = forms.CharField(label="Full name", initial="Amara Nwosu")
    email = forms.EmailField(
        label="E-mail", help_text="We write to this address when a promise is due.", required=False
    )
    stage = forms.ChoiceField(label="Stage", choices=[(stage, stage) for stage in STAGES])
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    contact = forms.ChoiceField(
        label="Best reached by",
        choices=[
            ("mail", "Mail"),
            ("phone", format_html("<span>Phone<br><small>{}</small></span>", "In the hours they have named.")),
        ],
        widget=forms.RadioSelect,
        initial="mail",
    )
    follow = forms.BooleanField(label="Tell me when they reply", required=False, initial=True)


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """The components with example content."""
    if not settings.DEVELOPMENT:
        raise Http404
    if request.GET.get("panel"):
        return render(request, "workspace/_styleguide_panel.html")
    now = clock.now()
    people = [
        Person(f"p{at}", name, title, place, years, now - timedelta(days=30 * months), score, *consent)
        for at, (name, title, place, years, months, score, consent) in enumerate(PEOPLE)
    ]
    context = {
        "people": people,
        "form": ExampleForm(),
        "failed_form": ExampleForm({"full_name": "", "email": "amara@", "stage": "Applied", "contact": "mail"}),
        "now": now,
        "soon": now + timedelta(days=3),
        "before": now - timedelta(minutes=48),
        "tabs": _items("Board", "Best fits", "Posting", "Process", "Team", "Numbers"),
        "views": _items("All", "Mail", "Interviews", "Notes", counts=(48, 21, 3, 9)),
        "stages": [
            {"id": f"s{at}", "name": name, "cards": [_card(person) for person in people[at :: len(STAGES)]]}
            for at, name in enumerate(STAGES)
        ],
        "trend": [34, 36, 35, 40, 41, 47, 52, 50, 58, 61, 70, 82],
        "chosen": [{"value": "python", "text": "Python"}, {"value": "sql", "text": "SQL"}],
    }
    return render(request, "workspace/styleguide.html", context)


def _card(person: Person) -> Card:
    key = UUID(int=int(person.id.removeprefix("p")))
    return Card(
        id=key, candidate_id=key, name=person.name, line=person.title, fit=person.score, stage_id=key, days=4,
        age_tone="", age_note="4 days in this stage", hear_by_on=None, promise_tone="", promise_text="hear by Fri 27",
        owner=None,
    )  # fmt: skip


def _items(*labels: str, counts: tuple[int, ...] = ()) -> list[dict[str, object]]:
    return [
        {"label": label, "url": "#", "is_current": at == 0, "count": counts[at] if counts else None}
        for at, label in enumerate(labels)
    ]
