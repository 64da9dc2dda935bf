"""The rules of each record, by examples of the RFCs; no network."""

import base64
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rapport.lib.errors import InvalidInput
from rapport.mail.domains import dkim, dmarc, servers, spf
from rapport.mail.domains.check import read_domain, read_selectors
from rapport.mail.domains.findings import Advice, BadTags, Judgement, read_tags, shown
from rapport.mail.domains.resolver import Reply, Status

GOOD, TO_MEND, UNKNOWN = Judgement.GOOD, Judgement.TO_MEND, Judgement.UNKNOWN


@dataclass
class Known:
    """A resolver of rows in memory; what is not there does not exist."""

    rows: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    silent: tuple[str, ...] = ()

    def ask(self, name, kind):
        if name in self.silent:
            return Reply(Status.SILENT, why="the name server did not answer")
        found = self.rows.get((name, kind))
        if found is not None:
            return Reply(Status.FOUND, tuple(found)) if found else Reply(Status.NO_ROWS)
        exists = any(known == name for known, _ in self.rows)
        return Reply(Status.NO_ROWS if exists else Status.NO_NAME)


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 +all",  # appendix A.1
        "v=spf1 a -all",
        "v=spf1 a:example.org -all",
        "v=spf1 mx -all",
        "v=spf1 mx mx:example.org -all",
        "v=spf1 mx/30 mx:example.org/30 -all",
        "v=spf1 ptr -all",
        "v=spf1 ip4:192.0.2.128/28 -all",
        "v=spf1 include:example.com include:example.org -all",  # A.3
        "v=spf1 a:authorized-spf.example.com -all",
        "v=spf1 exists:%{l1r+}._spf.%{d} -all",  # section 8.1 and A.4
        "v=spf1 redirect=_spf.example.com",
        "V=SPF1 IP6:2001:db8::/32 ~ALL",
        "v=spf1  a//64   mx/24//64 exp=explain.%{d} unknown=kept ?all",
        "v=spf1",
    ],
)
def test_records_of_the_rfc_can_be_read(record):
    assert spf.is_spf(record)
    spf.parse(record)


@pytest.mark.parametrize(
    "word",
    [
        "ip4:192.0.2", "ip4:192.0.2.1/33", "ip4", "ip4:2001:db8::1", "ip6:192.0.2.1", "a/33", "a/24/64", "a:", "include",
        "include:", "include:localhost", "all:example.org", "ipv4:192.0.2.1", "exists", "mx:a b", "-", "redirect=",
        "a:%{x}.example.org", "include:exa%mple.org", "ptr/24", "ip4:192.0.2.1/255.255.255.0", "aexample.org", "–all",
    ],
)  # fmt: skip
def test_words_that_are_not_spf(word):
    with pytest.raises(spf.BadRecord):
        spf.parse(f"v=spf1 {word} -all")


@pytest.mark.parametrize("text", ["v=spf10 -all", "v=spf1;-all", " v=spf1 -all", "v=spf2.0/pra -all", ""])
def test_the_version_is_the_whole_first_word(text):
    assert not spf.is_spf(text)


def test_two_redirects_are_an_error():
    with pytest.raises(spf.BadRecord, match="twice"):
        spf.parse("v=spf1 redirect=a.example.org redirect=b.example.org")


def spf_of(record, more=None):
    rows = {("example.org", "TXT"): record if isinstance(record, list) else [record], **(more or {})}
    return spf.check("example.org", Known(rows))


@pytest.mark.parametrize(
    ("record", "verdict", "words"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", GOOD, "0 of 10 lookups"),
        ("v=spf1 ip4:192.0.2.0/24 +all", TO_MEND, "every server of the world"),
        ("v=spf1 ip4:192.0.2.0/24 all", TO_MEND, "every server of the world"),
        ("v=spf1 ip4:192.0.2.0/24 ?all", TO_MEND, "says nothing"),
        ("v=spf1 ip4:192.0.2.0/24", TO_MEND, "no “all”"),
        ("v=spf1 -all redirect=example.org", GOOD, "0 of 10"),  # section 6.1: redirect is not looked at
        ("v=spf1 ptr ~all", GOOD, "should not be used"),
        ("v=spf1 include:example.org -all", TO_MEND, "back to itself: example.org → example.org"),
        ("v=spf1 include:nowhere.example -all", TO_MEND, "no SPF record"),
        ("v=spf1 a:one.example a:two.example -all", GOOD, "leads nowhere"),
        ("v=spf1 a:one.example a:two.example a:three.example -all", TO_MEND, "3 lookups lead nowhere"),
        (["v=spf1 -all", "v=spf1 ~all"], TO_MEND, "2 SPF records"),
        (["spf1 -all"], TO_MEND, "is no SPF record"),
        (["hello"], TO_MEND, "There is no SPF record"),
        ("v=spf1 ip4:192.0.2.1 –all", TO_MEND, "not ASCII"),
    ],
)
def test_what_an_spf_record_means(record, verdict, words):
    finding = spf_of(record)
    assert (finding.verdict, words in finding.text) == (verdict, True), finding.text


