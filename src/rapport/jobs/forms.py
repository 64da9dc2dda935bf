"""What people enter about jobs, stages and processes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from rapport.accounts.models import User
from rapport.jobs.models import Department, HiringTeamMember, Job, JobSkill, Stage, StageTemplate
from rapport.jobs.operations import JobDetails, WantedSkill
from rapport.jobs.stage_operations import MOST_STAGES
from rapport.jobs.standard_process import StageDraft
from rapport.lib.requests import whole_number

CURRENCIES = [(code, code) for code in ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD")]
FIELDS = (
    "title", "description", "department", "place", "workplace", "seniority", "min_years", "headcount", "pay_min",
    "pay_max", "pay_currency", "pay_period",
)  # fmt: skip


class JobForm(forms.Form):
    """What can be said about a job. `version` travels along, so that nobody overwrites what they have not seen."""

    title = forms.CharField(max_length=200)
    department = forms.CharField(max_length=120, required=False, help_text="A new name adds a department.")
    place = forms.CharField(
        max_length=200, required=False, help_text="As candidates read it, for example “Berlin or remote in Germany”."
    )
    workplace = forms.ChoiceField(choices=Job.Workplace.choices, initial=Job.Workplace.HYBRID)
    seniority = forms.ChoiceField(choices=[("", "Not said"), *Job.Seniority.choices], required=False)
    min_years = forms.IntegerField(label="Years of experience, at least", min_value=0, max_value=60, required=False)
    headcount = forms.IntegerField(label="People to hire", min_value=1, max_value=10_000, initial=1)
    pay_min = forms.IntegerField(label="Pay from", min_value=0, max_value=2_000_000_000, required=False)
    pay_max = forms.IntegerField(label="Pay to", min_value=0, max_value=2_000_000_000, required=False)
    pay_currency = forms.ChoiceField(label="Currency", choices=CURRENCIES, initial="EUR")
    pay_period = forms.ChoiceField(label="Paid", choices=Job.PayPeriod.choices, initial=Job.PayPeriod.YEAR)
    description = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="What is to be done, with whom, and what it takes. Skills named here are suggested beside it.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, job: Job | None = None, departments: Iterable[Department] = (), **kwargs: Any
    ) -> None:
        if job is not None:
            initial = {name: getattr(job, name) for name in FIELDS} | {"version": job.version}
            kwargs.setdefault("initial", initial | {"department": str(job.department or "")})
        super().__init__(*args, **kwargs)
        self.departments = list(departments)
        self.fields["department"].widget.attrs["list"] = "departments"
        currency = job.pay_currency if job else ""
        if currency and currency not in dict(CURRENCIES):
            self.fields["pay_currency"].choices = [*CURRENCIES, (currency, currency)]  # type: ignore[attr-defined]  # a ChoiceField has them

    def details(self) -> JobDetails:
        values = {name: self.cleaned_data[name] for name in FIELDS}
        return JobDetails(**values)  # type: ignore[typeddict-item]  # the fields are named alike


class NewJobForm(JobForm):
    """A new job also names the process it starts from."""

    template = forms.ModelChoiceField(
        label="Process", queryset=StageTemplate.objects.none(), required=False, empty_label=None,
        help_text="Its stages are copied; you can change them for this job.",
    )  # fmt: skip
    field_order = ["title", "template"]

    def __init__(self, *args: Any, templates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["template"]
        field.queryset = templates
        default = next((template for template in templates if template.is_default), None)
        field.initial = default.pk if default else None


class StageForm(forms.Form):
    """A stage of a job or of a template."""

    name = forms.CharField(label="Stage", max_length=80)
    kind = forms.ChoiceField(choices=Stage.Kind.choices, initial=Stage.Kind.INTERVIEW)
    promised_days = forms.IntegerField(
        label="Answer within",
        min_value=1,
        max_value=90,
        required=False,
        help_text="Working days. Empty promises nothing.",
    )
    candidate_text = forms.CharField(
        label="What candidates read", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class DraftStageForm(StageForm):
    """A line of a template; an empty name leaves the line out."""

    name = forms.CharField(label="Stage", max_length=80, required=False)


class TemplateForm(forms.Form):
    """A process: its name, and its stages by DraftStages."""

    name = forms.CharField(max_length=120)
    is_default = forms.BooleanField(label="New jobs start with it", required=False)


DraftStages = forms.formset_factory(DraftStageForm, extra=3, max_num=MOST_STAGES, absolute_max=MOST_STAGES + 5)


def drafts_of(formset: Any) -> list[StageDraft]:
    """The stages a valid DraftStages formset describes."""
    return [
        StageDraft(
            name=form.cleaned_data["name"],
            kind=form.cleaned_data["kind"],
            candidate_text=form.cleaned_data["candidate_text"],
            promised_days=form.cleaned_data["promised_days"],
        )
        for form in formset
        if form.cleaned_data.get("name")
    ]


def read_team(data: Any, colleagues: Iterable[User]) -> dict[UUID, str]:
    """The members a posted team page names: fields role-<user id> with a team role, "" for nobody of the team."""
    roles = {user.id: data.get(f"role-{user.id}", "") for user in colleagues}
    return {user_id: role for user_id, role in roles.items() if role in HiringTeamMember.TeamRole.values}


def read_skills(data: Any) -> list[WantedSkill]:
    """The skills a posted page names: repeated `skill` ids with need-<id> and weight-<id>, in order."""
    wanted = []
    for text in dict.fromkeys(data.getlist("skill")):
        weight = data.get(f"weight-{text}", "5")
        need = data.get(f"need-{text}", JobSkill.Need.MUST)
        wanted.append(WantedSkill(UUID(text), need, whole_number(weight)))
    return wanted
