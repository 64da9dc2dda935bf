"""The whole check against a real name server, and its two doors."""

import json
import time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.servers import dns as name_server

from rapport.lib.errors import TemporaryFailure
from rapport.mail import address_tokens, cli, views_domains
from rapport.mail.domains import check as domain_check
from rapport.mail.domains import one_click
from rapport.mail.domains.findings import Finding, Judgement
from rapport.mail.domains.resolver import DnsResolver, Status
from rapport.mail.tests.test_domain_rules import RFC_8463

GOOD, TO_MEND, UNKNOWN = Judgement.GOOD, Judgement.TO_MEND, Judgement.UNKNOWN


@pytest.fixture
def zones():
    with name_server.running() as server:
        server.add("example.org", "MX", "10 mx.example.org.")
        server.add("mx.example.org", "A", "192.0.2.1")
        server.add("example.org", "TXT", "v=spf1 mx -all", "something=else")
        server.add("s1._domainkey.example.org", "TXT", RFC_8463)
        server.add("_dmarc.example.org", "TXT", "v=DMARC1; p=reject")
        yield server


def resolver(zones, **more):
    return DnsResolver(zones.host, zones.port, **more)


def look(zones, name="example.org", **more):
    return domain_check.check_domain(
        name, resolver=resolver(zones), unsubscribe_url="https://rapport.example.org/u/x", **more
    )


@pytest.fixture
def page_answers(monkeypatch):
    monkeypatch.setattr(one_click, "check", lambda url: Finding("one_click", GOOD, "Fine.", (url,)))


def verdicts(report):
    return {finding.check: finding.verdict.value for finding in report.findings}


@pytest.mark.usefixtures("page_answers")
def test_a_domain_that_is_set_up_well(zones):
    report = look(zones)
    assert report.verdict == GOOD
    assert verdicts(report) == {
        "mx": "good", "spf": "good", "dkim": "good", "dmarc": "good", "one_click": "good", "mta_sts": "to_mend",
        "tls_rpt": "to_mend",
    }  # fmt: skip


@pytest.mark.usefixtures("page_answers")
def test_an_international_domain(zones):
    zones.add("xn--bcher-kva.example", "MX", "0 .")
    report = look(zones, "bücher.example")
    assert (report.domain, report.ascii_domain) == ("bücher.example", "xn--bcher-kva.example")
    assert "null MX" in report.findings[0].text
    assert report.findings[1].publish.value == "v=spf1 mx ~all"


def test_a_domain_that_is_not_there_is_asked_no_more(zones):
    report = look(zones, "nowhere.example")
    assert [finding.check for finding in report.findings] == ["mx"]
    assert zones.asked == [("nowhere.example", "MX")]


def test_a_long_record_comes_over_tcp_and_is_cut_for_people(zones):
    zones.add("big.example", "MX", "10 mx.example.org.")
    zones.add("big.example", "TXT", "v=spf1 " + "ip4:192.0.2.1 " * 4000 + "-all")
    reply = resolver(zones).ask("big.example", "TXT")
    assert (reply.status, len(reply.rows[0])) == (Status.FOUND, 56_011)
    spf = look(zones, "big.example").findings[1]
    assert (spf.verdict, len(spf.found[0]) < 600) == (GOOD, True)


def test_strings_of_a_record_are_joined_without_a_space(zones):
    zones.add("parts.example", "TXT", name_server.txt("v=spf1 ip4:192.0.", "2.1 -all"))
    assert resolver(zones).ask("parts.example", "TXT").rows == ("v=spf1 ip4:192.0.2.1 -all",)


def test_bytes_that_are_no_text_do_no_harm(zones):
    zones.add("raw.example", "TXT", name_server.txt(b"v=spf1 \xff\x00 -all"))
    zones.add("raw.example", "MX", "10 mx.example.org.")
    assert "not ASCII" in look(zones, "raw.example").findings[1].text


def test_a_thousand_records_are_not_all_read(zones):
    zones.add(
        "many.example",
        "TXT",
        *[f"v=spf1 ip4:192.0.2.{number % 250} include:x{number}.example -all" for number in range(900)],
    )
    zones.add("many.example", "MX", "10 mx.example.org.")
    spf = look(zones, "many.example").findings[1]
    assert (spf.verdict, "500 SPF records" in spf.text, len(spf.found)) == (TO_MEND, True, 6)


def test_includes_in_a_circle_and_a_tree_of_them_end(zones):
    zones.add("a.example", "TXT", "v=spf1 include:b.example -all")
    zones.add("b.example", "TXT", "v=spf1 include:a.example -all")
    zones.add("a.example", "MX", "10 mx.example.org.")
    assert "a.example → b.example → a.example" in look(zones, "a.example").findings[1].text
    zones.add("tree.example", "MX", "10 mx.example.org.")
    for level in range(12):
        name = "tree.example" if level == 0 else f"t{level}.example"
        zones.add(name, "TXT", f"v=spf1 {' '.join([f'include:t{level + 1}.example'] * 9)} -all")
    zones.add("t12.example", "TXT", "v=spf1 -all")
    assert "more than 30 lookups" in look(zones, "tree.example").findings[1].text


