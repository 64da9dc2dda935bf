"""The report on sequences: exact figures, whose people open, and who may read it."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.applications.operations import create_application, move_application
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates.models import Candidate
from rapport.insights.outreach_report import FIGURES, label_of, list_people, read_report
from rapport.jobs.models import Department
from rapport.jobs.tests.factories import JobFactory, StageFactory
from rapport.lib import clock
from rapport.lib.errors import NotAllowed
from rapport.mail.models import DeliveryEvent, Message, ReplyIntent, Template, TemplateVersion
from rapport.outreach.models import Delivery, Enrollment, Sequence, Step, StepVersion
from rapport.outreach.tests.factories import EnrollmentFactory, SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db
URL = "/reports/"
PEOPLE = "/reports/people/"
LONG_AGO = clock.now() - timedelta(days=3650)


def enrolled(sequence: Sequence, name: str = "Carl Example", *, days_ago: int = 10) -> Enrollment:
    return EnrollmentFactory(
        sequence=sequence, candidate=make_person(name), enrolled_at=clock.now() - timedelta(days=days_ago)
    )


def sent(
    enrollment: Enrollment, step: Step, *events: tuple[str, str], state: str = "sent", letter: str = "A"
) -> Delivery:
    """A mail that went out a day after the enrollment, and what happened to it."""
    sequence, at = enrollment.sequence, enrollment.enrolled_at + timedelta(days=1)
    version = step.versions.get(letter=letter)
    delivery = Delivery.objects.create(
        enrollment=enrollment, step=step, attempt=1, version=version, mailbox=sequence.mailbox, state=state,
        message_id=f"{uuid4().hex}@example.org", address="carl@example.net", claimed_at=at, finished_at=at,
        letter=letter if step.versions.count() > 1 else "",
    )  # fmt: skip
    Message.objects.create(
        id=delivery.id, thread_id=delivery.id, direction="out", state="sent", mailbox=sequence.mailbox,
        message_id=delivery.message_id, to_address="carl@example.net", is_bulk=True, created_at=at, sent_at=at,
        template_version=version.template_version,
    )  # fmt: skip
    for kind, verdict in events:
        DeliveryEvent.objects.create(message_id=delivery.id, kind=kind, verdict=verdict, occurred_at=at)
    return delivery


@pytest.fixture
def sequence() -> Sequence:
    return SequenceFactory(name="Data people")


def figures(actor_of: User, by: str, days: int = 3650) -> dict[str, dict[str, int]]:
    rows = read_report(actor_of.actor, by, since=clock.now() - timedelta(days=days))
    return {row.label: dict(row.figures) for row in rows}


def test_each_person_counts_once_and_only_what_people_did_counts(rita, sequence) -> None:
    first, second = make_step(sequence, 1), make_step(sequence, 2)
    twice = enrolled(sequence)
    sent(twice, first, ("replied", "human"), ("replied", "human"), ("opened", "unsure"))
    sent(twice, second, ("replied", "human"))
    machine = enrolled(sequence)
    sent(machine, first, ("auto_replied", "machine"), ("replied", "machine"))
    bounced = enrolled(sequence)
    sent(bounced, first, ("bounced", "machine"))
    refused = enrolled(sequence)
    sent(refused, first, state="refused")
    enrolled(sequence)
    job = JobFactory()
    ApplicationFactory(candidate=twice.candidate, job=job, applied_at=clock.now(), state="hired", ended_at=clock.now())
    ApplicationFactory(candidate=machine.candidate, job=job, applied_at=clock.now())
    ApplicationFactory(candidate=bounced.candidate, job=job, applied_at=clock.now() - timedelta(days=300))
    assert figures(rita, "sequence")["Data people"] == {
        "enrolled": 5, "sent": 3, "delivered": 2, "replied": 1, "positive": 0, "applied": 2, "interviewed": 1, "hired": 1,
    }  # fmt: skip
    once = {"sent": 1, "delivered": 1, "replied": 1, "positive": 0, "applied": 1, "interviewed": 1, "hired": 1}
    assert figures(rita, "step") == {
        "Data people, step 1": once | {"sent": 3, "delivered": 2, "applied": 2}, "Data people, step 2": once,
    }  # fmt: skip


def test_who_is_interested_counts_as_it_was_read_or_corrected(rita, sequence) -> None:
    step = make_step(sequence)
    for kind in ("interested", "not_now"):
        enrollment = enrolled(sequence)
        delivery = sent(enrollment, step)
        reply = Message.objects.create(
            thread_id=delivery.id, direction="in", state="received", kind="reply", mailbox=sequence.mailbox,
            message_id=f"{uuid4().hex}@example.net", created_at=clock.now(), received_at=clock.now(),
        )  # fmt: skip
        ReplyIntent.objects.create(message=reply, kind=kind, read_kind="other")
        DeliveryEvent.objects.create(
            message_id=delivery.id, kind="replied", verdict="human", data={"message_id": str(reply.id)},
            occurred_at=clock.now(),
        )  # fmt: skip
    assert figures(rita, "sequence")["Data people"] == {
        "enrolled": 2, "sent": 2, "delivered": 2, "replied": 2, "positive": 1, "applied": 0, "interviewed": 0, "hired": 0,
    }  # fmt: skip


def test_variants_are_told_apart(rita, sequence) -> None:
    step = make_step(sequence)
    StepVersion.objects.create(step=step, number=2, letter="B", subject="Hello", body="Other", created_at=clock.now())
    sent(enrolled(sequence), make_step(sequence, 2))  # of one text
    for letter in ("A", "B", "B"):
        delivery = sent(enrolled(sequence), step, ("replied", "human"), letter=letter)
        assert delivery.version.letter == letter
    assert {label: row["sent"] for label, row in figures(rita, "variant").items()} == {
        "Data people, step 1, variant A": 1, "Data people, step 1, variant B": 2,
    }  # fmt: skip


def test_applications_count_for_the_job_of_the_sequence_only(rita) -> None:
    job = JobFactory(department=Department.objects.create(name="Data"))
    sequence = SequenceFactory(name="For a job", job=job)
    step = make_step(sequence)
    one, other = enrolled(sequence), enrolled(sequence)
    for enrollment in (one, other):
        sent(enrollment, step)
    ApplicationFactory(candidate=one.candidate, job=job, applied_at=clock.now())
    ApplicationFactory(candidate=other.candidate, job=JobFactory(), applied_at=clock.now())
    wanted = {
        "enrolled": 2, "sent": 2, "delivered": 2, "replied": 0, "positive": 0, "applied": 1, "interviewed": 0, "hired": 0,
    }  # fmt: skip
    assert figures(rita, "sequence") == {"For a job": wanted}
    assert figures(rita, "department") == {"Data": wanted}
    of_sender = {name: count for name, count in wanted.items() if name != "enrolled"}
    assert figures(rita, "sender") == {sequence.mailbox.address: of_sender}


def test_an_interview_counts_wherever_the_application_went_afterwards(rita, sequence) -> None:
    step, job = make_step(sequence), JobFactory()
    for position, kind in enumerate(("screen", "offer"), 3):
        StageFactory(job=job, name=kind.title(), kind=kind, position=position)
    stages = {stage.kind: stage for stage in job.stages.all()}
    ways = {
        "back again": ["interview", "screen"], "further": ["offer"], "there": ["interview"], "screened only": ["screen"],
    }  # fmt: skip
    for name, kinds in ways.items():
        enrollment = enrolled(sequence, name)
        sent(enrollment, step)
        application = create_application(actor=rita.actor, candidate_id=enrollment.candidate_id, job_id=job.id)
        for kind in kinds:
            move_application(actor=rita.actor, application_id=application.id, to_stage_id=stages[kind].id)
    assert figures(rita, "sequence")["Data people"] == {
        "enrolled": 4, "sent": 4, "delivered": 4, "replied": 0, "positive": 0, "applied": 4, "interviewed": 3, "hired": 0,
    }  # fmt: skip
    people = list_people(rita.actor, "sequence", str(sequence.id), "interviewed", since=LONG_AGO)
    names = {Candidate.objects.get(id=row.candidate_id).full_name for row in people}
    assert names == {"back again", "further", "there"}


def test_wordings_of_templates_and_kinds_of_role(rita, sequence) -> None:
    template = Template.objects.create(
        name="Hello", role_family="Engineering", created_at=clock.now(), updated_at=clock.now()
    )
    version = TemplateVersion.objects.create(
        template=template, number=3, subject="Hello", body="Hi", created_at=clock.now()
    )
    written, free = make_step(sequence, 1), make_step(sequence, 2)
    written.versions.update(template_version=version)
    enrollment = enrolled(sequence)
    sent(enrollment, written, ("replied", "human"))
    sent(enrollment, free)
    answered = {"sent": 1, "delivered": 1, "replied": 1, "positive": 0, "applied": 0, "interviewed": 0, "hired": 0}
    assert figures(rita, "template") == {
        "Hello, version 3": answered, "Written without a template": answered | {"replied": 0},
    }  # fmt: skip
    assert figures(rita, "role") == {"Engineering": answered, "No kind of role": answered | {"replied": 0}}


def test_a_period_is_that_of_the_enrollment(rita, sequence) -> None:
    step = make_step(sequence)
    for days_ago in (10, 100):
        sent(enrolled(sequence, days_ago=days_ago), step)
    assert figures(rita, "sequence", days=90)["Data people"]["sent"] == 1
    assert figures(rita, "sequence", days=9) == {}


def test_who_is_held_out_by_chance_was_not_put_in(rita, sequence) -> None:
    make_step(sequence)
    enrolled(sequence)
    held = {"state": "exited", "exit_reason": "held_out", "next_due_at": None, "ended_at": clock.now()}
    Enrollment.objects.filter(id=enrolled(sequence, "Dana Example").id).update(**held)
    assert figures(rita, "sequence")["Data people"]["enrolled"] == 1
    people = list_people(rita.actor, "sequence", str(sequence.id), "enrolled", since=LONG_AGO)
    assert [row.enrollment_id for row in people] == [Enrollment.objects.get(state="active").id]


def test_jobs_that_one_may_not_see_stay_out(rita, ada, sequence) -> None:
    secret = JobFactory(is_confidential=True)
    hidden, step = SequenceFactory(name="Quiet", job=secret), make_step(sequence)
    sent(enrolled(hidden), make_step(hidden))
    person = enrolled(sequence)
    sent(person, step)
    ApplicationFactory(
        candidate=person.candidate, job=secret, applied_at=clock.now(), state="hired", ended_at=clock.now()
    )
    seen = {"sent": 1, "delivered": 1, "replied": 0, "positive": 0, "applied": 0, "interviewed": 0, "hired": 0}
    assert figures(rita, "sequence") == {"Data people": {"enrolled": 1, **seen}}
    assert set(figures(rita, "step")) == {"Data people, step 1"}
    assert list_people(rita.actor, "sequence", str(hidden.id), "sent", since=LONG_AGO) == []
    assert label_of(rita.actor, "sequence", str(hidden.id)) == ""


def test_every_figure_opens_its_people(rita, sequence, sign_in) -> None:
    step = make_step(sequence)
    answered, silent = enrolled(sequence, "Ada Answers"), enrolled(sequence, "Sil Silent")
    sent(answered, step, ("replied", "human"))
    sent(silent, step)
    client = sign_in(rita)
    page = client.get(URL, {"by": "sequence", "days": "30"})
    [row] = page.context["rows"]
    opened = {figure["label"]: (figure["count"], figure["url"]) for figure in row["figures"]}
    assert {label: count for label, (count, _) in opened.items()} == {
        "Enrolled": 2, "Sent": 2, "Delivered": 2, "Replied": 1, "Interested": 0, "Applied": 0, "Interviewed": 0,
        "Hired": 0,
    }  # fmt: skip
    assert (row["rate"], opened["Applied"][1]) == ("50.0%", "")

    def names(label: str) -> list[str]:
        return [it["name"] for it in client.get(opened[label][1]).context["rows"]]

    assert names("Replied") == ["Ada Answers"]
    assert names("Sent") == names("Enrolled") == ["Sil Silent", "Ada Answers"]


def test_people_have_pages(rita, sequence, sign_in) -> None:
    for number in range(51):
        enrolled(sequence, f"Carl{number} Example")
    first = sign_in(rita).get(PEOPLE, {"by": "sequence", "key": str(sequence.id), "show": "enrolled"})
    assert [len(first.context["rows"]), first.context["first_url"]] == [50, ""]
    second = sign_in(rita).get(first.context["next_url"])
    assert [it["name"] for it in second.context["rows"]] == ["Carl0 Example"]
    assert second.context["next_url"] == ""


def test_a_file_runs_no_formula(rita, sequence, sign_in) -> None:
    Sequence.objects.update(name="=1+1")
    sent(enrolled(sequence), make_step(sequence), ("replied", "human"))
    text = b"".join(sign_in(rita).get("/reports/outreach.csv", {"by": "sequence"})).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["sequence", *FIGURES, "reply_rate"],
        ["'=1+1", "1", "1", "1", "1", "0", "0", "0", "0", "1.0"],
    ]


def test_recruiters_read_reports_and_nobody_below(rita, hugo, ines, emma, sign_in) -> None:
    for url in (URL, "/reports/outreach.csv", f"{PEOPLE}?show=sent"):
        assert sign_in(rita).get(url).status_code == 200
        for user in (hugo, ines, emma):
            assert sign_in(user).get(url).status_code == 403
    with pytest.raises(NotAllowed):
        list_people(hugo.actor, "sequence", "", "sent", since=LONG_AGO)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?by=nothing&days=x", 200), ("?by=step&days=0", 200), ("people/?show=nothing", 404),
        ("people/?by=step&show=enrolled", 404), ("people/?show=sent&key=%00&before=x", 422),
        ("people/?show=sent&key=nobody", 200),
    ],
)  # fmt: skip
def test_odd_addresses(rita, sign_in, query, status) -> None:
    assert sign_in(rita).get(URL + query).status_code == status


def test_the_number_of_statements_does_not_depend_on_the_rows(rita, sign_in) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            further = SequenceFactory()
            sent(enrolled(further), make_step(further), ("replied", "human"))

    client = sign_in(rita)
    add(2)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL, {"by": "step"})
    add(18)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(URL, {"by": "step"}).context["rows"]) == 20
    assert len(many) == len(few)
