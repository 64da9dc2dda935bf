import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.mail.composing import compile_message
from rapport.mail.markup import plain_html
from rapport.mail.merge_fields import MissingValues, Shape, TemplateProblem, compile_text, open_placeholders

KNOWN = {"first_name", "job_title", "company"}


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("Hello {{ first_name }}!", {"first_name": "Zoë"}, "Hello Zoë!"),
        ("Hello {{first_name}}", {"first_name": "Zoë"}, "Hello Zoë"),
        ('Hello {{ first_name | "there" }}', {"first_name": ""}, "Hello there"),
        ("Hello {{ first_name | 'there' }}", {}, "Hello there"),
        ("Hello {{ first_name|“there” }}", {}, "Hello there"),
        ('Dear {{ first_name | "" }}friend', {}, "Dear friend"),
        ('Hello {{ first_name | "there" }}', {"first_name": "Bo"}, "Hello Bo"),
        ("{{ first_name }}{{ company }}", {"first_name": "A", "company": "B"}, "AB"),
        ("{{ first_name }}", {"first_name": "{{ company }}"}, "{{ company }}"),
        ("No fields, { braces } alone", {}, "No fields, { braces } alone"),
        ("one\r\ntwo\rthree", {}, "one\ntwo\nthree"),
    ],
)
def test_fields_are_replaced(source, values, expected):
    assert compile_text(source, known=KNOWN).render(values) == expected


@pytest.mark.parametrize(
    ("source", "line", "column", "said"),
    [
        ("Hi {{ firstname }}", 1, 7, "there is no field “firstname”. Did you mean “first_name”?"),
        ("Hi\n\n  {{ salary }}", 3, 6, "Known are: company, first_name, job_title."),
        ("{{ first_name.__class__ }}", 1, 1, "“first_name.__class__” is not a merge field"),
        ("{{ first_name | upper }}", 1, 1, "“first_name | upper” is not a merge field"),
        ("{{ first_name() }}", 1, 1, "“first_name()” is not a merge field"),
        ("{{ 7*7 }}", 1, 1, "“7*7” is not a merge field"),
        ("{% for x in first_name %}", 1, 1, "“{%” is not understood"),
        ("a\nb }} c", 2, 3, "“}}” without “{{” before it"),
        ("Hi {{ first_name", 1, 4, "“{{” without “}}” after it"),
        ("Hi {{ first_name\n for you }}", 1, 4, "“{{” without “}}” after it"),
        ("{{ }}", 1, 1, "there is no field name"),
    ],
)
def test_what_is_no_field_is_refused_with_its_position(source, line, column, said):
    with pytest.raises(TemplateProblem) as caught:
        compile_text(source, known=KNOWN)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"Line {line}, column {column}: ")
    assert said in str(caught.value)


def test_a_field_without_value_and_fallback_blocks_the_text():
    text = compile_text("{{ first_name }} {{ job_title }} {{ first_name }} {{ company }}", known=KNOWN)
    with pytest.raises(MissingValues) as caught:
        text.render({"company": "Acme", "first_name": ""})
    assert caught.value.names == ("first_name", "job_title")
    assert str(caught.value) == "No value for first name, job title, and the text has no fallback"


def test_a_subject_stays_on_one_line():
    subject = compile_text("Hello\n{{ first_name }}", known=KNOWN, shape=Shape.LINE)
    assert subject.render({"first_name": "Zoë\r\nBcc: eve@example.org"}) == "Hello Zoë Bcc: eve@example.org"


def test_html_escapes_values_and_links_addresses():
    text = "Hi {{ first_name }} & co,\nsee https://example.org/a?b=1&c=2.\n\nBye"
    rendered = compile_text(text, known=KNOWN, shape=Shape.HTML).render({"first_name": "<b>Bo</b>\nX"})
    assert rendered == (
        "<p>Hi &lt;b&gt;Bo&lt;/b&gt;<br>\nX &amp; co,<br>\n"
        'see <a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.</p>\n<p>Bye</p>'
    )


def test_an_address_with_a_field_inside_is_not_linked_in_half():
    rendered = compile_text("https://example.org/{{ company }}/x", known=KNOWN, shape=Shape.HTML)
    assert rendered.render({"company": "acme"}) == "<p>https://example.org/acme/x</p>"


@given(st.text(), st.text())
def test_no_value_breaks_out_of_the_html(source_tail, value):
    text = compile_text("{{ first_name }} " + source_tail.replace("{", "").replace("}", "").replace("%", ""),
                        known=KNOWN, shape=Shape.HTML)  # fmt: skip
    rendered = text.render({"first_name": value + "<script>"})
    assert "<script" not in rendered


@given(st.text())
def test_any_text_is_compiled_or_refused_with_a_position_inside_it(source):
    refusal = None
    try:
        compile_text(source, known=KNOWN)
    except TemplateProblem as problem:
        refusal = problem
    assert refusal is None or (refusal.line >= 1 and refusal.column >= 1)


def test_html_of_a_text_without_anything_special():
    assert plain_html("a\nb\n\n\nc") == "<p>a<br>\nb</p>\n<p>c</p>"


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("Hello. [[a sentence  about their work]] Bye", "a sentence about their work"),
        ("[[ what you\tread ]]", "what you read"),
        ("a [0] [[x]]", "x"),
    ],
)
def test_an_open_placeholder_blocks_the_text_until_a_person_fills_it_in(source, label):
    text = compile_text(source, known=KNOWN)
    with pytest.raises(MissingValues) as caught:
        text.render({})
    assert str(caught.value) == f"To be filled in: “{label}”"
    assert "[[" not in text.render({f"[[{label}]]": "Your talk on relays stayed with me."})


def test_what_is_filled_in_is_escaped_in_html():
    text = compile_text("[[x]]", known=KNOWN, shape=Shape.HTML)
    assert text.render({"[[x]]": "<b>\nR&D"}) == "<p>&lt;b&gt;<br>\nR&amp;D</p>"


@pytest.mark.parametrize("source", ["Hi [[", "[[ ]]", "[[a\nb]]", "[[a]", "[[{{ first_name }}]]"])
def test_a_placeholder_that_is_not_closed_is_refused_with_its_place(source):
    with pytest.raises(TemplateProblem) as caught:
        compile_text(source, known=KNOWN)
    assert (caught.value.line, caught.value.column) == (1, source.index("[[") + 1)
    assert "“[[” without words and “]]” after it" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nothing [to] fill", []),
        ("[[a b]] and [[ a  b ]], [[c]]", ["a b", "c"]),
        ("[[a", ["[["]),
        ("[[a]] then [[ \n]]", ["a", "[["]),
    ],
)
def test_open_placeholders_of_a_finished_text_are_found(text, found):
    assert open_placeholders(text) == found


def test_a_draft_asks_for_what_is_missing_and_takes_no_orders_from_values():
    template = compile_message(
        subject="For {{ first_name }}", body='{{ company | "you" }}: {{ job_title }} [[why them]]', known=KNOWN
    )
    draft = template.draft({"first_name": "Bo [[x]] {{ company }}"})
    assert (draft.subject, draft.text, draft.html) == (
        "For Bo [ [x]] { { company } }", "you: [[job title]] [[why them]]", "",
    )  # fmt: skip
    assert template.missing({}) == ["first_name", "job_title"]
    assert template.placeholders == ["[[why them]]"]
