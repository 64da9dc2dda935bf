"""A résumé that came with a reply is read for the person who sent it, whatever name and address it holds."""

from uuid import uuid4

import pytest
from django.urls import reverse

from rapport.candidates.drafts import CandidateDraft, ContactPointDraft
from rapport.candidates.models import Candidate, ContactPoint
from rapport.candidates.operations import add_contact_point
from rapport.candidates.tests.factories import CandidateFactory
from rapport.intake.models import Import, ImportRow
from rapport.intake.operations import running
from rapport.intake.operations.reviewing import save_row
from rapport.lib import clock
from rapport.mail import operations as mail
from rapport.mail.models import Mailbox
from rapport.mail.tests.test_attachments import reply_with

pytestmark = pytest.mark.django_db
RTF = rb"{\rtf1\ansi Carla Kandidat\par carla@other.example\par Experience\par 2019 - 2024 Cook, Sea View Hotel\par Skills\par Python, SQL\par}"
SIGNED = "Gladly.\n\n-- \nCarl Candidate\nHead of Kitchens\n+49 30 9018200"


@pytest.fixture
def carl():
    return CandidateFactory(full_name="Carl Candidate", title="Cook")


@pytest.fixture
def receive(carl, rita, monkeypatch):
    monkeypatch.setattr("rapport.mail.people._finders", [lambda address: {"candidate": carl.id}])
    mailbox = Mailbox.objects.create(
        address="rita@example.com", owner=rita, smtp_host="x.invalid", created_at=clock.now(), updated_at=clock.now()
    )
    return lambda content, **changes: mail.receive(mailbox=mailbox, data=reply_with(content, **changes))


def _offers(client, message):
    found = client.get(reverse("mail:message", args=[message.id])).context["offers"]
    return {offer.action: offer for offer in found}


def test_it_is_offered_and_its_row_is_that_persons(carl, rita, sign_in, receive):
    message = receive(RTF, name="cv.rtf")
    client = sign_in(rita)
    offer = _offers(client, message)["Read as résumé"]
    assert offer.text == "cv.rtf may be their résumé."
    response = client.post(offer.url)
    item = Import.objects.get()
    assert (response.status_code, response.url) == (302, f"/imports/{item.id}/")
    assert (item.name, item.kind, item.options["candidate_id"]) == ("cv.rtf", "resumes", str(carl.id))
    while running.work(token="test"):
        pass
    row = ImportRow.objects.get()
    assert (row.state, row.candidate_id) == ("attached", carl.id)
    assert Candidate.objects.count() == 1
    assert carl.documents.get().file_name == "cv.rtf"
    carl.refresh_from_db()
    assert carl.full_name == "Carl Candidate"


def test_corrected_by_a_person_it_stays_theirs(carl, rita, sign_in, receive):
    other = CandidateFactory(full_name="Carla Kandidat")
    add_contact_point(actor=rita.actor, candidate_id=other.id, kind="email", value="carla@other.example")
    client = sign_in(rita)
    client.post(_offers(client, receive(RTF, name="cv.rtf"))["Read as résumé"].url)
    while running.work(token="test"):
        pass
    draft = CandidateDraft(
        full_name="Carla Kandidat", contact_points=(ContactPointDraft(kind="email", value="carla@other.example"),)
    )
    row = save_row(actor=rita.actor, import_id=Import.objects.get().id, number=1, draft=draft)
    assert (row.state, row.candidate_id) == ("attached", carl.id)
    assert Candidate.objects.count() == 2
    assert not other.documents.exists()


@pytest.mark.parametrize(
    ("content", "name"), [(b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "cv.pdf"), (b"Just a note.", "note.txt"), (b"", "cv.pdf")]
)
def test_what_is_no_resume_is_not_offered_and_not_read(rita, sign_in, receive, content, name):
    message = receive(content, name=name)
    client = sign_in(rita)
    assert "Read as résumé" not in _offers(client, message)
    assert client.post(reverse("intake:resume_of_reply", args=[message.id, 0])).status_code in (404, 422)
    assert not Import.objects.exists()


def test_strangers_and_who_may_not(rita, hugo, sign_in, receive):
    message = receive(RTF, name="cv.rtf")
    url = reverse("intake:resume_of_reply", args=[message.id, 0])
    assert sign_in(hugo).post(url).status_code == 403
    assert sign_in(rita).post(reverse("intake:resume_of_reply", args=[uuid4(), 0])).status_code == 404
    message.subjects = {}
    message.save(update_fields=["subjects"])
    assert sign_in(rita).post(url).status_code == 422
    assert not Import.objects.exists()


def test_a_new_phone_and_title_are_taken_over_by_one_click(carl, rita, sign_in, receive):
    client = sign_in(rita)
    message = receive(b"", text=SIGNED)
    offers = _offers(client, message)
    assert offers["Take it over"].text == "Their signature says “Head of Kitchens”; the profile says “Cook”."
    for offer in offers.values():
        assert client.post(offer.url, {**offer.values, "next": "/inbox/"}).status_code == 302
    carl.refresh_from_db()
    assert carl.title == "Head of Kitchens"
    assert list(ContactPoint.objects.filter(kind="phone").values_list("normal", flat=True)) == ["+49309018200"]
    assert _offers(client, message) == {}
    stale = offers["Take it over"]
    assert client.post(stale.url, {**stale.values, "value": "Waiter"}).status_code == 409


def test_the_last_signature_counts_and_every_file_is_offered(rita, sign_in, receive):
    first = receive(RTF, name="cv.rtf", text=SIGNED)
    last = receive(
        RTF, name="cv2.rtf", text=SIGNED.replace("Kitchens", "Cakes"), key="second", answers="with-cv@example.org"
    )
    assert first.thread_id == last.thread_id
    page = sign_in(rita).get(reverse("mail:message", args=[first.id]))
    assert [offer.text for offer in page.context["offers"]] == [
        "cv.rtf may be their résumé.",
        "cv2.rtf may be their résumé.",
        "Their signature has the phone number +49 30 9018200.",
        "Their signature says “Head of Cakes”; the profile says “Cook”.",
    ]


def test_what_the_profile_has_is_not_offered(carl, rita, hugo, sign_in, receive):
    add_contact_point(actor=rita.actor, candidate_id=carl.id, kind="phone", value="+49 (30) 901-8200")
    message = receive(b"", text=SIGNED.replace("Head of Kitchens", "COOK"))
    assert _offers(sign_in(rita), message) == {}
    url = reverse("candidates:take_from_reply", args=[carl.id])
    wrong = {"name": 422, "phone": 422, "title": 409}  # an unknown field, no number, and no version of the profile
    for field, status in wrong.items():
        assert sign_in(rita).post(url, {"field": field, "value": "x" * 5_000}).status_code == status, field
    assert sign_in(hugo).post(url, {"field": "title", "value": "x"}).status_code == 404
