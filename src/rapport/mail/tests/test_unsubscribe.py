import pytest
from django.test import Client

from rapport.lib.errors import InvalidInput, NotAllowed
from rapport.mail import address_tokens, operations
from rapport.mail.models import Suppression
from rapport.mail.tests.examples import CANDIDATE_ID, recorded, send
from rapport.mail.unsubscribe_words import asks_to_stop

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(rita, mailbox):
    return f"/u/{address_tokens.link_token(send(rita, mailbox, is_bulk=True).id)}"


def test_get_shows_and_changes_nothing(url):
    for method in (Client().get, Client().head):
        assert method(url).status_code == (200 if method.__name__ == "get" else 405)
    page = Client().get(url).content.decode()
    assert "c•••@example.org" in page
    assert "carl@example.org" not in page
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(("body", "by"), [({"List-Unsubscribe": "One-Click"}, "one_click"), ({}, "link")])
def test_post_acts_without_sign_in_cookies_or_token_of_a_form(url, body, by):
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        response = client.post(url, body)
        assert response.status_code == 200
    assert "You get no more mail from us" in response.content.decode()
    assert Suppression.objects.get().address == "carl@example.org"
    (activity,) = recorded("message.unsubscribed")
    assert activity.data == {"by": by}
    assert activity.subject_id("candidate") == CANDIDATE_ID


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "x" + token[1:],
        lambda token: token[:30] + ("a" if token[30] != "a" else "b") + token[31:],
        lambda token: token[:-1],
        lambda token: "é" * 43,
    ],
)
def test_a_made_up_token_is_not_found(url, change):
    token = url.removeprefix("/u/")
    assert Client().post(f"/u/{change(token)}").status_code == 404
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("text", ["Unsubscribe", "please unsubscribe me.", "STOP", "Bitte abmelden", "Remove me from your list", "Me désinscrire, merci"])  # fmt: skip
def test_asking_in_words(text):
    assert asks_to_stop(text)


@pytest.mark.parametrize("text", ["", "Do not stop!", "I want to unsubscribe from my gym, but yes to the job.", "How do I stop?"])  # fmt: skip
def test_words_that_ask_for_something_else(text):
    assert not asks_to_stop(text)


def test_lifting_needs_a_reason_and_is_recorded(rita, hugo):
    row = operations.suppress_address(actor=rita.actor, address="carl@example.org", reason="manual")
    again = operations.suppress_address(actor=rita.actor, address="CARL@example.org", reason="complaint")
    assert (again.id, again.reason) == (row.id, "manual")
    with pytest.raises(InvalidInput):
        operations.lift_suppression(actor=rita.actor, suppression_id=row.id, why=" ")
    with pytest.raises(NotAllowed):
        operations.lift_suppression(actor=hugo.actor, suppression_id=row.id, why="He asked")
    operations.lift_suppression(actor=rita.actor, suppression_id=row.id, why="He asked")
    assert not Suppression.objects.exists()
    assert (len(recorded("suppression.added")), recorded("suppression.lifted")[0].data["why"]) == (1, "He asked")