def test_aliases_in_a_circle_do_no_harm(zones):
    zones.add("loop.example", "CNAME", "pool.example.")
    zones.add("pool.example", "CNAME", "loop.example.")
    reply = resolver(zones).ask("loop.example", "TXT")
    assert reply.is_unknown or reply.is_void


def test_an_alias_as_mx_is_said(zones):
    zones.add("alias.example", "MX", "10 www.alias.example.")
    zones.add("www.alias.example", "CNAME", "mx.example.org.")
    assert "(CNAME)" in look(zones, "alias.example").findings[0].text


def test_one_name_that_is_silent_leaves_the_others(zones):
    zones.silent.add("_dmarc.example.org")
    zones.failing.add("_mta-sts.example.org")
    found = verdicts(look(zones, selectors=["s1"]))
    assert (found["spf"], found["dkim"], found["dmarc"], found["mta_sts"]) == ("good", "good", "unknown", "unknown")


def test_a_silent_name_server_is_said_within_seconds(zones):
    zones.silent.add("*")
    began = time.monotonic()
    with pytest.raises(TemporaryFailure, match="The name server did not answer"):
        look(zones)
    assert time.monotonic() - began < 5


def test_the_time_for_everything_is_limited(zones):
    zones.silent.update({"slow1.example", "slow2.example"})
    asking = resolver(zones, deadline_s=1)
    began = time.monotonic()
    assert [asking.ask(f"slow{number}.example", "A").status for number in (1, 2, 1)] == [Status.SILENT] * 3
    assert time.monotonic() - began < 2.5


def test_the_command_prints_json_and_its_status_tells(zones, capsys):
    status = cli.run(
        ["check-domain", "example.org", "--selector", "s1", "--server", f"{zones.host}:{zones.port}", "--json"]
    )
    report = json.loads(capsys.readouterr().out)
    assert (status, report["verdict"]) == (1, "to_mend")  # the address of the tests is not https
    assert [row["check"] for row in report["checks"]] == [
        "mx",
        "spf",
        "dkim",
        "dmarc",
        "one_click",
        "mta_sts",
        "tls_rpt",
    ]
    assert report["checks"][1] == {
        "check": "spf", "verdict": "good", "is_hint": False, "found": ["v=spf1 mx -all"],
        "text": "One record, 1 of 10 lookups.", "publish": None,
    }  # fmt: skip
    assert report["checks"][6]["publish"] == {
        "name": "_smtp._tls.example.org", "type": "TXT", "value": "v=TLSRPTv1; rua=mailto:postmaster@example.org",
    }  # fmt: skip


def test_the_command_without_a_name_server(capsys):
    address = f"127.0.0.1:{name_server.silent_port()}"
    assert cli.run(["check-domain", "example.org", "--server", address, "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["verdict"] == "unknown"
    assert err.startswith("rapport: The name server did not answer.")
    assert cli.run(["check-domain", "no domain"]) == 2


@pytest.mark.parametrize(
    "server", ["ns.example.org", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:0000065599", ":53x", "1:2:3"]
)
def test_a_name_server_is_named_by_its_address(server, capsys):
    assert cli.run(["check-domain", "example.org", "--server", server]) == 2
    assert "is not an address of a name server" in capsys.readouterr().err


@pytest.mark.django_db
def test_the_trial_link_is_the_page_that_stops_mail_and_stops_none():
    url = address_tokens.trial_url()
    token = address_tokens.link_token(address_tokens.TRIAL)
    assert url == settings.BASE_URL + reverse("mail:unsubscribe", args=[token])
    for method in (Client().get, Client().post):
        response = method(url.removeprefix(settings.BASE_URL))
        assert (response.status_code, one_click.MARK in response.content.decode()) == (200, True)
    assert one_click.check(url).verdict == TO_MEND
    assert one_click.check("https://127.0.0.1:9/u/x").verdict == UNKNOWN


PAGE = "/settings/mailboxes/domain/"


@pytest.fixture
def asked_here(zones, monkeypatch):
    monkeypatch.setattr(views_domains, "DnsResolver", lambda: resolver(zones))


def page_as(user, url):
    client = Client()
    client.force_login(user)
    response = client.get(url)
    return response.status_code, response.content.decode()


@pytest.mark.usefixtures("asked_here", "mailbox")
def test_an_administrator_reads_what_to_publish(ada, zones):
    status, page = page_as(ada, PAGE)
    assert (status, 'href="?domain=example.com"' in page, zones.asked) == (200, True, [])
    status, page = page_as(ada, f"{PAGE}?domain=example.org&selector=s1,s2")
    assert status == 200
    assert "v=spf1 mx -all" in page
    assert "There is no key at s2._domainkey.example.org" in page
    assert "v=TLSRPTv1; rua=mailto:postmaster@example.org" in page


@pytest.mark.usefixtures("asked_here")
def test_bad_input_and_a_silent_name_server_are_said_on_the_page(ada, zones):
    status, page = page_as(ada, f"{PAGE}?domain=no+domain")
    assert (status, "is not a domain" in page) == (422, True)
    zones.silent.add("*")
    status, page = page_as(ada, f"{PAGE}?domain=example.org")
    assert (status, "The name server did not answer" in page) == (200, True)


def test_only_administrators_may_look(rita, hugo):
    assert [page_as(user, PAGE)[0] for user in (rita, hugo)] == [403, 403]
