"""A small world in which every address leads to something: one of each thing, made as the product makes it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rapport.accounts.models import Role, Team, User
from rapport.activity.models import Activity
from rapport.applications import operations as applications
from rapport.applications.models import ArchiveReason
from rapport.candidates import operations as candidates
from rapport.candidates.drafts import CandidateDraft, ContactPointDraft, DocumentDraft, EducationDraft, ExperienceDraft
from rapport.candidates.models import Candidate
from rapport.hygiene import operations as hygiene
from rapport.hygiene.models import Suggestion
from rapport.hygiene.operations import merge_candidates
from rapport.intake.operations.creating import create_csv_import
from rapport.intake.operations.profiles import save_profile
from rapport.jobs import operations as jobs
from rapport.jobs import stage_operations
from rapport.jobs.models import Job, StageTemplate
from rapport.lib import clock
from rapport.lib.actors import COMMAND, SYSTEM
from rapport.lib.ids import new_id
from rapport.mail import address_tokens
from rapport.mail import operations as mail
from rapport.mail.operations import MailboxSettings
from rapport.mail.tests.examples import answer
from rapport.mail.tests.pictures import picture
from rapport.notifications.models import Notification
from rapport.outreach import operations as outreach
from rapport.outreach.models import Delivery, Enrollment
from rapport.outreach.tests.factories import SequenceFactory, make_step, make_variant
from rapport.search import operations as search
from rapport.search.folder import IndexFolder
from rapport.search.rebuilding import rebuild

SECRET = "Zanzibar"  # in the title, stage and description of the confidential job, and nowhere else


@dataclass(frozen=True)
class World:
    """`values` are those of URL parameters, `secret` those that lead to the confidential job instead."""

    users: dict[str, User]
    values: dict[str, Any]
    secret: dict[str, Any]
    candidate: Candidate


def build_world(make_user: Callable[[str, str], User], search_folder: Path) -> World:
    """Rita recruits, Hugo and Ines are on the team, Omar manages elsewhere, Mira recruits too, Emma has no part."""
    users = {
        name.lower(): make_user(name, role)
        for name, role in (
            ("Ada", Role.ADMINISTRATOR), ("Rita", Role.RECRUITER), ("Mira", Role.RECRUITER), ("Hugo", Role.HIRING_MANAGER),
            ("Omar", Role.HIRING_MANAGER), ("Ines", Role.INTERVIEWER), ("Emma", Role.EMPLOYEE),
        )
    }  # fmt: skip
    rita = users["rita"].actor
    carl, belongings = _candidate(users["rita"])
    job = _job(users, "Data engineer", carl)
    secret_job = _job(users, f"Chief of {SECRET}", carl, is_confidential=True)
    values = {**belongings, **_settings(users), **_mail(users, carl), **job, "candidate_id": carl.id}
    values |= _duplicates(users["rita"])
    table = io.BytesIO(b"name,email\nCora Candidate,cora@example.org\n")
    values |= {"import_id": create_csv_import(actor=rita, name="people.csv", file=table).id, "number": 1}
    profile = save_profile(actor=rita, name="From the fair", headers=["Wer"], fields=["full_name"])
    values |= {"profile_id": profile.id}
    segment = search.save_segment(actor=rita, name="Engineers", query="title:engineer", is_shared=True)
    hygiene.run_audit(run_id=hygiene.ask_for_audit(actor=rita).id)
    values |= {"audit_key": "incomplete", "fix_key": "fill"}
    values |= {"segment_id": segment.id, "state": "rejected", "notice_id": _notice(users["rita"], carl).id}
    rebuild(IndexFolder(search_folder), processes=1)
    return World(users, values, secret_job, carl)


def _candidate(recruiter: User) -> tuple[Candidate, dict[str, Any]]:
    rita = recruiter.actor
    draft = CandidateDraft(
        full_name="Carl Candidate", title="Data engineer", organisation="Kranich Mobil", place="Berlin",
        contact_points=(ContactPointDraft("email", "carl@example.org"), ContactPointDraft("phone", "+49 30 901820")),
    )  # fmt: skip
    carl = candidates.create_candidate(actor=rita, draft=draft)
    own = {"actor": rita, "candidate_id": carl.id}
    pool = candidates.create_pool(actor=rita, name="Silver medalists")
    candidates.add_to_pool(actor=rita, pool_id=pool.id, candidate_ids=[carl.id])
    tag = candidates.create_tag(actor=rita, name="speaks at meetups")
    candidates.tag_candidates(actor=rita, candidate_ids=[carl.id], tag_id=tag.id)
    experience = ExperienceDraft(title="Data engineer", organisation="Kranich Mobil", start_on=date(2020, 3, 1))
    things = {
        "pool": pool,
        "tag": tag,
        "contact_point": carl.contact_points.order_by("kind").first(),
        "skill": candidates.add_skill(**own, name="Python").skill,
        "consent": candidates.give_consent(**own, purpose="pool"),
        "experience": candidates.save_experience(**own, draft=experience),
        "education": candidates.save_education(**own, draft=EducationDraft(school="TU Berlin", degree="Diplom")),
        "note": candidates.add_note(**own, text="Met at the meetup."),
        "task": candidates.add_task(**own, text="Call back"),
        "document": candidates.add_document(
            **own, draft=DocumentDraft("cv.txt", b"Data engineer, Python", text="Python")
        ),
    }
    return carl, {f"{name}_id": thing.pk for name, thing in things.items()}


def _duplicates(recruiter: User) -> dict[str, Any]:
    """Two who look alike, and two who were merged in a batch."""
    rita = recruiter.actor
    alike = [candidates.create_candidate(actor=rita, draft=CandidateDraft(full_name="Dora Double")) for _ in range(2)]
    low, high = sorted(row.id for row in alike)
    suggestion = Suggestion.objects.create(
        first_id=low, second_id=high, bits=12.0, is_sure=True, reasons=["Same given name"], found_at=clock.now()
    )
    twice = [candidates.create_candidate(actor=rita, draft=CandidateDraft(full_name="Mona Merged")) for _ in range(2)]
    batch_id = new_id()
    merge = merge_candidates(actor=rita, survivor_id=twice[0].id, other_id=twice[1].id, batch_id=batch_id)
    return {
        "suggestion_id": suggestion.id, "survivor_id": low, "other_id": high, "merge_id": merge.id, "batch_id": batch_id,
    }  # fmt: skip


def _job(users: dict[str, User], title: str, carl: Candidate, *, is_confidential: bool = False) -> dict[str, Any]:
    rita = users["rita"].actor
    job = jobs.create_job(actor=rita, title=title, description=f"{title}: builds what others need.", place="Berlin")
    members = {users["rita"].id: "recruiter", users["hugo"].id: "hiring_manager", users["ines"].id: "interviewer"}
    jobs.set_team(actor=rita, job_id=job.id, members=members)
    if is_confidential:
        jobs.update_job(actor=rita, job_id=job.id, is_confidential=True)
        stage_operations.add_stage(actor=rita, job_id=job.id, name=f"{SECRET} talk")
    jobs.change_state(actor=rita, job_id=job.id, state=Job.State.OPEN)
    application = applications.create_application(actor=rita, candidate_id=carl.id, job_id=job.id)
    stages = list(job.stages.order_by("position"))
    applications.move_application(actor=rita, application_id=application.id, to_stage_id=stages[1].id)
    return {"job_id": job.id, "application_id": application.id, "stage_id": stages[1].id}


def _settings(users: dict[str, User]) -> dict[str, Any]:
    team = Team.objects.create(name="Engineering recruiting")
    team.members.add(users["rita"])
    process = StageTemplate.objects.order_by("name").first() or stage_operations.save_template(
        actor=users["rita"].actor,
        name="Short",
        stages=[{"name": "Applied", "kind": "applied", "candidate_text": "", "promised_days": 5}],
    )
    reason = ArchiveReason.objects.order_by("name").first() or applications.save_archive_reason(
        actor=COMMAND, name="Not enough experience", side="rejected"
    )
    return {"team_id": team.id, "user_id": users["hugo"].id, "jobs:template_id": process.id, "reason_id": reason.id}


def _mail(users: dict[str, User], carl: Candidate) -> dict[str, Any]:
    recruiter, rita = users["rita"], users["rita"].actor
    settings = MailboxSettings(address="rita@example.org", smtp_host="127.0.0.1", smtp_security="plain")
    mailbox = mail.create_mailbox(actor=rita, settings=settings, owner_id=recruiter.id)
    app = mail.ProviderSettings(client_id="rapport", client_secret="kept")
    provider = mail.save_provider(actor=SYSTEM, kind="google", settings=app)
    service = mail.save_service(actor=SYSTEM, kind="postmark", settings=mail.ServiceSettings())
    template = mail.create_template(actor=rita, name="Hello", purpose="first_contact", subject="Hello", body="Hello")
    snippet = mail.create_snippet(actor=rita, name="about_us", body="We are twelve.")
    logo = mail.save_letterhead(actor=users["ada"].actor, colour="#1d6b4f", logo=picture(), logo_alt="Northwind")
    limit = mail.set_domain_limit(actor=users["ada"].actor, domain="example.com", pace_count=100)
    message = mail.send_message(
        actor=rita, mailbox_id=mailbox.id, to_address="carl@example.org", to_name="Carl Candidate", subject="A job for you",
        text="Hello Carl", subjects={"candidate": carl.id},
    )  # fmt: skip
    received = mail.receive(mailbox=mailbox, data=answer(to=message))
    assert received is not None
    comment = mail.add_comment(actor=rita, conversation_id=received.thread_id, text="Between us.")
    suppression = mail.suppress_address(actor=rita, address="gone@example.org", reason="manual")
    sequence = SequenceFactory(mailbox=mailbox, name="Platform engineers")
    step = make_variant(make_step(sequence), "B", "Hello again")
    outreach.enroll(actor=rita, sequence_id=sequence.id, candidate_ids=[carl.id])
    delivery = Delivery.objects.create(
        enrollment=Enrollment.objects.get(), step=step, attempt=1, version=step.versions.get(letter="A"), mailbox=mailbox,
        state=Delivery.State.UNCLEAR, message_id="one@example.org", address="carl@example.org", claimed_at=clock.now(),
    )  # fmt: skip
    return {
        "mailbox_id": mailbox.id, "provider_id": provider.id, "kind": "google", "service_id": service.id, "service": "postmark", "what": "events", "mail:template_id": template.id, "outreach:template_id": template.id, "snippet_id": snippet.id, "message_id": received.id,
        "suppression_id": suppression.id, "sequence_id": sequence.id, "step_id": step.id, "delivery_id": delivery.id,
        "conversation_id": received.thread_id, "comment_id": comment.id, "limit_id": limit.id, "token": address_tokens.link_token(message.id),
        "name": logo.storage_name.removeprefix("logos/"),
    }  # fmt: skip


def _notice(reader: User, carl: Candidate) -> Notification:
    activity = Activity.objects.latest("id")
    return Notification.objects.create(
        user=reader, activity_id=activity.id, verb=activity.verb, text="Carl Candidate has moved",
        url=f"/candidates/{carl.id}/", happened_at=clock.now(),
    )  # fmt: skip
