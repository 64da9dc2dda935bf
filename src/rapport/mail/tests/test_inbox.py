"""The inbox: its lists, its order and pages, triage of one and many, undo, and who may."""

import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.lib import clock
from rapport.mail import operations
from rapport.mail.models import Conversation, Mailbox, Message
from rapport.mail.queries import list_conversations
from rapport.mail.tests.examples import answer, recorded, send, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carl_known")]


@pytest.fixture
def rosa(make_user):
    return make_user("Rosa", "recruiter")


def _receive(mailbox, **changes):
    return operations.receive(mailbox=mailbox, data=answer(**changes))


def _shown(client, **parameters):
    return [row["it"].id for row in client.get(reverse("mail:inbox"), parameters).context["rows"]]


def _act(client, *ids, **values):
    return client.post(
        reverse("mail:inbox_act"), {"ids": [str(key) for key in ids], **values}, headers={"hx-request": "true"}
    )


def _undo_url(response):
    found = re.search(r'"undo": "([^"]*)"', response["HX-Trigger"])
    return found[1] if found else ""


def test_each_list_holds_its_conversations(rita, rosa, sign_in, mailbox):
    waits, mine, snoozed, done, answered = (_receive(mailbox).thread_id for _ in range(5))
    actor = rita.actor
    operations.assign(actor=actor, conversation_ids=[mine], assignee_id=rita.id)
    operations.snooze(actor=actor, conversation_ids=[snoozed], until=clock.now() + timedelta(days=2))
    operations.mark_done(actor=actor, conversation_ids=[done])
    write(rita, mailbox, answers_id=Message.objects.get(thread_id=answered).id)
    client = sign_in(rita)
    assert _shown(client) == [waits, mine, answered]
    assert _shown(client, show="mine") == [mine]
    assert _shown(client, show="unassigned") == [waits, answered]
    assert _shown(client, show="waiting") == [waits, mine]
    assert _shown(client, show="snoozed") == [snoozed]
    assert _shown(client, show="done") == [done]
    assert _shown(client, show="nonsense") == [waits, mine, answered]
    counts = {tab["label"]: tab["count"] for tab in client.get(reverse("mail:inbox")).context["tabs"]}
    assert counts == {"All": None, "Mine": 1, "Unassigned": 2, "Waiting": 2, "Snoozed": None, "Done": None}


def test_the_longest_wait_comes_first_and_pages_follow_by_keyset(rita, sign_in, mailbox, monkeypatch):
    monkeypatch.setattr("rapport.mail.views_inbox.PAGE", 2)
    monkeypatch.setitem(list_conversations.__kwdefaults__, "limit", 2)
    ids = [_receive(mailbox).thread_id for _ in range(7)]
    now = clock.now()
    for place, key in enumerate(ids):  # the last three are answered
        since = now - timedelta(hours=place) if place < 4 else None
        Conversation.objects.filter(id=key).update(waiting_since=since, last_at=now - timedelta(hours=place))
    client, seen, url = sign_in(rita), [], "?"
    while url:
        page = client.get(reverse("mail:inbox") + url)
        seen.append([row["it"].id for row in page.context["rows"]])
        url = page.context["next_url"]
    assert seen == [[ids[3], ids[2]], [ids[1], ids[0]], [ids[4], ids[5]], [ids[6]]]
    assert client.get(reverse("mail:inbox"), {"after": "nonsense"}).status_code == 200


@pytest.mark.parametrize("show", ["all", "done", "snoozed"])
def test_a_list_needs_a_constant_number_of_statements(rita, rosa, sign_in, mailbox, show):
    client, counts = sign_in(rita), []
    for more in (2, 18):
        ids = [_receive(mailbox).thread_id for _ in range(more)]
        operations.assign(actor=rita.actor, conversation_ids=ids, assignee_id=rosa.id)
        if show == "done":
            operations.mark_done(actor=rita.actor, conversation_ids=ids)
        if show == "snoozed":
            operations.snooze(actor=rita.actor, conversation_ids=ids, until=clock.now() + timedelta(days=1))
        with CaptureQueriesContext(connection) as captured:
            assert len(_shown(client, show=show)) == (2 if more == 2 else 20)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 12


def test_words_and_the_mailbox_narrow_the_list(rita, sign_in, mailbox):
    other = Mailbox.objects.create(
        address="hiring@example.com", smtp_host="x.invalid", created_at=clock.now(), updated_at=clock.now()
    )
    carl = _receive(mailbox, text="Remote, please.").thread_id
    dana = _receive(other, sender="Dana Engel <dana@example.org>").thread_id
    client = sign_in(rita)
    assert _shown(client, q="remote carl") == [carl]
    assert _shown(client, q="ENGEL") == [dana]
    assert _shown(client, mailbox=str(other.id)) == [dana]
    assert _shown(client, q="nobody") == []
    assert "No conversation fits" in client.get(reverse("mail:inbox"), {"q": "nobody"}).content.decode()


