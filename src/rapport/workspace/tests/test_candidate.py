import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.activity.operations import Happening, record_many
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates import operations
from rapport.candidates.activities import TAG_ADDED
from rapport.candidates.drafts import CandidateDraft, ContactPointDraft, ExperienceDraft, SkillDraft
from rapport.candidates.models import Candidate
from rapport.candidates.tests.factories import CandidateFactory
from rapport.jobs.models import HiringTeamMember
from rapport.lib.actors import SYSTEM
from rapport.notifications.queries import is_following

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url_of(candidate: Candidate, query: str = "") -> str:
    return f"/candidates/{candidate.id}/{query}"


def rich_candidate(user: User, number: int) -> Candidate:
    """A person with so many of everything."""
    draft = CandidateDraft(
        "Carl Candidate",
        title="Fitter",
        organisation="Pegel",
        contact_points=tuple(ContactPointDraft("email", f"carl{n}@example.org") for n in range(number)),
        experiences=tuple(ExperienceDraft(f"Fitter {n}", "Pegel") for n in range(number)),
        skills=tuple(SkillDraft(f"Skill number {n}", evidence=f"uses skill number {n}") for n in range(number)),
        tags=tuple(f"tag {n}" for n in range(number)),
    )
    carl = operations.create_candidate(actor=user.actor, draft=draft)
    for n in range(number):
        operations.add_note(actor=user.actor, candidate_id=carl.id, text=f"Note {n}")
        operations.add_task(actor=user.actor, candidate_id=carl.id, text=f"Task {n}")
    return carl


def test_the_number_of_statements_does_not_grow_with_what_a_person_has(rita: User, sign_in) -> None:
    carl, dora = rich_candidate(rita, 2), None
    client = sign_in(rita)
    client.get(url_of(carl))
    with CaptureQueriesContext(connection) as few:
        client.get(url_of(carl))
    Candidate.objects.all().delete()
    dora = rich_candidate(rita, 20)
    with CaptureQueriesContext(connection) as many:
        response = client.get(url_of(dora))
    assert response.status_code == 200
    assert len(many) == len(few)
    assert len(many) <= 15


def test_the_profile_shows_what_is_known(rita: User, sign_in) -> None:
    carl = rich_candidate(rita, 1)
    page = sign_in(rita).get(url_of(carl)).content.decode()
    for words in ("Fitter at Pegel", "carl0@example.org", "tag 0", "Fitter 0", "Note 0", "Task 0"):
        assert words in page
    assert "uses <mark>skill number 0</mark>" in page


def test_each_role_sees_what_it_may(
    rita: User, hugo: User, ines: User, omar: User, emma: User, ada: User, sign_in
) -> None:
    application = ApplicationFactory()
    HiringTeamMember.objects.create(job=application.job, user=hugo, team_role="hiring_manager")
    HiringTeamMember.objects.create(job=application.job, user=ines, team_role="interviewer")
    url = url_of(application.candidate)
    statuses = {
        user.full_name.split()[0]: sign_in(user).get(url).status_code for user in (rita, ada, hugo, ines, omar, emma)
    }
    assert statuses == {"Rita": 200, "Ada": 200, "Hugo": 200, "Ines": 200, "Omar": 404, "Emma": 404}
    assert Client().get(url)["Location"].startswith("/account/login/")


def test_who_may_not_edit_sees_no_forms_for_it(hugo: User, sign_in) -> None:
    application = ApplicationFactory()
    HiringTeamMember.objects.create(job=application.job, user=hugo, team_role="hiring_manager")
    page = sign_in(hugo).get(url_of(application.candidate)).content.decode()
    assert "note-composer" in page
    assert "contact-point-form" not in page
    assert "archive-dialog" not in page


def test_the_menu_to_move_somebody_is_there_for_whoever_may(
    rita: User, hugo: User, ines: User, omar: User, sign_in
) -> None:
    application = ApplicationFactory()
    HiringTeamMember.objects.create(job=application.job, user=hugo, team_role="hiring_manager")
    HiringTeamMember.objects.create(job=application.job, user=ines, team_role="interviewer")
    other = ApplicationFactory(candidate=application.candidate)
    HiringTeamMember.objects.create(job=other.job, user=omar, team_role="hiring_manager")
    menus = {
        user.full_name.split()[0]: re.findall(r'id="move-(\w+)"', sign_in(user).get(url_of(application.candidate)).content.decode())
        for user in (rita, hugo, ines, omar)
    }  # fmt: skip
    assert {name: sorted(ids) for name, ids in menus.items()} == {
        "Rita": sorted([application.id.hex, other.id.hex]), "Hugo": [application.id.hex], "Ines": [], "Omar": [other.id.hex],
    }  # fmt: skip


