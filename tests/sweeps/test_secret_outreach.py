"""Nobody outside the team of a confidential job learns of its outreach, on any page, whenever the job became confidential."""

from datetime import timedelta

import pytest
from django.test import Client

from rapport.activity.queries import list_timeline
from rapport.jobs.operations import update_job
from rapport.lib import clock
from rapport.lib.ids import new_id
from rapport.notifications.models import Notification
from rapport.notifications.operations import send_digest
from rapport.notifications.queries import count_unread, list_notices
from tests.sweeps.secret_outreach import MARK, TEAM, SecretOutreach, make_secret_outreach
from tests.sweeps.test_routes import FILLERS, OURS, READ_BY_GET, ask
from tests.sweeps.world import World

# Mira recruits, as who made it does: she would see all but what is confidential.
OUTSIDERS = [
    ("mira", "start"),
    ("mira", "later"),
    ("mira", "old"),
    ("ada", "later"),
    ("omar", "old"),
    ("emma", "later"),
]
CANDIDATE_PAGES = ("", "?group=mail", "?group=notes", "?group=changes", "?panel=1", "?before={last}")


def pages_of(world: World, secret: SecretOutreach) -> list[str]:
    """Every page that is read by GET, with the ids of the world and of what is secret, and what lists take."""
    found = [route.url({**FILLERS, **world.values, **own}) for route in READ_BY_GET for own in ({}, secret.values)]
    last = str(new_id())
    candidate = f"/candidates/{world.candidate.id}/"
    found += [candidate + page.format(last=last) for page in CANDIDATE_PAGES]
    found += [f"{candidate}may-we-write?sequence={secret.sequence.id}"]
    found += [f"/inbox/?show={show}" for show in ("all", "mine", "unassigned", "waiting", "snoozed", "done")]
    found += [
        f"/inbox/?mailbox={secret.sequence.mailbox_id}",
        "/notifications/?show=unread",
        "/sequences/?show=archived",
    ]
    found += [
        f"/reports/?by={by}&days=0" for by in ("sequence", "step", "template", "mailbox", "job", "department", "owner")
    ]
    found += [
        f"/data-health/compare/{world.candidate.id}/{world.values['other_id']}/",
        "/candidates/export/?format=csv",
    ]
    found += [f"/sequences/enroll?ids={world.candidate.id}&sequence={world.values['sequence_id']}"]
    found += [f"/reports/people/?show=sent&days=0&by=sequence&key={secret.sequence.id}"]
    return list(dict.fromkeys(found))


def leaks(client: Client, urls: list[str]) -> list[str]:
    found = []
    for url in urls:
        asks_for_parts = url.startswith(("/candidates/", "/inbox/", "/sequences/"))
        for headers in ({}, {"HX-Request": "true"})[: 1 + asks_for_parts]:
            answer = ask(client, "get", url, headers=headers)
            assert answer.status_code < 500, url
            if MARK in answer.said + str(dict(answer.headers)):
                found.append(url)
    return found


@pytest.mark.parametrize(("name", "made"), OUTSIDERS)
def test_it_is_on_no_page_of_outsiders(name: str, made: str, world: World, sign_in):
    secret = make_secret_outreach(world, made)
    assert leaks(sign_in(world.users[name]), pages_of(world, secret)) == []


@pytest.mark.parametrize(("name", "made"), OUTSIDERS)
def test_its_parts_do_not_exist_for_outsiders(name: str, made: str, world: World, sign_in):
    secret = make_secret_outreach(world, made)
    client = sign_in(world.users[name])
    about = [route for route in OURS if set(secret.values) & set(route.parameters)]
    assert len(about) > 35
    for route in about:
        for method in route.methods or ():
            data = {"text": "Hello", "do": "reopen", "arrived": "yes", "to": "paused", "decision": "sent"}
            for_it, for_nothing = (
                ask(client, method.lower(), route.url({**FILLERS, **world.values, **values}), data=data)
                for values in (secret.values, dict.fromkeys(secret.values, new_id()))
            )
            assert for_it.status_code == for_nothing.status_code, (route, method)
            assert for_it.status_code in (403, 404, 422), (route, method)
            assert MARK not in for_it.said, route


