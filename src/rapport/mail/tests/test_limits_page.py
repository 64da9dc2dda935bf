"""The page with the limits of domains: what it shows, who may use it, what it says to bad input."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.mail import held_mail, operations
from rapport.mail.models import DomainLimit
from rapport.mail.operations.pacing import take_for_domains

pytestmark = pytest.mark.django_db
URL = "/settings/mailboxes/limits/"
NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
FORM = {"domain": "big.example", "pace_count": "100", "pace_per": "hour", "daily_cap": ""}


@pytest.fixture
def admin(ada, sign_in) -> Client:
    return sign_in(ada)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_without_limits_it_says_what_happens_then(admin):
    page = text(admin.get(URL))
    assert "Mail goes to every domain as fast as the mailboxes allow." in page
    assert f'href="{URL}new/"' in page
    assert URL in text(admin.get("/settings/mailboxes/"))


def test_a_limit_is_added_changed_and_removed(admin):
    assert admin.post(f"{URL}new/", FORM).status_code == 302
    limit = DomainLimit.objects.get()
    assert "To big.example go at most 100 an hour." in text(admin.get(URL))
    one = f"{URL}{limit.id}/"
    assert 'value="100"' in text(admin.get(one))
    assert admin.post(one, {"pace_count": "", "pace_per": "hour", "daily_cap": "500"}).status_code == 302
    limit.refresh_from_db()
    assert (limit.domain, limit.words) == ("big.example", "500 in 24 hours")
    assert admin.post(f"{one}remove/").status_code == 302
    assert admin.post(f"{one}remove/").status_code == 404
    assert admin.get(one).status_code == 404
    assert not DomainLimit.objects.exists()


def test_the_table_shows_use_what_waits_and_what_was_slowed_down(admin, ada, monkeypatch):
    operations.set_domain_limit(actor=ada.actor, domain="", daily_cap=2_000)
    operations.set_domain_limit(actor=ada.actor, domain="big.example", pace_count=100)
    with time_machine.travel(NOW, tick=False):
        take_for_domains({"big.example": 1_300}, NOW)
        operations.slow_down(domain="slow.example", said="421 4.7.0 <b>too</b> many", at=NOW)
        monkeypatch.setattr(held_mail, "_counters", [lambda now: {"big.example": 1_290}])
        page = text(admin.get(URL))
    assert ">big.example</a>" in page
    assert '<b class="num">1,290</b> until Sat 28 Nov, 00:43' in page
    assert '2,000 in 24 hours <span class="muted">as all others</span>' in page
    assert '2,000 in 24 hours <span class="muted">each</span>' in page
    assert "is slowed down to 50 % because its server said “421 4.7.0 &lt;b&gt;too&lt;/b&gt; many”" in page
    assert "The whole pace is back Fri 27 Nov, 11:30" in page
    assert f'href="{URL}new/?domain=slow.example"' in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"domain": "no domain"}, "Enter the part of an address after the @"),
        ({"pace_count": "", "daily_cap": ""}, "Enter how many messages may go there"),
        ({"pace_count": "0"}, "greater than or equal to 1"),
        ({"pace_count": "many"}, "Enter a whole number"),
        ({"pace_per": "year"}, "Select a valid choice"),
    ],
)
def test_bad_input_stays_in_the_form(admin, changes, said):
    answer = admin.post(f"{URL}new/", {**FORM, **changes})
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert not DomainLimit.objects.exists()


@pytest.mark.parametrize("name", ["rita", "hugo"])
def test_others_are_refused(name, ada, sign_in, request):
    limit = operations.set_domain_limit(actor=ada.actor, domain="big.example", pace_count=100)
    client = sign_in(request.getfixturevalue(name))
    assert [client.get(URL + rest).status_code for rest in ("", "new/", f"{limit.id}/")] == [403] * 3
    assert client.post(f"{URL}new/", FORM).status_code == 403
    assert client.post(f"{URL}{limit.id}/", FORM).status_code == 403
    assert client.post(f"{URL}{limit.id}/remove/").status_code == 403
    assert DomainLimit.objects.get().pace_count == 100
    assert URL not in text(client.get("/settings/mailboxes/"))


def test_the_number_of_statements_does_not_grow_with_the_limits(admin, ada):
    def ask() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert admin.get(URL).status_code == 200
        return len(asked)

    operations.set_domain_limit(actor=ada.actor, domain="d0.example", pace_count=1)
    ask()
    few = ask()
    for number in range(20):
        operations.set_domain_limit(actor=ada.actor, domain=f"d{number}.example", pace_count=1)
    assert ask() == few