def test_a_missing_all_is_answered_with_the_whole_record():
    assert spf_of("v=spf1 a mx:example.org ip4:192.0.2.1 -exists:%{i}.example.org +all").publish == Advice(
        "example.org", "TXT", "v=spf1 a mx:example.org ip4:192.0.2.1 -exists:%{i}.example.org ~all"
    )


@pytest.mark.parametrize(("count", "verdict"), [(10, GOOD), (11, TO_MEND)])
def test_lookups_are_counted_through_includes(count, verdict):
    hosts = [f"a:h{number}.example.net" for number in range(count - 1)]
    more = {("inner.example.net", "TXT"): [f"v=spf1 {' '.join(hosts)} -all"]}
    more |= {(f"h{number}.example.net", "A"): ["192.0.2.1"] for number in range(count)}
    finding = spf_of("v=spf1 include:inner.example.net -all", more)
    assert finding.verdict == verdict
    assert (f"needs {count} lookups" if count > 10 else "10 of 10 lookups") in finding.text


def test_more_than_ten_servers_of_an_mx_are_an_error():
    more = {("example.org", "MX"): [f"10 m{number}.example.org" for number in range(11)]}
    assert "11 servers" in spf_of("v=spf1 mx -all", more).text


def test_an_include_that_cannot_be_looked_up_leaves_it_unknown():
    resolver = Known({("example.org", "TXT"): ["v=spf1 include:slow.example -all"]}, silent=("slow.example",))
    assert spf.check("example.org", resolver).verdict == UNKNOWN


def rsa_key(bits):
    key = rsa.generate_private_key(65537, bits).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


# RFC 6376 appendix C.2 and RFC 8463 appendix A.2.
RFC_6376 = (
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt"
    "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"
    "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
)
RFC_8463 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


@pytest.mark.parametrize(
    ("record", "verdict", "words"),
    [
        (RFC_6376, TO_MEND, "1,024 bits"),
        (RFC_8463, GOOD, "Ed25519"),
        ("v=DKIM1; p=", TO_MEND, "revoked"),
        ("v=DKIM1; k=ed25519; p=", TO_MEND, "revoked"),
        ("v=DKIM1; k=rsa", TO_MEND, "there is no p="),
        ("p=abc; v=DKIM1", TO_MEND, "stand first"),
        ("v=DKIM2; p=abc", TO_MEND, "DKIM1"),
        ("v=DKIM1; p=abc; p=def", TO_MEND, "twice"),
        ("v=DKIM1; k=dsa; p=abcd", TO_MEND, "no kind of key"),
        ("v=DKIM1; k=ed25519; p=abcd", TO_MEND, "32 bytes"),
        ("v=DKIM1; p=%%%", TO_MEND, "not base64"),
        (RFC_6376[:-32], TO_MEND, "no RSA key"),
        (f"{RFC_8463}; t=y:s", TO_MEND, "trial"),
        (f"h=sha1; {RFC_8463.partition('; ')[2]}", TO_MEND, "sha256"),
        (f"s=other; {RFC_8463.partition('; ')[2]}", TO_MEND, "e-mail"),
        ("hello p= you", TO_MEND, "name=value"),
        ("", TO_MEND, "name=value"),
    ],
)
def test_what_a_dkim_key_means(record, verdict, words):
    judged, text = dkim.judge_key(record)
    assert (judged, words in text) == (verdict, True), text


def test_a_long_rsa_key_is_good_also_where_it_is_folded():
    key = rsa_key(2048)
    for record in (f"k=rsa; p={key}", f"v=DKIM1; h=sha1:sha256; s=*; p= {key[:90]}\n {key[90:]};"):
        assert dkim.judge_key(record) == (GOOD, "An RSA key of 2,048 bits.")


