"""Sending through STARTTLS with a sign-in, against a real server with a certificate of its own."""

import ssl
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from tests.servers.certificates import write_certificate
from tests.servers.smtp import PASSWORD, Outbox, _authenticate

from rapport.lib.encryption import encrypt
from rapport.mail.models import Mailbox
from rapport.outreach import operations
from rapport.outreach.engine import Engine
from rapport.outreach.models import Enrollment
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outbox(tmp_path) -> Iterator[Outbox]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*write_certificate(tmp_path))
    outbox = Outbox(needs_sign_in=True)
    controller = Controller(
        outbox, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True, authenticator=_authenticate,
    )  # fmt: skip
    controller.port = free_port()
    controller.start()
    outbox.port = controller.port
    yield outbox
    controller.stop()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def send_to(outbox: Outbox, rita, **settings) -> None:
    secured = {
        "smtp_port": outbox.port, "smtp_security": "starttls", "smtp_user": "rita", "verify_certificate": False,
        "smtp_password": encrypt(PASSWORD.decode()),
    }  # fmt: skip
    mailbox = MailboxFactory(**(secured | settings))
    sequence = SequenceFactory(mailbox=mailbox)
    make_step(sequence)
    people = [make_person(f"Carl{number}").id for number in range(20)]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=people)
    engine = Engine(lanes=3)
    engine.run_until_idle()
    engine.stop()


def test_starttls_and_sign_in(rita, outbox):
    send_to(outbox, rita)
    assert len({to for _, to, _ in outbox.taken}) == len(outbox.taken) == 20
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"finished"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"smtp_password": encrypt("wrong")}, "refused the user name or password"),
        ({"verify_certificate": True}, "could not be verified"),
        ({"smtp_security": "plain"}, "STARTTLS"),
    ],
)
def test_what_is_wrong_with_the_mailbox_is_said(settings, said, rita, outbox):
    send_to(outbox, rita, **settings)
    mailbox = Mailbox.objects.get()
    assert mailbox.state == "failing"
    assert said.lower() in mailbox.last_error.lower()
    assert outbox.taken == []
    assert set(Enrollment.objects.values_list("state", "delivery_id")) == {("active", None)}
