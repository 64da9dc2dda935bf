"""What is said about a text before it is saved."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.mail.checks import Finding, check_message
from rapport.mail.checks.links import check_links, find_links, images_without_alt
from rapport.mail.checks.reading import FORMULAS, count_syllables, read_level
from rapport.mail.checks.words import BIASED, SOURCES, SPAM
from rapport.mail.library import all_texts

FINE = 'Hello {{ first_name | "there" }},\n\nshall we talk about the job on Thursday? I tell you the pay first.'


def found(body=FINE, subject="A job for you", **more):
    return [(row.kind, row.tone, row.field) for row in check_message(subject=subject, body=body, **more).findings]


def test_a_good_text_is_left_alone():
    assert found() == []


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Hi {{ nme }}", FINE, [("field", "stop", "subject")]),
        ("Hi", "{% for x in y %}x{% endfor %}", [("field", "stop", "body")]),
        ("Hi", "{{ a.__class__ }}", [("field", "stop", "body")]),
        ("Hi", "{{ settings.SECRET_KEY }}", [("field", "stop", "body")]),
        ("{{ x", "{{ snippet:nope }}", [("field", "stop", "subject"), ("field", "stop", "body")]),
        ("Hi {{ first_name }}", FINE, [("fallback", "warn", "subject")]),
        ("Hi", "At {{ organisation }}: {{ company }}, {{ company }}", [("fallback", "warn", "body")]),
        ("Hi", "[[why]] and [[who]]", [("placeholder", "note", "body")]),
        ("x" * 41, FINE, [("subject", "note", "subject")]),
        ("x" * 61, FINE, [("subject", "warn", "subject")]),
        ("Re: our talk", FINE, [("subject", "warn", "subject")]),
        ("Hi", "A word. " * 76, [("length", "note", "body")]),
        ("Hi", "A word. " * 151, [("length", "warn", "body")]),
        ("Act now", FINE, [("spam", "warn", "subject")]),
        ("Hi!", FINE, [("spam", "warn", "subject")]),
        ("Hi", "One! Two!", [("spam", "warn", "body")]),
        ("Hi", "This is VERY IMPORTANT.", [("spam", "warn", "body")]),
        ("Hi", "See http://example.org.", [("link", "warn", "body")]),
        ("Hi", "We want a ninja.", [("biased", "warn", "body")]),
        ("Hi", "<img src=x>", []),
        ("Hi", "x" * 20_000, [("length", "stop", "body")]),
    ],
)
def test_each_thing_is_found_once_at_its_place(subject, body, expected):
    assert found(body, subject) == expected


def test_a_finding_says_why_what_instead_and_where_that_is_known_from():
    (finding,) = check_message(subject="Hi", body="We hire native speakers.").findings
    assert finding == Finding(
        "biased", "warn", "body", "“native speakers”: It asks where somebody was born, not what they can do.",
        "Rather: fluent in.", "EEOC Enforcement Guidance on National Origin Discrimination (2016)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A competitive salary.", []),
        ("A competitive person.", ["biased"]),
        ("Manpower and man-hours.", ["biased"]),
        ("A young, dynamic team.", ["biased"]),
        ("He/she leads.", ["biased"]),
        ("The leader of an ambition.", []),
        ("We click hereafter.", []),
        ("Please click here.", ["spam"]),
        ("Guaranteed and risk-free.", ["spam"]),
        ("The culture fits. A cultural fit.", ["biased"]),
    ],
)
def test_words_are_found_as_words_and_not_within_others(text, kinds):
    assert [kind for kind, _, _ in found(text)] == kinds


def test_lists_are_english_and_other_languages_are_not_judged_by_them():
    assert found("Ein insane Ninja, click here.", language_code="de") == []


def test_every_listed_word_has_a_reason_and_every_source_is_used():
    assert all(word.why.endswith(".") for word in (*SPAM, *BIASED))
    assert all(word.instead and word.source in SOURCES for word in BIASED)
    assert {word.source for word in BIASED} == set(SOURCES)


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("make", 1), ("table", 2), ("wanted", 2), ("called", 1), ("houses", 2), ("organisation", 5), ("I", 1), ("team's", 1), ("the", 1), ("well-known", 2)],
)  # fmt: skip
def test_syllables_are_counted(word, count):
    assert count_syllables(word) == count


def test_the_reading_score_is_the_formula_that_is_shown():
    reading = read_level("The cat sat on the mat. It was happy. See https://example.org/some/very/long/word for more")
    assert (reading.words, reading.sentences, reading.syllables) == (12, 3, 13)
    assert reading.score == round(206.835 - 1.015 * 12 / 3 - 84.6 * 13 / 12, 1) == 111.1
    assert reading.in_words == "easy"
    assert reading.formula == FORMULAS["en"][3]
    german = read_level("Wir suchen eine Kollegin. Melden Sie sich.", "de")
    assert (german.words, german.sentences, german.syllables) == (7, 2, 12)
    assert german.score == round(180 - 3.5 - 58.5 * 12 / 7, 1)
    assert read_level("Nous cherchons.", "fr").score is None
    assert read_level("", "en").score is None


def test_a_hard_text_is_told_with_its_figures():
    body = (
        "Organisational interoperability considerations necessitate multidisciplinary collaboration methodologies, "
        "facilitating comprehensive operationalisation of infrastructural transformation initiatives internationally today "
        "and tomorrow everywhere accordingly."
    )
    (finding,) = [row for row in check_message(subject="Hi", body=body).findings if row.kind == "reading"]
    assert finding.text.startswith("Very hard to read: -")
    assert finding.source == FORMULAS["en"][3]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("See https://example.org/a(b).", None),
        ("See http://example.org", "It is not encrypted"),
        ("See https://192.0.2.7/x", "It leads to a number"),
        ("See https://[2001:db8::1]/x", "It leads to a number"),
        ("See https://3221225985/x", "It leads to a number"),
        ("See https://bit.ly/abc", "A shortened link"),
        ("See https://WWW.TinyURL.com/abc", "A shortened link"),
        ("See www.example.org/jobs", "Write it with https://"),
        ("See https:/example.org", "not written like a link"),
        ("See htps://example.org", "not written like a link"),
        ("See https//example.org", "not written like a link"),
        ("See https://bank.example@evil.example/x", "hides where the link leads"),
        ("See https://localhost/x", "no such host name"),
        ("See https://-a.example.org", "no such host name"),
        ("See https://example.org:99999/", "cannot be read"),
        ("See https://[/x", "cannot be read"),
    ],
)
def test_links_are_looked_at_without_asking_anybody(text, why):
    problems = check_links(text)
    assert [why in problem.why for problem in problems] == ([True] if why else [])


def test_links_are_found_without_what_ends_the_sentence():
    text = "(see https://example.org/a, https://example.org/b). “https://example.org/c”? https://example.org/a"
    assert find_links(text) == ["https://example.org/a", "https://example.org/b", "https://example.org/c"]


def test_images_need_words_for_those_who_cannot_see_them():
    html = """<img src="a.png"><IMG SRC='b.png' ALT="Our team"><img src=c.png alt=""><img alt src=d.png><img src="e.png" /
        <img src="f.png" title="no alt=''"/>"""
    assert images_without_alt(html) == ["a.png", "f.png"]


def test_the_library_passes_its_own_checks():
    told = {
        text.key: [row.kind for row in report.findings if row.tone != "note"]
        for text in all_texts().values()
        for report in [check_message(subject=text.subject, body=text.body)]
    }
    assert set(map(tuple, told.values())) == {()}
    scores = [check_message(subject=text.subject, body=text.body).reading.score for text in all_texts().values()]
    assert min(scores) > 60


HOSTILE = [
    "{{ a.__class__ }}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{% for a in b %}{% endfor %}", "{% include 'x' %}",
    "{{ settings.SECRET_KEY }}", "{{ first_name", "}}", "[[", "[[x]]", "]]", "{{ snippet:a }}", "{{ first_name }}", "https://",
    "http://[", "www.", "\x00", "\ud800", "\ue000", "<img", "!", "AAAA BBBB ", "\n", " ", "a", "é", "𝔘", "re:", "@", "%", "((((",
]  # fmt: skip


@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=30), max_size=30), st.text(max_size=80))
@settings(deadline=None)
def test_nothing_hostile_crashes_or_leaks(pieces, subject):
    body = "".join(pieces)
    report = check_message(subject=subject, body=body)
    assert all(isinstance(row.text, str) and row.tone in ("stop", "warn", "note") for row in report.findings)
    shown = " ".join(row.text + row.hint for row in report.findings)
    assert "<class" not in shown
    assert "insecure-" not in shown
    if any(mark in body for mark in ("{%", "settings.SECRET_KEY }}", ".__class__ }}")):
        assert report.has_stop


@pytest.mark.parametrize(
    "piece", ["[[", "{{ ", "a", "{{ first_name }}", "https://", "(", "A ", "!", "ab-", "www.", "<img ", "http//"]
)
def test_a_megabyte_is_answered_at_once(piece):
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    started = time.process_time()
    report = check_message(subject="Hi", body=text)
    read_level(text)
    check_links(text)
    images_without_alt(text)
    assert report.has_stop
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("[https://bank.example/a](https://other.example)", ["“https://bank.example/a” leads to https://other.example, another address than it shows."]),
        ("[www.bank.example](https://other.example/x)", ["“www.bank.example” leads to https://other.example/x, another address than it shows."]),
        ("[**bank.example**](https://bank.example@other.example/)", ["“bank.example” leads to https://bank.example@other.example/, another address than it shows."]),
        ("[bank.example/jobs](https://www.bank.example/jobs?id=1)", []),
        ("[the posting at bank.example](https://other.example)", []),
        ("https://bank.example", []),
    ],
)  # fmt: skip
def test_words_of_a_link_that_show_another_address_are_named(body, said):
    found = check_message(subject="A job", body=body).findings
    assert [finding.text for finding in found if "another address" in finding.text] == said
