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


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe",
        "please unsubscribe me.",
        "Bitte abmelden",
        "Remove me from your list",
        "Me désinscrire, merci",
        "Please unsubscribe me.",
        "STOP",
        "unsubscribe",
        "Remove me from your list please",
        "Hi Rita, please take me off your mailing list. I am happy in my job.",
        "Thanks, but please don't contact me again.",
        "I no longer wish to receive these emails.",
        "Stop emailing me!",
        "Kindly remove my email address from your database.",
        "I'd like to unsubscribe from this list",
        "Could you remove me from your candidate database? Thank you",
        "Please stop sending me these messages",
        "Do not email me again.",
        "I don't want to receive any more emails from you.",
        "Not interested. Please remove me from your list.",
        "Bitte nehmen Sie mich aus Ihrem Verteiler.",
        "Bitte keine weiteren E-Mails mehr",
        "Ich möchte keine weiteren Mails erhalten.",
        "Schreiben Sie mir bitte nicht mehr.",
        "Merci de me retirer de votre liste",
        "Je ne souhaite plus recevoir vos messages.",
        "Désinscrivez-moi",
        "No quiero recibir más correos",
        "Por favor, denme de baja",
        "Non desidero più ricevere le vostre mail",
        "Stuur mij geen mails meer",
        "Não quero receber mais emails",
        "Please opt me out",
        "No more emails please",
        "Abmelden",
        "Take me off!",
        "Vänligen ta bort mig från listan.",
        "never contact me again",
        "Please remove me",
        "Please delete me from your system.",
    ],
)
def test_asking_in_words(text):
    assert asks_to_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Do not stop!",
        "I want to unsubscribe from my gym, but yes to the job.",
        "How do I stop?",
        "Please don't unsubscribe me, I'm interested.",
        "I had to stop working in May.",
        "Can you stop by on Monday?",
        "If I want to unsubscribe, how do I do that?",
        "My job was to remove candidates from our list.",
        "I would like to be removed from consideration for this job.",
        "Don't remove me from your list!",
        "Please send me more details.",
        "I left the company. Please contact me at carl@example.net",
        "I don't want to write to HR again",
        "I cannot take me off the ground",
        "Stop!? No, go on: I am interested.",
        "I will not contact you again until March.",
        "I do not want to receive the offer by post, mail is fine?",
        "Please do not send me the contract before Friday",
        "I am happy to be on your list.",
        "Don't mail me the contract, I will pick it up.",
        "Bitte schicken Sie mir keine Unterlagen per Post.",
        "I worked on unsubscribe flows for newsletters.",
        "Please delete my old CV and use this one.",
    ],
)
def test_words_that_ask_for_something_else(text):
    assert not asks_to_stop(text)


def test_a_subject_asks_only_when_it_is_the_writers_own():
    assert asks_to_stop("", "unsubscribe")
    assert asks_to_stop("Thanks", "Unsubscribe")
    assert not asks_to_stop("I am interested.", "Re: unsubscribe")
    assert not asks_to_stop("", "How to unsubscribe")


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
