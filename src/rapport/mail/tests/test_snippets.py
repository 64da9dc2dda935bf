import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from rapport.lib.errors import Conflict, InvalidInput, NotAllowed
from rapport.mail import operations, queries
from rapport.mail.merge_fields import MAX_IN_TEXT, Shape, TemplateProblem, compile_text
from rapport.mail.models import Snippet
from rapport.mail.tests.examples import recorded

KNOWN = {"first_name", "company"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A {{ snippet:us }} B", "A We are Acme. B"),
        ("{{snippet: us}}{{ SNIPPET:US }}", "We are Acme.We are Acme."),
        ("{{ snippet:deep }}", "Bo: We are Acme. Bye Bo"),
        ("{{ first_name }} {{ snippet:us }} {{ first_name }}", "Bo We are Acme. Bo"),
        ("[[x]]{{ snippet:us }}[[x]]", "1We are Acme.1"),
    ],
)
def test_a_snippet_stands_where_its_name_stood(source, expected):
    snippets = {"us": "We are {{ company }}.", "deep": "{{ first_name }}: {{ snippet:us }} Bye {{ first_name }}"}
    text = compile_text(source, known=KNOWN, snippets=snippets)
    assert text.render({"first_name": "Bo", "company": "Acme", "[[x]]": "1"}) == expected


def test_paragraphs_of_a_snippet_become_html_with_the_text_around_them():
    text = compile_text("One\n\n{{ snippet:us }}", known=KNOWN, snippets={"us": "A & B\n\nC"}, shape=Shape.HTML)
    assert text.render({}) == "<p>One</p>\n<p>A &amp; B</p>\n<p>C</p>"


@pytest.mark.parametrize(
    ("snippets", "source", "said"),
    [
        ({}, "x {{ snippet:us }}", "there is no snippet “us”."),
        ({"about": "x"}, "x {{ snippet:abuot }}", "there is no snippet “abuot”. Did you mean “about”?"),
        ({"a": "{{ snippet:a }}"}, "x {{ snippet:a }}", "a snippet cannot contain itself: a → a"),
        (
            {"a": "{{ snippet:b }}", "b": "{{ snippet:a }}"},
            "x {{ snippet:a }}",
            "a snippet cannot contain itself: a → b → a",
        ),
        ({"a": "{{ nope }}"}, "x {{ snippet:a }}", "in the snippet “a”: there is no field “nope”."),
        (
            {"a": "{{ snippet:b }}", "b": "{{ snippet:c }}", "c": "{{ snippet:d }}", "d": ""},
            "x {{ snippet:a }}",
            "3 deep",
        ),
        ({"a": "{{ snippet:b }}" * 6, "b": ""}, "x {{ snippet:a }}", "a snippet contains 5 others at most"),
        ({"a": ""}, "x " + "{{ snippet:a }}" * (MAX_IN_TEXT + 1), "a text has 20 snippets at most"),
        ({"a": ""}, "x {{ snippet:a.__class__ }}", "is not a merge field"),
    ],
)
def test_what_cannot_be_put_in_is_refused_at_its_place_in_the_text(snippets, source, said):
    with pytest.raises(TemplateProblem) as caught:
        compile_text(source, known=KNOWN, snippets=snippets)
    assert said in str(caught.value)
    assert caught.value.line == 1


@given(
    st.dictionaries(
        st.sampled_from("abcd"),
        st.lists(st.sampled_from(["x", *(f"{{{{ snippet:{n} }}}}" for n in "abcd")]), max_size=8),
    )
)
def test_any_web_of_snippets_is_read_or_refused(web):
    snippets = {name: "".join(pieces) for name, pieces in web.items()}
    try:
        text = compile_text("{{ snippet:a }}" * 20, known=KNOWN, snippets=snippets).render({})
    except TemplateProblem:
        return
    assert set(text) <= {"x"}
    assert len(text) <= 20 * 8 * 5 * 8 * 5 * 8