def test_over_the_target_is_marked(rita, sign_in, mailbox):
    reply = _receive(mailbox)
    client, url = sign_in(rita), reverse("mail:message", args=[reply.id])
    Conversation.objects.update(waiting_since=clock.now() - timedelta(hours=5))
    assert "over target" not in client.get(reverse("mail:inbox")).content.decode()
    Mailbox.objects.update(answer_target_hours=6)
    assert "over target" not in client.get(reverse("mail:inbox")).content.decode()
    assert "answer by" in client.get(url).content.decode()
    Mailbox.objects.update(answer_target_hours=4)
    assert "over target" in client.get(reverse("mail:inbox")).content.decode()
    assert "over the target" in client.get(url).content.decode()
    # What was put off until an hour ago has its four hours from then on.
    Conversation.objects.update(snoozed_until=clock.now() - timedelta(hours=1))
    assert "over target" not in client.get(reverse("mail:inbox")).content.decode()


def test_a_snoozed_one_comes_back_by_itself(rita, sign_in, mailbox, monkeypatch):
    key = _receive(mailbox).thread_id
    client = sign_in(rita)
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    response = _act(client, key, do="snooze", day=day)
    assert response.status_code == 200
    row = Conversation.objects.get()
    assert row.snoozed_until.astimezone(rita.zone).hour == 8
    assert row.snoozed_until.astimezone(rita.zone).date().isoformat() == day
    assert _shown(client) == []
    later = row.snoozed_until + timedelta(minutes=1)
    monkeypatch.setattr("rapport.mail.queries.conversations.clock", SimpleNamespace(now=lambda: later))
    assert _shown(client) == [key]


@pytest.mark.parametrize("day", ["2020-01-01", "2199-01-01", "2026-02-30", "soon", ""])
def test_a_day_that_cannot_be_is_refused(rita, sign_in, mailbox, day):
    key = _receive(mailbox).thread_id
    assert _act(sign_in(rita), key, do="snooze", day=day).status_code == 422
    assert Conversation.objects.get().snoozed_until is None


def test_many_are_done_at_once_and_all_of_it_is_taken_back(rita, sign_in, mailbox):
    ids = [_receive(mailbox).thread_id for _ in range(3)]
    since = dict(Conversation.objects.values_list("id", "waiting_since"))
    client = sign_in(rita)
    response = _act(client, *ids, do="done")
    assert "3 conversations done" in response["HX-Trigger"]
    assert _shown(client) == []
    assert not Message.objects.waiting_for_answer().exists()
    assert len(recorded("conversation.done")) == 3
    assert recorded("conversation.done")[0].subjects["conversation"] in map(str, ids)
    again = _act(client, *ids, do="done")
    assert (_undo_url(again), len(recorded("conversation.done"))) == ("", 3)
    fresh = _receive(
        mailbox, to=Message.objects.get(thread_id=ids[0])
    )  # somebody wrote again meanwhile: nothing to undo
    assert client.post(_undo_url(response), headers={"hx-request": "true"}).status_code == 204
    assert set(_shown(client)) == set(ids)
    now = dict(Conversation.objects.values_list("id", "waiting_since"))
    assert now[ids[1]] == since[ids[1]]
    assert now[ids[0]] == fresh.received_at
    assert client.post(_undo_url(response), headers={"hx-request": "true"}).status_code == 409


def test_triage_and_its_undo_need_as_many_statements_for_many_as_for_one(rita, mailbox):
    def count(number: int) -> list[int]:
        ids = [_receive(mailbox).thread_id for _ in range(number)]
        taken = []
        with CaptureQueriesContext(connection) as captured:
            changes = operations.mark_done(actor=rita.actor, conversation_ids=ids)
        taken.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            assert operations.restore(actor=rita.actor, changes=changes) == sorted(ids)
        taken.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            operations.assign(actor=rita.actor, conversation_ids=ids, assignee_id=rita.id)
        return [*taken, len(captured)]

    count(1)
    assert count(2) == count(12)


def test_assigning_snoozing_and_their_undo(rita, rosa, sign_in, mailbox):
    key = _receive(mailbox).thread_id
    client = sign_in(rita)
    taken = _act(client, key, do="mine")
    given = _act(client, key, do="assign", assignee=str(rosa.id))
    assert Conversation.objects.get().assignee_id == rosa.id
    assert [row.data["assignee"] for row in recorded("conversation.assigned")] == ["Rita Example", "Rosa Example"]
    client.post(_undo_url(taken), headers={"hx-request": "true"})
    assert Conversation.objects.get().assignee_id == rosa.id  # changed since: it stays
    client.post(_undo_url(given), headers={"hx-request": "true"})
    assert Conversation.objects.get().assignee_id == rita.id
    _act(client, key, do="nobody")
    assert Conversation.objects.get().assignee_id is None
    snoozed = _act(client, key, do="snooze", until=(clock.now() + timedelta(days=3)).date().isoformat())
    client.post(_undo_url(snoozed), headers={"hx-request": "true"})
    assert Conversation.objects.get().snoozed_until is None


