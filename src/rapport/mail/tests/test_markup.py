import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.mail.composing import compile_message
from rapport.mail.markup import MARK, marked_html, marked_text, plain_html
from rapport.mail.merge_fields import with_followed_links


@pytest.mark.parametrize(
    ("source", "html", "text"),
    [
        ("a **b c** d", "<p>a <strong>b c</strong> d</p>", "a b c d"),
        ("a *b c* d.", "<p>a <em>b c</em> d.</p>", "a b c d."),
        (
            "see [our **team**](https://example.org/a?b=1&c=2).",
            '<p>see <a href="https://example.org/a?b=1&amp;c=2">our <strong>team</strong></a>.</p>',
            "see our team (https://example.org/a?b=1&c=2).",
        ),
        ("[https://a.example](https://a.example)", '<p><a href="https://a.example">https://a.example</a></p>', "https://a.example"),
        (
            "**see https://a.example/x.**",
            '<p><strong>see <a href="https://a.example/x">https://a.example/x</a>.</strong></p>',
            "see https://a.example/x.",
        ),
        (
            "Next:\n- a & b\n- **c**\nThen\n\n1. d\n2) e",
            "<p>Next:</p>\n<ul>\n<li>a &amp; b</li>\n<li><strong>c</strong></li>\n</ul>\n<p>Then</p>\n<ol>\n<li>d</li>\n<li>e</li>\n</ol>",
            "Next:\n- a & b\n- c\nThen\n\n1. d\n2) e",
        ),
        (r"\*a* \[b](https://a.example)", '<p>*a* [b](<a href="https://a.example">https://a.example</a>)</p>', "*a* [b](https://a.example)"),
    ],
)  # fmt: skip
def test_marks_become_elements_and_leave_a_text_that_reads_well(source, html, text):
    assert (marked_html(source), marked_text(source)) == (html, text)


@pytest.mark.parametrize(
    "source",
    [
        "Entwickler*in und Kund*innen", "2 * 3 * 4", "2*3*4", "a ** b ** c", "***a***", "Salary*\n*before tax", "**a\nb**", "- Rita",
        "24. December\n25. December", "1. May is free", "2. b\n3. c", "-- \nRita", "[0] [a] (https://", "[a](ftp://a.example)",
        "[a](javascript:alert(1))", "[a]\n(https://", "*", "**", "****", "[]()", "a*b", "-a\n-b",
    ],
)  # fmt: skip
def test_what_people_write_anyway_stays_as_it_is(source):
    assert (marked_html(source), marked_text(source)) == (plain_html(source), source)


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.seen = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert tag in {"p", "br", "a", "strong", "em", "ul", "ol", "li"}
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        if tag == "a":
            assert re.match(r"https?://", dict(attrs)["href"])


PIECES = st.sampled_from(
    [
        "**",
        "*",
        "[",
        "](",
        ")",
        "https://a.example/",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "2. ",
        "\\",
        "a b",
        "<",
        '"',
        "&",
        "'",
        "_",
        MARK,
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=30))
def test_no_text_becomes_other_elements_and_every_field_stays(pieces):
    source = "".join(pieces)
    html, text = marked_html(source), marked_text(source)
    Tags(html)
    assert html.count(MARK) == text.count(MARK) == source.count(MARK)
    assert html.count("<a ") == html.count("</a>")
    assert not re.search(r"<a [^>]*>[^<]*<a ", html)


def test_long_texts_of_marks_are_read_at_once():
    for piece in ("*", "**a", "[a", "[", "- \n", "1. a\n", "*a ", "](https://"):
        source = piece * (20_000 // len(piece))
        assert len(marked_html(source)) >= len(marked_text(source)) > 0


def test_marks_go_around_fields_and_a_value_has_none():
    template = compile_message(
        subject="**{{ name }}**", body="Hi **{{ name }}**, see [{{ name }}](https://a.example).\n- {{ name }}\n- b", known={"name"}
    )  # fmt: skip
    content = template.render({"name": "*Bo* [x](https://evil.example)"})
    assert content.subject == "***Bo* [x](https://evil.example)**"
    assert content.text == (
        "Hi *Bo* [x](https://evil.example), see *Bo* [x](https://evil.example) (https://a.example).\n"
        "- *Bo* [x](https://evil.example)\n- b"
    )
    assert content.html == (
        '<p>Hi <strong>*Bo* [x](https://evil.example)</strong>, see <a href="https://a.example">*Bo* [x](https://evil.example)</a>.</p>\n'
        "<ul>\n<li>*Bo* [x](https://evil.example)</li>\n<li>b</li>\n</ul>"
    )
    _, links = with_followed_links(template.html)
    assert links == {"link 0": "https://a.example"}


def test_marks_of_a_snippet_are_read_with_the_text_around_it():
    snippets = {"us": "*we* see [us](https://a.example)"}
    content = compile_message(subject="x", body="**A** {{ snippet:us }}", known=(), snippets=snippets).render({})
    assert content.text == "A we see us (https://a.example)"
    assert content.html == '<p><strong>A</strong> <em>we</em> see <a href="https://a.example">us</a></p>'


@pytest.mark.parametrize(
    ("body", "is_formatted"), [("a *b*", True), ("- a\n- b", True), ("a https://a.example", False), ("a", False)]
)
def test_a_text_is_formatted_where_its_html_shows_more(body, is_formatted):
    assert compile_message(subject="x", body=body, known=()).is_formatted is is_formatted