@pytest.mark.django_db
def test_snippets_are_written_changed_and_put_away(rita):
    snippet = operations.create_snippet(actor=rita.actor, name=" About_us ", body="We are {{ organisation }}.\r\n")
    assert (snippet.name, snippet.body, snippet.owner_id) == ("about_us", "We are {{ organisation }}.", rita.id)
    for _ in range(2):
        operations.update_snippet(actor=rita.actor, snippet_id=snippet.id, body="We hire.")
        operations.set_snippet_archived(actor=rita.actor, snippet_id=snippet.id, archived=True)
    assert len(recorded("snippet.changed")) == len(recorded("snippet.archived")) == 1
    assert not queries.list_snippets(rita.actor).exists()
    assert queries.snippets_in("{{ snippet:about_us }}") == {"about_us": "We hire."}
    with pytest.raises(Conflict, match="named “about_us” already"):
        operations.create_snippet(actor=rita.actor, name="about_us", body="x")


@pytest.mark.django_db
def test_no_circle_and_nothing_unknown_can_be_saved(rita):
    one = operations.create_snippet(actor=rita.actor, name="one", body="1")
    operations.create_snippet(actor=rita.actor, name="two", body="{{ snippet:one }}")
    for body, said in (
        ("{{ snippet:two }}", "n the snippet “two”: a snippet cannot contain itself: one → two → one"),
        ("{{ nope }}", "There is no field “nope”"),
        ("{{ settings.SECRET_KEY }}", "is not a merge field"),
        ("[[why]]", "says the same to everybody"),
        ("", "Write a text"),
        ("x" * 5001, "5,000 characters"),
    ):
        with pytest.raises(InvalidInput) as caught:
            operations.update_snippet(actor=rita.actor, snippet_id=one.id, body=body)
        assert said in caught.value.fields["body"]
    one.refresh_from_db()
    assert one.body == "1"


@pytest.mark.django_db
def test_a_chain_that_gets_too_deep_below_another_is_refused(rita):
    bottom = operations.create_snippet(actor=rita.actor, name="c", body="x")
    for name, below in (("b", "c"), ("a", "b")):
        operations.create_snippet(actor=rita.actor, name=name, body=f"{{{{ snippet:{below} }}}}")
    operations.create_snippet(actor=rita.actor, name="d", body="y")
    with pytest.raises(InvalidInput, match="3 deep"):
        operations.update_snippet(actor=rita.actor, snippet_id=bottom.id, body="{{ snippet:d }}")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "1st", "a-b", "a b", "x" * 61, "é"])
def test_a_name_is_one_that_can_be_written(rita, name):
    with pytest.raises(InvalidInput) as caught:
        operations.create_snippet(actor=rita.actor, name=name, body="x")
    assert list(caught.value.fields) == ["name"]


@pytest.mark.django_db
def test_the_pages(rita, hugo, sign_in):
    client = sign_in(rita)
    assert "Write a snippet" in client.get(reverse("mail:snippets")).content.decode()
    assert client.post(reverse("mail:snippet_create"), {"name": "us", "body": "{{ nope }}"}).status_code == 422
    assert client.post(reverse("mail:snippet_create"), {"name": "us", "body": "We."}).status_code == 302
    snippet = Snippet.objects.get()
    operations.create_template(actor=rita.actor, name="T", purpose="offer", subject="S", body="A {{ snippet:us }}")
    url = reverse("mail:snippet", args=[snippet.id])
    page = client.get(url)
    assert [row.name for row in page.context["users"]] == ["T"]
    assert client.post(url, {"body": "{{ snippet:us }}"}).status_code == 422
    assert client.post(url, {"body": "We all."}).status_code == 302
    undo_url = reverse("mail:snippet_restore", args=[snippet.id])
    answer = client.post(reverse("mail:snippet_archive", args=[snippet.id]), follow=True)
    assert f'data-toast-undo="{undo_url}"' in answer.content.decode()
    assert client.post(undo_url, headers={"hx-request": "true"}).status_code == 204
    assert [row.name for row, _ in client.get(reverse("mail:snippets")).context["snippets"]] == ["us"]
    other = sign_in(hugo)
    assert [other.get(reverse("mail:snippets")).status_code, other.post(url, {"body": "x"}).status_code] == [403, 403]
    with pytest.raises(NotAllowed):
        operations.create_snippet(actor=hugo.actor, name="h", body="x")
    missing = reverse("mail:snippet", args=["01930000-0000-7000-8000-000000000000"])
    assert client.get(missing).status_code == 404
