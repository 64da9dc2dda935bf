import json

import pytest
from django.core.management import CommandError, call_command

from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rapport.mail import operations
from rapport.mail.models import Message
from rapport.mail.tests.examples import recorded

pytestmark = pytest.mark.django_db


def test_the_server_takes_it_and_its_answer_is_told(mailbox, outbox, capsys):
    call_command("mail", "send-test", "--mailbox", "RITA@example.com", "--to", "me@example.org", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["outcome"], said["code"], said["answer"]) == ("accepted", 250, "250 2.0.0 OK")
    (message,) = outbox.messages
    assert (message["To"], message["From"], message["Message-ID"]) == (
        "me@example.org", "Rita Recruiter <rita@example.com>", f"<{said['message_id']}>",
    )  # fmt: skip
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not Message.objects.exists()
    (activity,) = recorded("mailbox.tried")
    assert activity.data["outcome"] == "accepted"


def test_a_branded_trial_shows_how_the_letterhead_arrives(ada, mailbox, outbox):
    operations.save_letterhead(actor=ada.actor, colour="#aa0000", footer="Kai 1, Hamburg")
    for flags in ((), ("--branded",)):
        call_command("mail", "send-test", "--mailbox", mailbox.address, "--to", "me@example.org", *flags)
    plain, branded = (
        [part.get_payload(decode=True).decode() for part in message.get_payload()] for message in outbox.messages
    )
    assert ["Kai 1, Hamburg" in part for part in (*plain, *branded)] == [False, False, True, True]
    assert "border-top: 4px solid #aa0000;" in branded[1]


def test_a_refusal_is_told_in_the_servers_words(mailbox, outbox, capsys):
    outbox.refuse["me@example.org"] = "554 5.7.1 not from you"
    with pytest.raises(CommandError, match=r"The server refused the message: 554 5\.7\.1 not from you"):
        call_command("mail", "send-test", "--mailbox", mailbox.address, "--to", "me@example.org")
    assert recorded("mailbox.tried")[0].data["outcome"] == "never"


def test_what_cannot_be_sent(rita, hugo, mailbox, outbox):
    def send(actor=rita.actor, mailbox_address=mailbox.address, to="me@example.org"):
        return operations.send_test(actor=actor, mailbox_address=mailbox_address, to_address=to)

    operations.suppress_address(actor=rita.actor, address="gone@example.org", reason="manual")
    for error, values in (
        (NotAllowed, {"actor": hugo.actor}),
        (NotFound, {"mailbox_address": "nobody@example.com"}),
        (InvalidInput, {"to": "me"}),
        (Conflict, {"to": "Gone@example.org"}),
    ):
        with pytest.raises(error):
            send(**values)
    operations.set_paused(actor=rita.actor, mailbox_id=mailbox.id, paused=True)
    with pytest.raises(NotFound):
        send()
    assert not outbox.taken