def test_what_happened_in_a_confidential_job_is_hidden_from_outsiders(rita: User, ada: User, sign_in) -> None:
    application = ApplicationFactory(job__is_confidential=True, job__title="Secret job")
    HiringTeamMember.objects.create(job=application.job, user=ada, team_role="recruiter")
    subjects = {"candidate": application.candidate_id, "job": application.job_id}
    record_many(TAG_ADDED, actor=SYSTEM, happenings=[Happening(subjects, {"tag": "seen by the team"})])
    assert "seen by the team" in sign_in(ada).get(url_of(application.candidate)).content.decode()
    page = sign_in(rita).get(url_of(application.candidate)).content.decode()
    assert "seen by the team" not in page
    assert "Secret job" not in page


def test_the_timeline_is_read_page_by_page_without_gaps(rita: User, sign_in) -> None:
    carl = CandidateFactory()
    start = datetime(2026, 11, 1, 9, tzinfo=UTC)
    happenings = [Happening([carl], {"tag": f"tag-{n:02}"}, start + timedelta(hours=7 * n)) for n in range(70)]
    record_many(TAG_ADDED, actor=rita.actor, happenings=happenings)
    client, url, seen = sign_in(rita), url_of(carl, "?group=changes"), []
    while url:
        page = client.get(url, headers=HTMX).content.decode()
        seen += re.findall(r"added the tag (tag-\d\d)", page)
        older = re.search(r'hx-get="([^"]*before=[^"]*)"', page)
        url = unescape(older.group(1)) if older else ""
    assert seen == [f"tag-{n:02}" for n in reversed(range(70))]


def test_a_filter_shows_its_kind_only(rita: User, sign_in) -> None:
    carl = CandidateFactory()
    operations.add_note(actor=rita.actor, candidate_id=carl.id, text="Only this")
    tag = operations.create_tag(actor=rita.actor, name="not this")
    operations.tag_candidates(actor=rita.actor, candidate_ids=[carl.id], tag_id=tag.id)
    response = sign_in(rita).get(url_of(carl, "?group=notes"), headers=HTMX)
    page = response.content.decode()
    assert "Only this" in page
    assert "not this" not in page
    assert "<html" not in page


def test_the_panel_is_a_part_without_the_frame(rita: User, sign_in) -> None:
    carl = rich_candidate(rita, 1)
    page = sign_in(rita).get(url_of(carl, "?panel=1"), headers=HTMX).content.decode()
    assert "side-panel-head" in page
    assert "<html" not in page
    assert "carl0@example.org" in page


def test_following_and_following_no_more(rita: User, ines: User, sign_in) -> None:
    carl = CandidateFactory()
    client, url = sign_in(rita), url_of(carl, "follow/")
    assert "Following" in client.post(url, {"do": "follow"}, headers=HTMX).content.decode()
    assert is_following(rita.actor, carl.id)
    assert client.post(url, {"do": "unfollow"}).status_code == 302
    assert not is_following(rita.actor, carl.id)
    assert sign_in(ines).post(url, {"do": "follow"}).status_code == 404


def test_a_mail_without_a_mailbox_is_refused_and_keeps_what_was_typed(rita: User, ines: User, sign_in) -> None:
    carl = CandidateFactory()
    values = {"to": "carl@example.org", "subject": "Hello", "text": "How are you?"}
    response = sign_in(rita).post(url_of(carl, "mail/"), values, headers=HTMX)
    assert response.status_code in (404, 422)
    assert sign_in(ines).post(url_of(carl, "mail/"), values).status_code == 404


def test_nonsense_in_the_address_is_told_not_crashed_on(rita: User, sign_in) -> None:
    assert sign_in(rita).get(url_of(CandidateFactory(), "?before=nonsense"), headers=HTMX).status_code == 422


def test_somebody_without_a_mailbox_is_led_to_connect_one(rita: User, ines: User, sign_in) -> None:
    application = ApplicationFactory()
    HiringTeamMember.objects.create(job=application.job, user=ines, team_role="interviewer")
    page = sign_in(rita).get(url_of(application.candidate)).content.decode()
    assert 'href="/settings/mailboxes/" title="You have no mailbox yet.' in page
    assert "Connect a mailbox" not in sign_in(ines).get(url_of(application.candidate)).content.decode()