def test_reopening_what_was_done_waits_again(rita, sign_in, mailbox):
    reply = _receive(mailbox)
    client = sign_in(rita)
    _act(client, reply.thread_id, do="done")
    response = client.post(reverse("mail:inbox_act"), {"ids": str(reply.thread_id), "do": "reopen", "next": "/inbox/"})
    assert (response.status_code, response.url) == (302, "/inbox/")
    assert Conversation.objects.get().waiting_since == reply.received_at
    assert len(recorded("conversation.reopened")) == 1


def test_wrong_requests_are_422_and_change_nothing(rita, hugo, sign_in, mailbox):
    key = _receive(mailbox).thread_id
    client = sign_in(rita)
    assert _act(client, key, do="explode").status_code == 422
    assert _act(client, do="done").status_code == 422
    assert _act(client, "nonsense", do="done").status_code == 422
    assert _act(client, key, do="assign", assignee="").status_code == 422
    assert _act(client, key, do="assign", assignee=str(uuid4())).status_code == 422
    # A hiring manager may not read mail, so nothing can be given to them.
    assert _act(client, key, do="assign", assignee=str(hugo.id)).status_code == 422
    row = Conversation.objects.get()
    assert (row.assignee_id, row.done_at) == (None, None)


def test_a_colleagues_inbox_is_not_mine_until_something_of_it_is_given_to_me(rita, rosa, ada, sign_in, mailbox):
    ids = [_receive(mailbox).thread_id for _ in range(2)]
    client = sign_in(rosa)
    assert _shown(client) == []
    for values in ({"do": "done"}, {"do": "mine"}, {"do": "snooze", "day": "2027-01-04"}, {"do": "reopen"}):
        assert _act(client, ids[0], **values).status_code == 404
    assert not Conversation.objects.exclude(assignee=None, done_at=None, snoozed_until=None).exists()
    operations.assign(actor=rita.actor, conversation_ids=ids[:1], assignee_id=rosa.id)
    assert _shown(client, show="mine") == ids[:1]
    assert _act(client, *ids, do="done").status_code == 404  # one of the two is not hers: none is changed
    assert not Conversation.objects.exclude(done_at=None).exists()
    assert _act(client, ids[0], do="done").status_code == 200
    assert set(_shown(sign_in(ada))) == set(ids[1:])


def test_who_may_not_read_mail_gets_403(hugo, ines, sign_in, rita, mailbox):
    key = _receive(mailbox).thread_id
    for user in (hugo, ines):
        client = sign_in(user)
        assert client.get(reverse("mail:inbox")).status_code == 403
        assert client.get(reverse("mail:inbox_colleagues")).status_code == 403
        assert _act(client, key, do="done").status_code == 403
        assert client.post(reverse("mail:inbox_undo", args=["word"])).status_code == 403
    assert Conversation.objects.get().done_at is None


def test_only_who_may_read_mail_is_offered(rita, rosa, hugo, sign_in):
    page = sign_in(rita).get(reverse("mail:inbox_colleagues"), {"q": "r"}).content.decode()
    assert "Rosa" in page
    assert "Hugo" not in page


def test_the_page_of_a_conversation_says_how_it_stands(rita, rosa, sign_in, mailbox):
    reply = _receive(mailbox, to=send(rita, mailbox))
    url = reverse("mail:message", args=[reply.id])
    page = sign_in(rita).get(url).content.decode()
    assert "waits since" in page
    assert "nobody has it yet" in page
    assert 'data-dialog-open="inbox-assign"' in page
    assert 'data-dialog-open="inbox-assign"' not in sign_in(rosa).get(url).content.decode()


def test_an_answer_from_the_page_leaves_what_came_since(rita, sign_in, mailbox):
    first = _receive(mailbox, to=send(rita, mailbox))
    client, url = sign_in(rita), reverse("mail:message", args=[first.id])
    seen = client.get(url).context["answers_id"]
    second = _receive(mailbox, to=first)
    values = {
        "mailbox": str(mailbox.id), "to_address": "carl@example.org", "subject": "Re", "text": "Great.",
        "answers": str(seen),
    }  # fmt: skip
    assert client.post(url, values).status_code == 302
    assert Conversation.objects.get().waiting_since == second.received_at
    client.post(url, {**values, "answers": str(uuid4())})  # of no message here: the last one counts
    assert Conversation.objects.get().waiting_since is None


def test_the_target_is_set_on_the_mailbox(rita, sign_in, mailbox, entered):
    values = {
        **entered, "imap_port": 993, "imap_security": "ssl", "imap_folders": "INBOX", "daily_cap": 200,
        "pace_per_minute": 20, "answer_target_hours": 24,
    }  # fmt: skip
    client, url = sign_in(rita), reverse("mail:mailbox", args=[mailbox.id])
    assert client.post(url, values).status_code == 302
    mailbox.refresh_from_db()
    assert mailbox.answer_target_hours == 24
    response = client.post(url, {**values, "answer_target_hours": 0})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["answer_target_hours"])