def test_a_short_rsa_key_is_ignored_by_receivers():
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    small = RSAPublicNumbers(65537, (1 << 767) + 9).public_key()
    raw = base64.b64encode(small.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    assert dkim.judge_key(f"p={raw}") == (
        TO_MEND,
        "The RSA key has 768 bits, receivers ignore keys under 1,024. Make one of 2,048.",
    )


def test_common_selectors_are_tried_only_when_none_is_given():
    resolver = Known({("google._domainkey.example.org", "TXT"): [RFC_8463]})
    (finding,) = dkim.check("example.org", [], resolver)
    assert (finding.verdict, finding.text[:16]) == (GOOD, "Selector google:")
    (missing,) = dkim.check("example.org", ["s9"], resolver)
    assert (missing.verdict, "s9._domainkey.example.org" in missing.text) == (TO_MEND, True)
    (nothing,) = dkim.check("example.net", [], resolver)
    assert nothing.verdict == UNKNOWN


def dmarc_of(record, domain="example.org", more=None):
    rows = {("_dmarc.example.org", "TXT"): record if isinstance(record, list) else [record], **(more or {})}
    return dmarc.check(domain, Known(rows))


@pytest.mark.parametrize(
    ("record", "verdict", "words"),
    [
        ("v=DMARC1; p=none; rua=mailto:dmarc@example.org", GOOD, "only watches"),  # appendix B.2.1
        (
            "v=DMARC1; p=quarantine; rua=mailto:a@example.org,mailto:b@mail.example.org!10m; pct=25",
            GOOD,
            "25 %",
        ),  # B.2.4
        ("v=DMARC1;p=reject;adkim=s;aspf=s", GOOD, "exactly this domain"),
        ("v=DMARC1; p=none", TO_MEND, "nobody gets reports"),
        ("v=DMARC1; rua=mailto:a@example.org", TO_MEND, "there is no p="),
        ("v=DMARC1; p=block", TO_MEND, "none, quarantine or reject"),
        ("v=DMARC1; p=reject; pct=200", TO_MEND, "0 to 100"),
        ("v=DMARC1; p=reject; pct=x", TO_MEND, "0 to 100"),
        ("v=DMARC1; p=reject; adkim=q", TO_MEND, "adkim="),
        ("v=DMARC1; p=reject; rua=dmarc@example.org", TO_MEND, "mailto:"),
        ("v=DMARC1; p=reject; sp=never", TO_MEND, "sp="),
        (["v=DMARC1; p=reject", "v=DMARC1; p=none"], TO_MEND, "2 DMARC records"),
        ("dmarc1; p=reject", TO_MEND, "does not begin"),
        ("hello", TO_MEND, "no DMARC record"),
        ("v=DMARC1; p=reject; rua=mailto:x@reports.example", TO_MEND, "reports.example"),  # B.2.2
    ],
)
def test_what_a_dmarc_record_means(record, verdict, words):
    finding = dmarc_of(record)
    assert (finding.verdict, words in finding.text) == (verdict, True), finding.text


def test_reports_to_others_need_their_word():
    record = "v=DMARC1; p=reject; rua=mailto:x@reports.example"
    assert dmarc_of(record).publish == Advice("example.org._report._dmarc.reports.example", "TXT", "v=DMARC1")
    more = {("example.org._report._dmarc.reports.example", "TXT"): ["v=DMARC1"]}
    assert dmarc_of(record, more=more).verdict == GOOD


def test_a_subdomain_follows_its_organisation():
    finding = dmarc_of("v=DMARC1; p=reject; sp=quarantine", domain="jobs.mail.example.org")
    assert finding.text.startswith("The policy is quarantine, of the organisational domain example.org.")


def test_no_dmarc_record_is_answered_with_one():
    assert dmarc.check("example.net", Known()).publish == Advice(
        "_dmarc.example.net", "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@example.net"
    )


@pytest.mark.parametrize(
    ("rows", "verdict", "words"),
    [
        (["10 mx.example.org"], GOOD, "one server"),
        (["0 ."], TO_MEND, "null MX"),
        (["0 .", "10 mx.example.org"], TO_MEND, "others name servers"),
        (["10 192.0.2.1"], TO_MEND, "is an address"),
        (["10 gone.example.org"], TO_MEND, "no address"),
        (["10 bad\x00name"], TO_MEND, "not the name"),
    ],
)
def test_what_an_mx_means(rows, verdict, words):
    resolver = Known({("example.org", "MX"): rows, ("mx.example.org", "A"): ["192.0.2.5"]})
    finding = servers.check_mx("example.org", resolver)
    assert (finding.verdict, words in finding.text) == (verdict, True), finding.text


@pytest.mark.parametrize(
    ("record", "verdict"),
    [("v=STSv1; id=20160831085700Z;", GOOD), ("v=STSv1; id=;", TO_MEND), ("v=STSv1", TO_MEND), ("x", TO_MEND)],
)
def test_what_an_mta_sts_record_means(record, verdict):
    finding = servers.check_mta_sts("example.com", Known({("_mta-sts.example.com", "TXT"): [record]}))
    assert (finding.verdict, finding.is_hint) == (verdict, True)


def test_tags_are_read_in_order_and_hostile_text_is_shown_tamely():
    assert list(read_tags("v=DKIM1; k=rsa ;p=a=b;")) == ["v", "k", "p"]
    with pytest.raises(BadTags):
        read_tags("v=1;;p=2")
    assert shown("a\x1b[31m\nb") == "a·[31m·b"
    assert shown("x" * 1000) == "x" * 500 + "… (1,000 characters)"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("example.org", ("example.org", "example.org")),
        (" Rita@Example.ORG. ", ("example.org", "example.org")),
        ("bücher.example", ("bücher.example", "xn--bcher-kva.example")),
        ("xn--bcher-kva.example", ("bücher.example", "xn--bcher-kva.example")),
    ],
)
def test_domains_are_read_in_any_form(text, domain):
    assert read_domain(text) == domain


@pytest.mark.parametrize(
    "text", ["", "localhost", "exa mple.org", "192.0.2.1", "a..b", "x" * 300 + ".org", "-a.org", "é" * 80 + ".org"]
)
def test_what_is_no_domain_is_said(text):
    with pytest.raises(InvalidInput):
        read_domain(text)


def test_selectors_are_labels():
    assert read_selectors(["s1", " s1 ", "", "2026.mail"]) == ("s1", "2026.mail")
    with pytest.raises(InvalidInput):
        read_selectors(["a b"])
