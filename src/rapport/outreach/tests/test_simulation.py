"""The dry run: when everything would happen, and why not sooner."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from rapport.lib import clock
from rapport.lib.actors import COMMAND
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed
from rapport.mail.models import DomainBucket, DomainLimit, Preference, Suppression
from rapport.outreach import operations
from rapport.outreach.dry_run import dry_run
from rapport.outreach.models import Delivery, Enrollment
from rapport.outreach.tests.conftest import FRIDAY
from rapport.outreach.tests.factories import OFFICE, MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]


def start(rita, *addresses: str, steps=((0, "auto"),), mailbox=None, **fields):
    sequence = SequenceFactory(mailbox=mailbox or MailboxFactory(), **{**OFFICE, **fields})
    for position, (wait_count, kind) in enumerate(steps, 1):
        make_step(sequence, position, wait_count=wait_count, kind=kind)
    people = [make_person(f"Carl{number} Example", address) for number, address in enumerate(addresses)]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id for person in people])
    return sequence, people


def told(run, **only):
    """(when, kind, step, name, reason) of the events."""
    return [
        (f"{event.at:%a %d %H:%M}", event.kind, event.position, run.names.get(event.candidate_id), event.reason)
        for event in run.events
        if all(getattr(event, name) == value for name, value in only.items())
    ]


def test_every_step_comes_at_its_time_within_the_hours(rita):
    sequence, _ = start(rita, "carl@example.net", steps=((0, "auto"), (1, "task"), (3, "approval"), (4, "auto")))
    run = dry_run(COMMAND, sequence.id, days=30)
    assert told(run) == [
        ("Fri 27 09:30", "mail", 1, "Carl0 Example", ""),
        ("Mon 30 09:00", "task", 2, "Carl0 Example", ""),
        ("Thu 03 09:00", "approval", 3, "Carl0 Example", ""),
        ("Mon 07 09:00", "mail", 4, "Carl0 Example", ""),
        ("Mon 07 09:00", "finish", 4, "Carl0 Example", ""),
    ]
    assert (run.people, run.looked_at, run.start, run.end) == (1, 1, FRIDAY, datetime(2026, 12, 27, tzinfo=UTC))
    assert run.days[date(2026, 12, 7)] == {"mail": 1, "finish": 1}
    assert run.days[date(2026, 11, 28)] == {}
    assert Enrollment.objects.get().step.position == 1  # nothing was done
    assert Delivery.objects.count() == 0


def test_caps_over_all_sequences_and_the_mailbox_put_mails_off(rita):
    mailbox = MailboxFactory(daily_cap=2)
    sequence, people = start(
        rita, *(f"p{number}@example.net" for number in range(3)), steps=((0, "auto"), (0, "auto"), (0, "auto")),
        mailbox=mailbox, cap_count=2, cap_days=7,
    )  # fmt: skip
    other = SequenceFactory(**OFFICE)
    make_step(other)
    Enrollment.objects.create(
        sequence=other, candidate=people[0], step=other.steps.get(), next_due_at=FRIDAY, enrolled_at=FRIDAY
    )
    run = dry_run(COMMAND, sequence.id, days=21)
    by_person = {
        name: [row[:3] for row in told(run) if row[3] == name and row[1] == "mail"] for name in run.names.values()
    }
    # Carl0 got one mail of each sequence on Friday; the others share the two mails a day of the mailbox with them.
    assert by_person["Carl0 Example"][0] == ("Fri 27 09:30", "mail", 1)
    assert by_person["Carl0 Example"][1][0] >= "Fri 04"
    waits = {(row[3], row[4]) for row in told(run, kind="wait")}
    assert ("Carl0 Example", "too_often") in waits
    assert any(reason == "mailbox_cap" for _, reason in waits)
    moments = sorted(event.at for event in run.events if event.kind == "mail")
    for first, third in zip(moments, moments[2:], strict=False):
        assert third - first >= timedelta(days=1)
    assert len(moments) == 9


def test_a_minute_takes_no_more_than_the_pace(rita):
    mailbox = MailboxFactory(pace_per_minute=10)
    sequence, _ = start(rita, *(f"p{number}@example.net" for number in range(25)), mailbox=mailbox)
    run = dry_run(COMMAND, sequence.id, days=1)
    assert [f"{event.at:%H:%M}" for event in run.events if event.kind == "mail"] == (
        ["09:30"] * 10 + ["09:31"] * 10 + ["09:32"] * 5
    )
    assert len(told(run, kind="wait")) == 24  # a tenth at once, the others one by one


def test_a_domain_with_a_limit_gives_turns_and_delays_nobody_else(rita):
    limit = DomainLimit.objects.create(domain="example.net", pace_count=60, created_at=FRIDAY, updated_at=FRIDAY)
    sequence, _ = start(rita, *(f"p{number}@example.net" for number in range(20)), "p@example.org")
    run = dry_run(COMMAND, sequence.id, days=1)
    sent = {run.names[event.candidate_id]: event.at for event in run.events if event.kind == "mail"}
    assert sent["Carl20 Example"] == FRIDAY
    moments = sorted(sent[f"Carl{number} Example"] for number in range(20))
    assert moments[5] == FRIDAY < moments[6]
    assert [f"{moment:%H:%M}" for moment in moments[6::4]] == ["09:31", "09:35", "09:39", "09:44"]
    waits = [event for event in run.events if event.kind == "wait"]
    assert len(waits) == 14
    assert {(event.reason, event.text) for event in waits} == {
        ("domain", "Mail for example.net waits: 60 an hour at most go there.")
    }
    limit.delete()
    assert told(dry_run(COMMAND, sequence.id, days=1), kind="wait") == []


def test_a_domain_that_was_slowed_down_is_fast_again_after_a_while(rita):
    DomainBucket.objects.create(
        domain="example.net", slowed_to=0.1, slowed_at=FRIDAY, slowed_why="too many", refilled_at=FRIDAY, tokens=0
    )
    sequence, _ = start(rita, *(f"p{number}@example.net" for number in range(3)), steps=((0, "auto"), (3, "auto")))
    run = dry_run(COMMAND, sequence.id, days=9)
    assert {(row[2], row[4]) for row in told(run, kind="wait")} == {(1, "domain")}
    assert len(told(run, kind="mail")) == 6


def test_who_may_not_be_written_to_is_stopped_or_put_off_with_the_reason(rita):
    sequence, _ = start(
        rita, "gone@example.net", "rare@example.net", "pause@example.net", steps=((0, "auto"), (1, "auto"))
    )
    Suppression.objects.create(address="gone@example.net", reason="unsubscribed", since=FRIDAY)
    Preference.objects.create(address="rare@example.net", every_days=30, updated_at=FRIDAY)
    Preference.objects.create(address="pause@example.net", paused_until=FRIDAY + timedelta(days=9), updated_at=FRIDAY)
    run = dry_run(COMMAND, sequence.id, days=40)
    assert told(run, kind="stop") == [("Fri 27 09:30", "stop", 1, "Carl0 Example", "suppressed")]
    waits = [
        (name, event.position, event.reason, f"{event.until:%d %b %H:%M}")
        for event in run.events
        if event.kind == "wait"
        for name in [run.names[event.candidate_id]]
    ]
    assert waits == [
        ("Carl2 Example", 1, "paused", "07 Dec 09:00"),
        ("Carl1 Example", 2, "own_limit", "28 Dec 09:00"),
    ]


def test_what_waits_for_a_person_is_told_and_not_guessed(rita):
    sequence, (person,) = start(rita, "carl@example.net", steps=((0, "approval"), (1, "auto")))
    step = sequence.steps.order_by("position").first()
    enrollment = Enrollment.objects.get()
    delivery = Delivery.objects.create(
        enrollment=enrollment, step=step, attempt=1, version=step.versions.get(), mailbox=sequence.mailbox,
        state="planned", message_id="1@example.org", address="carl@example.net", claimed_at=FRIDAY,
    )  # fmt: skip
    Enrollment.objects.update(delivery_id=delivery.id, next_due_at=None)
    run = dry_run(COMMAND, sequence.id)
    assert told(run) == [("Fri 27 09:30", "wait", 1, person.full_name, "approval")]


def test_a_sequence_without_people_is_shown_for_somebody_who_joins(rita):
    sequence = SequenceFactory(**OFFICE, state="draft")
    make_step(sequence)
    run = dry_run(COMMAND, sequence.id, first_day=date(2026, 12, 5), days=7)
    assert [(f"{event.at:%a %d %H:%M}", event.kind) for event in run.events] == [
        ("Mon 07 09:00", "mail"),
        ("Mon 07 09:00", "finish"),
    ]
    assert (run.people, run.looked_at) == (0, 0)


def test_days_later_show_what_happens_then_only(rita):
    sequence, _ = start(rita, "carl@example.net", steps=((0, "auto"), (7, "auto")))
    run = dry_run(COMMAND, sequence.id, first_day=date(2026, 12, 1), days=7)
    assert told(run) == [
        ("Fri 04 09:30", "mail", 2, "Carl0 Example", ""),
        ("Fri 04 09:30", "finish", 2, "Carl0 Example", ""),
    ]


def test_refuses_what_cannot_be_looked_at(rita, emma):
    empty = SequenceFactory()
    with pytest.raises(Conflict):
        dry_run(COMMAND, empty.id)
    make_step(empty)
    for days in (0, 367, -1):
        with pytest.raises(InvalidInput):
            dry_run(COMMAND, empty.id, days=days)
    with pytest.raises(NotAllowed):
        dry_run(emma.actor, empty.id)


def test_the_command_prints_json(rita, capsys):
    sequence, (person,) = start(rita, "carl@example.net")
    call_command("sequence", "simulate", str(sequence.id), "--days", "3", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["days"] == [
        {"date": "2026-11-27", "mail": 1, "approval": 0, "task": 0, "stop": 0, "finish": 1},
        {"date": "2026-11-28", "mail": 0, "approval": 0, "task": 0, "stop": 0, "finish": 0},
        {"date": "2026-11-29", "mail": 0, "approval": 0, "task": 0, "stop": 0, "finish": 0},
    ]
    assert found["events"][0] == {
        "at": "2026-11-27T09:30:00+00:00", "kind": "mail", "candidate": str(person.id), "name": "Carl0 Example",
        "step": 1, "variant": None, "reason": "", "text": "", "until": None,
    }  # fmt: skip
    assert (found["people"], found["from"], found["until"]) == (
        1,
        "2026-11-27T09:30:00+00:00",
        "2026-11-30T00:00:00+00:00",
    )
    call_command("sequence", "simulate", str(sequence.id))
    assert "2026-11-27 09:30  mail     step 1  Carl0 Example" in capsys.readouterr().out


def test_the_simulated_days_are_those_that_the_engine_brings(rita):
    """The same people through the real claim, day after day: each mail is claimed at the moment that was foretold."""
    from rapport.outreach.claiming import claim_due
    from rapport.outreach.ledger import take_lease
    from rapport.outreach.plans import load_plan
    from rapport.outreach.settling import Done, settle

    sequence, _ = start(
        rita, *(f"p{number}@example.net" for number in range(6)), steps=((0, "auto"), (1, "auto"), (2, "auto"), (9, "auto")),
        mailbox=MailboxFactory(daily_cap=4), cap_count=2, cap_days=7,
    )  # fmt: skip
    Preference.objects.create(address="p1@example.net", every_days=7, updated_at=FRIDAY)
    run = dry_run(COMMAND, sequence.id, days=60)
    foretold = {(event.candidate_id, event.position): event.at for event in run.events if event.kind == "mail"}
    lease, happened, moment = take_lease("test"), {}, FRIDAY
    while moment is not None:
        with time_machine.travel(moment, tick=False):
            plan = load_plan(sequence.id)
            parcels = claim_due(plan, lease=lease, limit=50).parcels
            for parcel in parcels:
                happened[parcel.candidate_id, parcel.step.position] = moment
            Delivery.objects.filter(id__in=[row.delivery_id for row in parcels]).update(state="sent")
            settle([Done(parcel, "sent", "", clock.now()) for parcel in parcels])
        moment = _next_moment(moment)
    assert len(happened) == 24
    assert happened.keys() == foretold.keys()
    assert all(abs(happened[key] - foretold[key]) <= timedelta(minutes=30) for key in happened)


def _next_moment(moment):
    """Every half hour of working time, to the end of January."""
    later = moment + timedelta(minutes=30)
    if later > FRIDAY + timedelta(days=65):
        return None
    while later.weekday() > 4 or not 9 <= later.hour < 17:
        later += timedelta(minutes=30)
    return later
