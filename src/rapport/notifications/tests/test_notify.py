"""Who is told of what: followers and watchers, never the doer, never what may not be seen, and only once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.activity.verbs import declare
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.errors import NotAllowed
from rapport.lib.ids import new_id
from rapport.notifications import operations, queries, subjects
from rapport.notifications.digest_rules import is_due
from rapport.notifications.models import Notification
from rapport.notifications.subjects import Label

BAKED = declare("cake.baked", "baked {flavour}", "cake", data=("flavour",), notify=True)
pytestmark = pytest.mark.django_db


@pytest.fixture
def cake(monkeypatch):
    key = uuid4()
    monkeypatch.setattr(subjects, "_labels", {"cake": lambda ids: dict.fromkeys(ids, Label("Lemon cake", "/cakes/1"))})
    monkeypatch.setattr(subjects, "_watchers", [])
    monkeypatch.setattr(subjects, "_screens", [])
    return key


def bake(key, actor=SYSTEM) -> Activity:
    return Activity.objects.get(id=record(BAKED, actor=actor, subjects={"cake": key}, data={"flavour": "lemon"}))


def test_follower_is_told_once_with_the_name_of_the_subject(rita, hugo, cake):
    operations.follow(actor=rita.actor, kind="cake", subject_id=cake)
    operations.follow(actor=rita.actor, kind="cake", subject_id=cake)
    activity = bake(cake, hugo.actor)
    operations.notify(activities=[activity])
    operations.notify(activities=[activity])
    (notice,) = Notification.objects.all()
    assert (notice.user_id, notice.text, notice.url) == (rita.id, "Lemon cake: Hugo Example baked lemon", "/cakes/1")


def test_nobody_is_told_of_their_own_deeds_or_of_what_was_before_they_followed(rita, hugo, cake):
    before = bake(cake)
    operations.follow(actor=rita.actor, kind="cake", subject_id=cake)
    operations.follow(actor=hugo.actor, kind="cake", subject_id=cake)
    own = bake(cake, rita.actor)
    operations.notify(activities=[before, own])
    assert list(Notification.objects.values_list("user_id", "activity_id")) == [(hugo.id, own.id)]


def test_screens_keep_secrets_and_watchers_hear_without_following(rita, hugo, cake, monkeypatch):
    activity = bake(cake)
    monkeypatch.setattr(subjects, "_watchers", [lambda activities: {a.id: {rita.id, hugo.id} for a in activities}])
    monkeypatch.setattr(subjects, "_screens", [lambda activities, users: {(a.id, hugo.id) for a in activities}])
    operations.notify(activities=[activity])
    assert list(Notification.objects.values_list("user_id", flat=True)) == [rita.id]


def test_unfollowed_and_inactive_users_hear_nothing(rita, hugo, cake):
    for user in (rita, hugo):
        operations.follow(actor=user.actor, kind="cake", subject_id=cake)
    operations.unfollow(actor=rita.actor, subject_id=cake)
    hugo.is_active = False
    hugo.save(update_fields=["is_active"])
    operations.notify(activities=[bake(cake)])
    assert not Notification.objects.exists()


def test_anonymous_cannot_follow(db, cake):
    with pytest.raises(NotAllowed):
        operations.follow(actor=Actor(kind="anonymous"), kind="cake", subject_id=cake)


def give_notice(user, text="Lemon cake: baked", **fields) -> Notification:
    return Notification.objects.create(
        id=new_id(), user=user, activity_id=uuid4(), verb="cake.baked", text=text, happened_at=clock.now(), **fields
    )


def test_page_shows_own_notices_only_and_marks_all_read(rita, hugo, sign_in):
    give_notice(rita, "Lemon cake: for Rita <b>")
    give_notice(hugo, "Lemon cake: for Hugo")
    client = sign_in(rita)
    page = client.get("/notifications/").content.decode()
    assert "for Rita &lt;b&gt;" in page
    assert "for Hugo" not in page
    assert client.post("/notifications/read").status_code == 302
    assert queries.count_unread(rita.actor) == 0
    assert queries.count_unread(hugo.actor) == 1


def test_opening_a_notice_of_somebody_else_is_not_found(rita, hugo, sign_in):
    notice = give_notice(hugo, url="/")
    assert sign_in(rita).get(f"/notifications/{notice.id}/").status_code == 404
    assert sign_in(hugo).get(f"/notifications/{notice.id}/").status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_live_bell_toasts_a_new_notice_once(rita, sign_in):
    client = sign_in(rita)
    assert "HX-Trigger" not in client.get("/notifications/live").headers
    give_notice(rita, "Lemon cake: ready")
    assert "Lemon cake: ready" in client.get("/notifications/live").headers["HX-Trigger"]
    second = client.get("/notifications/live")
    assert "HX-Trigger" not in second.headers
    assert "1 new" in second.content.decode()


@pytest.mark.parametrize("count", [2, 20])
def test_list_needs_as_many_statements_for_20_as_for_2(rita, sign_in, count, django_assert_num_queries):
    for _ in range(count):
        give_notice(rita)
    client = sign_in(rita)
    client.get("/notifications/")
    with django_assert_num_queries(5):
        client.get("/notifications/")


BERLIN = ZoneInfo("Europe/Berlin")
SIX_UTC, FIVE_UTC = datetime(2026, 11, 23, 6, 0, tzinfo=UTC), datetime(2026, 11, 23, 5, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "sent_at", "now", "due"),
    [
        ("never", None, SIX_UTC, False),
        ("day", None, SIX_UTC, True),
        ("day", None, FIVE_UTC, False),
        ("day", SIX_UTC, SIX_UTC + timedelta(hours=5), False),
        ("day", SIX_UTC, SIX_UTC + timedelta(days=1), True),
        ("hour", None, FIVE_UTC, True),
        ("hour", FIVE_UTC, FIVE_UTC + timedelta(minutes=59), False),
        ("hour", FIVE_UTC, FIVE_UTC + timedelta(minutes=60), True),
        # The morning after summer time ended: seven o'clock is six UTC again.
        ("day", datetime(2026, 10, 24, 5, 0, tzinfo=UTC), datetime(2026, 10, 25, 5, 30, tzinfo=UTC), False),
    ],
)
def test_digest_is_due(every, sent_at, now, due):
    assert is_due(every, sent_at, now, BERLIN) is due


def test_without_a_mail_server_notices_wait_for_one(rita, settings, sign_in):
    settings.HAS_MAIL_SERVER = False
    notice = give_notice(rita, "Lemon cake: one")
    assert operations.send_digest(user_id=rita.id, now=datetime(2026, 11, 23, 8, tzinfo=UTC)) is False
    notice.refresh_from_db()
    assert (notice.digested_at, mail.outbox) == (None, [])
    assert "no mail server of its own" in sign_in(rita).get("/settings/notifications/").content.decode()


def test_digest_carries_unread_notices_once(rita, settings):
    settings.HAS_MAIL_SERVER = True
    give_notice(rita, "Lemon cake: one")
    give_notice(rita, "Lemon cake: read already", read_at=clock.now())
    morning = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert operations.send_digest(user_id=rita.id, now=morning) is True
    assert operations.send_digest(user_id=rita.id, now=morning + timedelta(days=1)) is False
    (message,) = mail.outbox
    assert message.to == ["rita@example.org"]
    assert "Lemon cake: one" in message.body
    assert "read already" not in message.body
    assert message.subject == "1 new in Rapport: Lemon cake: one"


def test_preferences_are_kept_and_nonsense_is_refused(rita, sign_in):
    client = sign_in(rita)
    assert client.post("/settings/notifications/", {"every": "hour"}).status_code == 302
    assert queries.digest_choice(rita.actor) == "hour"
    assert client.post("/settings/notifications/", {"every": "second"}).status_code == 422
    assert queries.digest_choice(rita.actor) == "hour"


def test_reply_of_a_person_is_news_and_an_automatic_answer_is_not(rita, cake, monkeypatch):
    from rapport.mail.activities import MESSAGE_RECEIVED
    from rapport.notifications.reactions import tell_followers

    operations.follow(actor=rita.actor, kind="cake", subject_id=cake)
    for kind in ("auto_reply", "reply"):
        data = {"kind": kind, "answers_message_id": uuid4()}
        identifier = record(MESSAGE_RECEIVED, actor=Actor(kind="candidate"), subjects={"cake": cake}, data=data)
        tell_followers(list(Activity.objects.filter(id=identifier)))
    assert list(Notification.objects.values_list("text", flat=True)) == ["Lemon cake answered"]
