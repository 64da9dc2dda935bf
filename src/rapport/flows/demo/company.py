"""The demo company: colleagues, tags, pools, jobs and archive reasons, made by the operations a person would use."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from rapport.accounts.models import Role, User
from rapport.accounts.operations import create_user, save_team
from rapport.candidates.models import Tag
from rapport.candidates.operations import merge_tags, save_tag
from rapport.candidates.operations.storing import ensure_sources, ensure_tags
from rapport.flows.demo import words
from rapport.jobs import operations as jobs
from rapport.jobs.models import Job, StageTemplate
from rapport.jobs.operations import WantedSkill
from rapport.jobs.stage_operations import StageDraft, save_template
from rapport.lib import clock
from rapport.lib.actors import COMMAND
from rapport.skills.operations import find_or_create_skills

PASSWORD = "try-rapport-2026"  # noqa: S105 - shown on purpose: it opens invented data only
SIGN_IN = "rita@example.org"
COLLEAGUES = (
    ("rita@example.org", "Rita Lindqvist", Role.RECRUITER),
    ("mira@example.org", "Mira Okafor", Role.RECRUITER),
    ("jonas@example.org", "Jonas Reuter", Role.RECRUITER),
    ("hugo@example.org", "Hugo Brandt", Role.HIRING_MANAGER),
    ("omar@example.org", "Omar Haddad", Role.HIRING_MANAGER),
    ("lena@example.org", "Lena Hoffmann", Role.HIRING_MANAGER),
    ("ines@example.org", "Ines Varga", Role.INTERVIEWER),
    ("tom@example.org", "Tom Adeyemi", Role.INTERVIEWER),
    ("emma@example.org", "Emma Nygaard", Role.EMPLOYEE),
    ("ada@example.org", "Ada Steiner", Role.ADMINISTRATOR),
)
# title, department, place, role of roles.py, must, nice, years, pay, headcount, days since opening, confidential
JOBS = (
    ("Senior Data Engineer, Grid Forecasting", "Data", "Berlin", "data engineering", "Python|Apache Airflow|PostgreSQL|Time series analysis", "Apache Kafka|dbt", 5, (78000, 96000), 2, 31, False),
    ("Backend Engineer, Billing", "Technology", "Berlin", "backend", "Python|Django|PostgreSQL", "Docker|Redis|Apache Kafka", 3, (68000, 88000), 2, 45, False),
    ("Frontend Engineer, Customer Portal", "Technology", "Hamburg", "frontend", "TypeScript|React|CSS", "Web accessibility|GraphQL", 3, (62000, 80000), 1, 24, False),
    ("Site Reliability Engineer", "Technology", "Remote in Germany", "cloud", "Linux|Kubernetes|Terraform", "Prometheus|Python", 4, (75000, 95000), 1, 60, False),
    ("Product Designer", "Technology", "Berlin", "design", "User experience design|Figma|Prototyping", "Web accessibility", 3, (60000, 78000), 1, 18, False),
    ("Electrician, Substations", "Grid operations", "Potsdam", "electrical", "Electrical installation|Power systems engineering|Electrical safety testing", "First aid", 2, (42000, 54000), 6, 90, False),
    ("Maintenance Technician, Wind", "Grid operations", "Rostock", "mechanics", "Hydraulics|Preventive maintenance|Industrial maintenance", "Welding|Engineering drawings", 2, (44000, 56000), 3, 75, False),
    ("Occupational Health Nurse", "People", "Berlin", "nursing", "Nursing|Occupational health nursing|First aid", "Vaccination", 3, (48000, 58000), 1, 38, False),
    ("Senior Financial Controller", "Finance", "Berlin", "controlling", "Management accounting|Budgeting|Microsoft Excel", "SAP|Power BI", 6, (72000, 92000), 1, 52, False),
    ("Customer Service Representative", "Customers", "Leipzig", "customer service", "Customer service|Complaint handling", "SAP|Conflict resolution", 1, (32000, 40000), 8, 120, False),
    ("Project Manager, Wind Parks", "Grid operations", "Hamburg", "project management", "Project management|Risk management|Budgeting", "Wind energy|Contract management", 5, (70000, 90000), 2, 66, False),
    ("Head of Data Science", "Data", "Berlin", "data science", "Machine learning|Python|Statistics", "Time series analysis|Deep learning", 10, (110000, 140000), 1, 14, True),
)  # fmt: skip
TEN_STAGES = (
    ("Applied", "applied"), ("First look", "screen"), ("Phone call", "screen"), ("Language check", "screen"),
    ("Trial day", "interview"), ("Team meeting", "interview"), ("Second talk", "interview"), ("References", "screen"),
    ("Decision", "screen"), ("Offer", "offer"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """Everything history needs to know: users by address, jobs with the role they look for, ids of tags and sources."""

    users: dict[str, User]
    jobs: list[tuple[Job, str]]
    tags: list[UUID]
    sources: list[UUID]


def found_company() -> Company:
    """Create the company, or find what is there of it."""
    users = {email: _colleague(email, name, role) for email, name, role in COLLEAGUES}
    save_team(actor=COMMAND, name="Recruiting", member_ids=[users[email].id for email, _, role in COLLEAGUES[:3]])
    tags = ensure_tags(words.TAGS, COMMAND)
    _explain_tags(tags, users)
    sources = ensure_sources(words.SOURCES)
    ten = save_template(
        actor=COMMAND, name="Ten stages",
        stages=[StageDraft(name=name, kind=kind, candidate_text="", promised_days=4) for name, kind in TEN_STAGES],
    )  # fmt: skip
    opened = [(_open_job(row, users, ten), row[3]) for row in JOBS]
    return Company(users, opened, list(tags.values()), list(sources.values()))


def _explain_tags(tags: dict[str, UUID], users: dict[str, User]) -> None:
    """Give the tags meanings and owners, and the vocabulary what grows in every house: other spellings."""
    for position, (name, tag_id) in enumerate(tags.items()):
        meaning, owner = words.MEANINGS.get(name, ("", "rita"))
        owner_id = users[f"{owner}@example.org"].id
        save_tag(actor=COMMAND, tag_id=tag_id, name=name, description=meaning, owner_id=owner_id)
        Tag.objects.filter(id=tag_id).update(last_used_at=clock.now() - timedelta(days=position * position))
    spellings = ensure_tags([name for name, _, _ in words.OTHER_SPELLINGS], COMMAND)
    for name, owner, merged_into in words.OTHER_SPELLINGS:
        if merged_into and spellings[name] != tags[merged_into]:
            merge_tags(actor=COMMAND, tag_id=spellings[name], into_id=tags[merged_into])
        elif not merged_into:
            owner_id = users[f"{owner}@example.org"].id
            save_tag(actor=COMMAND, tag_id=spellings[name], name=name, description="", owner_id=owner_id)


def _colleague(email: str, name: str, role: str) -> User:
    return User.objects.filter(email=email).first() or create_user(
        actor=COMMAND, email=email, full_name=name, role=role, password=PASSWORD
    )


def _open_job(row: tuple, users: dict[str, User], ten: StageTemplate) -> Job:
    title, department, place, _, must, nice, years, pay, headcount, _, secret = row
    recruiter = users[SIGN_IN]
    template = ten.id if title.startswith("Customer Service") else None
    job = jobs.create_job(
        actor=recruiter.actor, template_id=template, title=title, department=department, place=place, min_years=years,
        pay_min=pay[0], pay_max=pay[1], headcount=headcount, description=_description(title, must, nice),
        workplace="remote" if "Remote" in place else "hybrid",
    )  # fmt: skip
    ids = find_or_create_skills([*must.split("|"), *nice.split("|")])
    wanted = [WantedSkill(ids[name], "must", 8) for name in must.split("|")]
    wanted += [WantedSkill(ids[name], "nice", 4) for name in nice.split("|")]
    jobs.set_skills(actor=recruiter.actor, job_id=job.id, skills=wanted)
    jobs.set_team(actor=recruiter.actor, job_id=job.id, members=_team(title, users))
    if secret:
        jobs.update_job(actor=recruiter.actor, job_id=job.id, is_confidential=True)
    return jobs.change_state(actor=recruiter.actor, job_id=job.id, state="open")


def _team(title: str, users: dict[str, User]) -> dict[UUID, str]:
    manager = "hugo" if "Data" in title or "Engineer" in title else "omar"
    members = {
        "rita": "recruiter",
        "mira": "recruiter",
        manager: "hiring_manager",
        "ines": "interviewer",
        "tom": "interviewer",
    }
    return {users[f"{name}@example.org"].id: role for name, role in members.items()}


def _description(title: str, must: str, nice: str) -> str:
    wanted, welcome = must.replace("|", ", "), nice.replace("|", ", ")
    return (
        f"We keep the lights on for two million people and take the grid to renewable power. As {title} you own your "
        f"part of that from the first idea to the night it has to work.\n\nYou bring: {wanted}.\nWelcome, not needed: "
        f"{welcome}.\n\nYou work 38 hours, half of them where you like. We tell you the pay, the steps and the dates, "
        f"and you hear from us when we said you would."
    )
