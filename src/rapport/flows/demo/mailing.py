"""Two years of mail with the first demo candidates: what colleagues wrote, and what people answered.

Nothing of the demo is ever sent: the mailbox is paused, and whoever resumes it finds a server whose name can never
lead anywhere (.invalid, RFC 2606).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from rapport.accounts.models import User
from rapport.activity.operations import Happening, record_many
from rapport.candidates.models import Candidate, ContactPoint
from rapport.candidates.operations import keep_reply_task
from rapport.flows.demo.company import Company
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.ids import id_at
from rapport.mail.activities import MESSAGE_RECEIVED, MESSAGE_SENT
from rapport.mail.intents import read_intent
from rapport.mail.models import Conversation, Mailbox, Message, MessageBody, ReplyIntent
from rapport.mail.operations import add_comment, fill_conversations
from rapport.mail.operations.intents import keep_intent
from rapport.mail.operations.originals import read_original

LETTERS = (
    ("Work on the grid, from {city}", "Hello {first},\n\nyour years as {title} at {employer} read like the work we do every day: keeping power for two million people steady while it turns renewable.\n\nWould you talk with me for twenty minutes next week? I tell you the pay and the steps before you say yes to anything.\n\nBest regards\n{sender}"),
    ("A question about {skill}", "Hello {first},\n\nwe look for somebody who has done {skill} with real load on it, and your profile names it. The team is seven people in Berlin, two of them work from elsewhere.\n\nIf this is not the time, tell me when it might be, and I write then and not before.\n\nBest regards\n{sender}"),
    ("Since we last spoke", "Hello {first},\n\nwhen we spoke you wanted to finish your project first. I hope it went well. The team has grown, and there is a place that fits what you told me.\n\nShall I send you the posting?\n\nBest regards\n{sender}"),
)  # fmt: skip
ANSWERS = (
    "Thank you, that made my weekend. Thursday would suit me best. Is there something about the team that I may read before?",
    "Thanks for writing so clearly. I am happy where I am until spring, please write again in March.",
    "Yes, gladly. Could you tell me first whether four days a week are possible?",
    "I am interested. What are the next steps, and how long do they take?",
    "Not for me at the moment, but my former colleague may like it. May I pass it on?",
)


@dataclass(slots=True)
class Post:
    messages: list[Message]
    bodies: list[MessageBody]
    sent: dict[Actor, list[Happening]]
    received: list[Happening]


def tell_mails(company: Company, people: int, seed: int, now: datetime) -> Mailbox:
    """Messages, their bodies and what is on record of them, for two of five of the first candidates."""
    dice = Random(f"{seed}/mail")
    box = _mailbox(company.users["rita@example.org"], now)
    candidates = list(Candidate.objects.order_by("id")[:people])
    addresses = dict(
        ContactPoint.objects.filter(candidate__in=candidates, kind="email").values_list("candidate_id", "normal")
    )
    post = Post([], [], {}, [])
    for person in dice.sample(candidates, len(candidates) * 2 // 5):
        writer = company.users[dice.choice(("rita@example.org", "mira@example.org", "jonas@example.org"))]
        _tell_thread(post, box, writer, person, addresses[person.id], dice, now)
    with transaction.atomic():
        Message.objects.bulk_create(post.messages, batch_size=500)
        MessageBody.objects.bulk_create(post.bodies, batch_size=500)
        for actor, happenings in post.sent.items():
            record_many(MESSAGE_SENT, actor=actor, happenings=happenings)
        record_many(MESSAGE_RECEIVED, actor=Actor(kind="candidate"), happenings=post.received)
    return box


def share_conversations(company: Company, seed: int, now: datetime) -> None:
    """Everybody who wrote has a conversation: some have a colleague, some are put off."""
    dice = Random(f"{seed}/conversations")
    fill_conversations()
    takers = [company.users[f"{name}@example.org"] for name in ("rita", "rita", "mira", "jonas")]
    for place, row in enumerate(Conversation.objects.filter(done_at=None).order_by("id")):
        row.assignee = dice.choice(takers) if dice.random() < 0.6 else None
        row.snoozed_until = now + timedelta(days=dice.randint(3, 60)) if place % 6 == 5 else None
        row.save(update_fields=["assignee", "snoozed_until"])
    _read_intents()
    _discuss(company)


def _read_intents() -> None:
    """What each reply wants; of those that still wait with what follows from it."""
    replies = Message.objects.incoming().filter(kind="reply").select_related("body").order_by("id")
    for reply in replies.filter(done_at__isnull=False):
        found = read_intent(reply.body.text, reply.created_at.date())
        ReplyIntent.objects.create(
            message=reply, kind=found.kind, come_back_on=found.date, read_kind=found.kind, read_come_back_on=found.date,
            sentence=found.sentence,
        )  # fmt: skip
    for reply in replies.filter(done_at=None):
        found = read_intent(reply.body.text, reply.created_at.date())
        keep_intent(reply, found)
        if reply.subjects.get("candidate"):
            about = {kind: UUID(key) for kind, key in reply.subjects.items() if kind != "candidate"}
            candidate_id = UUID(reply.subjects["candidate"])
            keep_reply_task(actor=SYSTEM, candidate_id=candidate_id, message_id=reply.id, about=about)


def _discuss(company: Company) -> None:
    """Two colleagues about the conversations that have waited longest; the first of them brought a résumé along."""
    rita, mira = (company.users[f"{name}@example.org"] for name in ("rita", "mira"))
    waiting = Conversation.objects.filter(waiting_since__isnull=False, snoozed_until=None).order_by("waiting_since")
    for place, row in enumerate(waiting.select_related("latest_reply__body")[:3]):
        ask = "You know the team lead there. Is Thursday at ten possible for both of them?"
        say = "Thursday works. I book the small room and write the invitation."
        add_comment(actor=rita.actor, conversation_id=row.id, text=ask, mentioned_ids=[mira.id])
        add_comment(actor=mira.actor, conversation_id=row.id, text=say)
        if place == 0:
            _send_resume(row.latest_reply)


def _send_resume(reply: Message) -> None:
    """Their reply is signed, and has a file beside it."""
    resume = (
        rf"{{\rtf1\ansi {reply.from_name}\par {reply.from_address}\par Experience\par "
        r"2021 - 2026 Team lead, Seawind Energy\par 2017 - 2021 Engineer, Harbour Grid\par Skills\par Python, SQL\par }"
    )
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = reply.from_address, reply.to_address, reply.subject
    mail["Message-ID"], mail["In-Reply-To"] = f"<{reply.message_id}>", f"<{reply.in_reply_to}>"
    mail["Date"] = format_datetime(reply.created_at)
    mail.set_content(f"{reply.body.text}\n\n-- \n{reply.from_name}\nHead of Engineering\n+49 30 901820117\n")
    mail.add_attachment(
        resume.encode("cp1252", "replace"), maintype="application", subtype="rtf", filename="resume.rtf"
    )
    name = f"mail/{reply.created_at:%Y/%m}/{reply.id.hex}.eml"
    reply.storage_name, reply.has_attachments = default_storage.save(name, ContentFile(mail.as_bytes())), True
    reply.save(update_fields=["storage_name", "has_attachments"])
    read_original(message_id=reply.id)


def _mailbox(owner: User, now: datetime) -> Mailbox:
    return Mailbox.objects.create(
        address="talent@example.org", display_name="Halden Grid, people team", smtp_host="smtp.demo.invalid",
        state=Mailbox.State.PAUSED, answer_target_hours=48, created_at=now, updated_at=now,
    )  # fmt: skip


def _tell_thread(
    post: Post, box: Mailbox, writer: User, person: Candidate, address: str, dice: Random, now: datetime
) -> None:
    at = person.created_at + (now - person.created_at) * dice.random() * 0.98
    subject, text = dice.choice(LETTERS)
    known = {
        "first": person.given_name, "title": person.title, "employer": person.organisation, "city": person.city,
        "skill": person.summary.rpartition(" at home in ")[2].split(" and ")[0], "sender": writer.full_name,
    }  # fmt: skip
    first = _message(
        post, at, box, person, direction="out", state="sent", from_address=box.address, from_name=writer.full_name,
        to_address=address, to_name=person.full_name, subject=subject.format(**known), text=text.format(**known),
        sent_by=writer, sent_at=at,
    )  # fmt: skip
    subjects = {"candidate": person.id, "message": first.id}
    post.sent.setdefault(writer.actor, []).append(Happening(subjects, {"mailbox_id": box.id, "is_bulk": False}, at))
    answered = at + timedelta(hours=dice.uniform(0.5, 70))
    if dice.random() < 0.38 and answered < now:
        _tell_answer(post, box, person, first, address, answered, dice, now)


def _tell_answer(
    post: Post, box: Mailbox, person: Candidate, first: Message, address: str, at: datetime, dice: Random, now: datetime
) -> None:
    waits = now - at < timedelta(days=9) and dice.random() < 0.6
    answer = _message(
        post, at, box, person, direction="in", state="received", kind="reply", from_address=address,
        from_name=person.full_name, to_address=box.address, to_name=box.display_name, subject=f"Re: {first.subject}",
        text=dice.choice(ANSWERS), thread_id=first.thread_id, in_reply_to=first.message_id, received_at=at,
        done_at=None if waits else at + timedelta(hours=5),
    )  # fmt: skip
    subjects = {"candidate": person.id, "message": answer.id}
    data = {"mailbox_id": box.id, "kind": "reply", "answers_message_id": first.id, "matched_by": "message_id"}
    post.received.append(Happening(subjects, data, at))


def _message(
    post: Post,
    at: datetime,
    box: Mailbox,
    person: Candidate,
    *,
    text: str,
    thread_id: UUID | None = None,
    **fields: object,
) -> Message:
    identifier = id_at(at)
    message = Message(
        id=identifier, thread_id=thread_id or identifier, mailbox=box, message_id=f"{identifier}@example.org",
        preview=" ".join(text.split())[:200], subjects={"candidate": str(person.id)}, created_at=at, **fields,
    )  # fmt: skip
    post.messages.append(message)
    post.bodies.append(MessageBody(message=message, text=text))
    return message
