"""What a reply wants, its effects, and how a correction takes them back."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from rapport.lib import clock
from rapport.lib.errors import InvalidInput, NotFound
from rapport.lib.wording import near_date
from rapport.mail import address_tokens, operations, people
from rapport.mail.models import Conversation, Message, Preference, ReplyIntent, Wish
from rapport.mail.operations.intents import LEFT_ALONE
from rapport.mail.queries import preferences_among
from rapport.mail.tests.examples import CANDIDATE_ID, answer, recorded, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carl_known")]
AHEAD = clock.now().date() + timedelta(days=100)
LATER = f"Not at the moment, please write again on {AHEAD:%-d %B %Y}."


def _receive(mailbox, text, **changes):
    return operations.receive(mailbox=mailbox, data=answer(text=text, **changes))


def _chosen():
    row = preferences_among(["carl@example.org"]).get("carl@example.org")
    return (row.declined, row.paused_until) if row else None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Sounds good, I am interested.", "interested"),
        (LATER, "not_now"),
        ("No thanks, I am not interested.", "not_interested"),
        ("My colleague Dana may be interested: dana@example.org", "referral"),
        ("What is the salary?", "question"),
        ("Hm.", "other"),
    ],
)
def test_it_is_kept_with_the_sentence_that_decided(mailbox, text, kind):
    reply = _receive(mailbox, text)
    row = ReplyIntent.objects.get()
    assert (row.message_id, row.kind, row.read_kind) == (reply.id, kind, kind)
    assert row.sentence == ("" if kind == "other" else text)
    assert row.come_back_on == (AHEAD if kind == "not_now" else None)


def test_not_now_puts_the_conversation_off_and_keeps_sequences_away_until_the_day(mailbox):
    _receive(mailbox, LATER)
    until = Conversation.objects.get().snoozed_until
    assert (until.astimezone().date() - AHEAD).days in (0, -1, 1)
    assert _chosen() == ([], until)


def test_not_now_without_a_day_leaves_the_conversation_and_keeps_sequences_away_for_a_while(mailbox):
    before = clock.now()
    _receive(mailbox, "Not right now.")
    assert Conversation.objects.get().snoozed_until is None
    declined, until = _chosen()
    assert declined == []
    assert before + LEFT_ALONE <= until <= clock.now() + LEFT_ALONE


DANA_ID = UUID("01930000-0000-7000-8000-00000000da7a")


@pytest.mark.parametrize(
    ("sender", "silenced"),
    [
        ("Carl Candidate <carl@example.org>", ["carl@example.org"]),
        # Carl, from elsewhere: under his name, or because his profile has the address.
        ('"Candidate, Carl" <carl@private.example>', ["carl@example.org", "carl@private.example"]),
        ("C. <carl@known.example>", ["carl@example.org", "carl@known.example"]),
        # Somebody else: in the pool, or not.
        ("Dana Candidate <dana@example.org>", ["dana@example.org"]),
        ("Carl Candidate <dana@example.org>", ["dana@example.org"]),
        ("A Colleague <colleague@example.org>", ["colleague@example.org"]),
        ("carl@unknown.example", ["carl@unknown.example"]),
    ],
)
def test_who_wrote_is_left_alone_and_nobody_else_of_the_thread(rita, mailbox, monkeypatch, sender, silenced):
    known = {"carl@example.org": CANDIDATE_ID, "carl@known.example": CANDIDATE_ID, "dana@example.org": DANA_ID}
    monkeypatch.setattr(people, "_finders", [lambda key: {"candidate": known[key]} if key in known else {}])
    sent = send(rita, mailbox)
    send(rita, mailbox, "dana@example.org", to_name="Dana Candidate", answers_id=sent.id)
    _receive(mailbox, "No thanks, I am not interested.", to=sent, sender=sender)
    assert Message.objects.values("thread_id").distinct().count() == 1
    assert sorted(Wish.objects.values_list("address", flat=True)) == silenced


def test_not_interested_is_about_jobs(rita, mailbox):
    _receive(mailbox, "No thanks, I am not interested.", to=send(rita, mailbox))
    assert _chosen() == (["jobs"], None)


def test_what_they_chose_behind_the_link_holds_beside_it(rita, mailbox):
    sent = send(rita, mailbox)
    operations.choose_preferences(message=sent, choice=operations.Choice(topics=["jobs", "events"], every_days=30))
    _receive(mailbox, "No thanks, I am not interested.", to=sent)
    row = preferences_among(["carl@example.org"])["carl@example.org"]
    assert (row.declined, row.every_days) == (["jobs", "news"], 30)


def test_what_they_choose_behind_the_link_afterwards_stands_in_its_place(rita, mailbox, client):
    sent = send(rita, mailbox)
    _receive(mailbox, LATER, to=sent)
    _, until = _chosen()
    url = reverse("mail:preferences", args=[address_tokens.link_token(sent.id)])
    shown = client.get(url).context["form"].initial
    assert (shown["topics"], shown["is_paused"]) == (["jobs", "news", "events"], True)
    client.post(url, {**shown, "is_paused": "on"})
    row = Preference.objects.get()
    assert (row.declined, row.paused_until, _chosen()) == ([], until, ([], until))
    no = _receive(mailbox, "No thanks, I am not interested.", to=sent)
    shown = client.get(url).context["form"].initial
    assert (shown["topics"], shown["is_paused"]) == (["news", "events"], True)
    client.post(url, {"topics": ["jobs", "news", "events"], "every_days": 0, "language_code": ""})
    assert _chosen() == ([], None)
    for kind in ("other", "not_interested"):
        operations.correct_intent(actor=rita.actor, message_id=no.id, kind=kind)
        assert _chosen() == ([], None)  # they chose since
    assert [entry.data["choice"].partition(" until")[0] for entry in recorded("message.preferences")] == [
        "no mail",
        "everything",
    ]


def test_a_choice_that_only_ends_a_wish_is_recorded(rita, mailbox):
    sent = send(rita, mailbox)
    operations.choose_preferences(message=sent, choice=operations.Choice())
    _receive(mailbox, "No thanks, I am not interested.", to=sent)
    operations.choose_preferences(message=sent, choice=operations.Choice())
    operations.choose_preferences(message=sent, choice=operations.Choice())
    assert _chosen() == ([], None)
    assert len(recorded("message.preferences")) == 2


def test_a_correction_takes_the_effects_back_and_begins_the_new_ones(rita, mailbox):
    reply = _receive(mailbox, LATER)
    row = operations.correct_intent(actor=rita.actor, message_id=reply.id, kind="not_interested")
    assert (row.kind, row.come_back_on, row.read_kind, row.corrected_by_id) == (
        "not_interested", None, "not_now", rita.id,
    )  # fmt: skip
    assert Conversation.objects.get().snoozed_until is None
    assert _chosen() == (["jobs"], None)
    operations.correct_intent(actor=rita.actor, message_id=reply.id, kind="question")
    assert _chosen() is None
    row = operations.correct_intent(actor=rita.actor, message_id=reply.id, kind="not_now")
    assert row.come_back_on == AHEAD  # the day that was read
    assert Conversation.objects.get().snoozed_until is not None
    operations.correct_intent(actor=rita.actor, message_id=reply.id, kind="not_now")
    changes = [(entry.data["from"], entry.data["to"]) for entry in recorded("message.intent_changed")]
    assert changes == [("not_now", "not_interested"), ("not_interested", "question"), ("question", "not_now")]


def test_a_correction_leaves_a_snooze_that_somebody_else_chose(rita, mailbox):
    reply = _receive(mailbox, LATER)
    until = clock.now() + timedelta(days=7)
    operations.snooze(actor=rita.actor, conversation_ids=[reply.thread_id], until=until)
    operations.correct_intent(actor=rita.actor, message_id=reply.id, kind="interested")
    assert Conversation.objects.get().snoozed_until == until


def test_a_later_yes_ends_an_earlier_no_until_it_is_corrected(rita, mailbox):
    _receive(mailbox, "No thanks, I am not interested.")
    yes = _receive(mailbox, "I thought about it: I am interested.")
    assert _chosen() is None
    operations.correct_intent(actor=rita.actor, message_id=yes.id, kind="other")
    assert _chosen() == (["jobs"], None)


def _words(client, reply) -> str:
    """What the page says follows from the first reply of its thread."""
    page = client.get(reverse("mail:message", args=[reply.id])).content.decode()
    found = re.search(r'<div class="intent">.*?<p class="meta">(.*?)</p>', page, re.DOTALL)
    return re.sub(r"<[^>]*>", "", found[1])


def test_the_page_says_what_follows_by_now(rita, sign_in, mailbox):
    sent = send(rita, mailbox)
    client, reply = sign_in(rita), _receive(mailbox, LATER, to=sent)
    day = near_date(AHEAD, clock.now().date())
    assert _words(client, reply) == f"No sequence writes to them until {day}, when the conversation comes back."
    operations.reopen(actor=rita.actor, conversation_ids=[reply.thread_id])
    assert _words(client, reply) == f"No sequence writes to them until {day}."
    Wish.objects.update(paused_until=clock.now() - timedelta(days=1))
    assert _words(client, reply) == "The time they asked for ended yesterday; sequences may write to them."
    operations.correct_intent(actor=rita.actor, message_id=reply.id, kind="not_interested")
    assert _words(client, reply) == "No sequence about jobs writes to them, until they want it."
    operations.choose_preferences(message=sent, choice=operations.Choice())
    assert _words(client, reply).startswith("What they chose since, behind the link in our mails, decides")
    _receive(mailbox, YES, to=sent)
    assert _words(client, reply) == "A later reply of theirs decides whether sequences write to them."


def test_without_a_day_the_page_says_when_it_ends(rita, sign_in, mailbox):
    reply = _receive(mailbox, "Not right now.")
    end = near_date((clock.now() + LEFT_ALONE).date(), clock.now().date())
    assert _words(sign_in(rita), reply) == f"No sequence writes to them until {end}."


NO, YES, OTHER = "No thanks, I am not interested.", "I thought about it: I am interested.", "Hm."


@pytest.mark.parametrize("latest", [YES, LATER, NO])
@pytest.mark.parametrize("first", [YES, LATER, NO, OTHER])
def test_the_latest_wish_decides_whatever_is_said_of_earlier_replies(rita, mailbox, first, latest):
    old = _receive(mailbox, first)
    _receive(mailbox, latest)
    _receive(mailbox, OTHER)
    held = _chosen()
    assert (held is None) == (latest == YES)
    assert held is None or (held[0], bool(held[1])) == ((["jobs"], False) if latest == NO else ([], True))
    for kind in ("not_interested", "other", "interested", "not_now", "question", "not_interested"):
        assert operations.correct_intent(actor=rita.actor, message_id=old.id, kind=kind).kind == kind
        assert _chosen() == held


def test_a_latest_wish_that_is_none_leaves_the_one_before_it(rita, mailbox):
    _receive(mailbox, NO)
    latest = _receive(mailbox, LATER)
    _, until = _chosen()
    assert _chosen() == ([], until)
    operations.correct_intent(actor=rita.actor, message_id=latest.id, kind="question")
    assert _chosen() == (["jobs"], None)
    operations.correct_intent(actor=rita.actor, message_id=latest.id, kind="not_now")
    assert _chosen() == ([], until)


def test_correcting_an_older_reply_leaves_the_snooze_of_the_latest(rita, mailbox):
    sent = send(rita, mailbox)
    old = _receive(mailbox, LATER, to=sent)
    _receive(mailbox, LATER, to=sent)
    until = Conversation.objects.get().snoozed_until
    operations.correct_intent(actor=rita.actor, message_id=old.id, kind="other")
    assert Conversation.objects.get().snoozed_until == until


def test_days_that_cannot_be_and_unknown_answers_are_refused(rita, mailbox):
    reply = _receive(mailbox, "Hm.")
    for kind, day in (("nonsense", None), ("not_now", date(2020, 1, 1)), ("not_now", date(2090, 1, 1))):
        with pytest.raises(InvalidInput):
            operations.correct_intent(actor=rita.actor, message_id=reply.id, kind=kind, come_back_on=day)
    automatic = _receive(mailbox, "I am away.", headers="Auto-Submitted: auto-replied\r\n")
    with pytest.raises(NotFound):
        operations.correct_intent(actor=rita.actor, message_id=automatic.id, kind="other")
    assert ReplyIntent.objects.get().kind == "other"


def test_the_page_shows_why_and_corrects_by_one_click(rita, hugo, sign_in, mailbox):
    reply = _receive(mailbox, "No thanks, I am not interested.")
    client, url = sign_in(rita), reverse("mail:message", args=[reply.id])
    page = client.get(url).content.decode()
    assert "because of “No thanks, I am not interested.”" in page
    assert "No sequence about jobs writes to them, until they want it." in page
    assert "not interested" in client.get(reverse("mail:inbox")).content.decode()
    assert client.post(reverse("mail:intent", args=[reply.id]), {"kind": "interested"}).status_code == 302
    assert "corrected by Rita Example" in client.get(url).content.decode()
    assert client.post(reverse("mail:intent", args=[reply.id]), {"kind": "x"}).status_code == 422
    assert sign_in(hugo).post(reverse("mail:intent", args=[reply.id]), {"kind": "other"}).status_code == 403
    assert ReplyIntent.objects.get().kind == "interested"