@pytest.mark.parametrize(("name", "made"), OUTSIDERS)
def test_searching_for_it_finds_nothing(name: str, made: str, world: World, sign_in):
    make_secret_outreach(world, made)
    client = sign_in(world.users[name])
    for url in ("/inbox/?q=", "/candidates/?q=", "/search/quick?q=", "/jobs/?q=", "/jobs/options?q=", "/sequences/?q="):
        found, nothing = (ask(client, "get", f"{url}{word}").said.count(word) for word in (MARK, "Quxquxquxqux"))
        assert found == nothing, url  # as often as a page repeats what was asked for


def test_who_was_told_of_it_is_not_reminded(world: World, settings, sign_in):
    secret = make_secret_outreach(world, "later")
    mira = world.users["mira"].actor
    assert secret.notices["mira"]
    kept = {row.id for row in list_notices(mira, limit=100).notices}
    assert kept.isdisjoint(secret.notices["mira"])
    assert count_unread(mira) == len([row for row in list_notices(mira, limit=100).notices if row.read_at is None])
    client = sign_in(world.users["mira"])
    for key in secret.notices["mira"]:
        assert client.get(f"/notifications/{key}/").status_code == 404
    settings.HAS_MAIL_SERVER = True
    send_digest(user_id=mira.id, now=clock.now() + timedelta(days=1))
    carried = Notification.objects.filter(digested_at__isnull=False).values_list("id", flat=True)
    assert set(carried).isdisjoint(secret.notices["mira"])
    update_job(actor=world.users["rita"].actor, job_id=secret.job.id, is_confidential=False)
    assert {row.id for row in list_notices(mira, limit=100).notices} >= set(secret.notices["mira"])


def test_nobody_outside_is_told_of_what_is_confidential_from_the_start(world: World):
    secret = make_secret_outreach(world, "start")
    assert {name for name, keys in secret.notices.items() if keys} <= set(TEAM)


@pytest.mark.parametrize("made", ["start", "later", "old"])
def test_its_team_has_all_of_it(made: str, world: World, sign_in):
    secret = make_secret_outreach(world, made)
    client = sign_in(world.users["rita"])
    values = secret.values
    for url in (
        "/sequences/", f"/sequences/{values['sequence_id']}/", "/sequences/waiting", "/inbox/", f"/messages/{values['message_id']}/",
        f"/candidates/{world.candidate.id}/", "/",
    ):  # fmt: skip
        assert MARK in ask(client, "get", url, follow=True).said, url


@pytest.mark.parametrize("made", ["start", "later", "old"])
def test_it_comes_back_when_the_job_is_opened_again(made: str, world: World, sign_in):
    secret, mira = make_secret_outreach(world, made), world.users["mira"]
    before = {row.id for row in list_timeline(mira.actor, world.candidate.id).activities}
    update_job(actor=world.users["rita"].actor, job_id=secret.job.id, is_confidential=False)
    after = list_timeline(mira.actor, world.candidate.id).activities
    assert sorted(row.verb for row in after if row.id not in before) == [
        "conversation.commented", "enrollment.created", "message.received", "message.sent", "task.added", "task.added",
    ]  # fmt: skip
    client = sign_in(mira)
    message, candidate = f"/messages/{secret.values['message_id']}/", f"/candidates/{world.candidate.id}/"
    for url in ("/sequences/", "/inbox/", message, candidate):
        assert MARK in ask(client, "get", url).said, url


@pytest.mark.parametrize("name", ["hugo", "ines"])
def test_who_may_not_see_sequences_reads_no_name_of_one(name: str, world: World, sign_in):
    """Not even that of their own job's: the timeline says that there was one."""
    make_secret_outreach(world, "later")
    page = ask(sign_in(world.users[name]), "get", f"/candidates/{world.candidate.id}/").said
    assert "started a sequence" in page
    assert f"{MARK} first" not in page
    assert "Platform engineers" not in page
