from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.mail.branding import DARK_PAPER, GREEN, PAPER, Brand, Logo, _channels, contrast, lay_out, readable, seen_in
from rapport.mail.composing import UNSUBSCRIBE_LINK, MessageTemplate, compile_message, content_of
from rapport.mail.markup import MARK
from rapport.mail.merge_fields import with_followed_links

BRAND = Brand("Northwind Energy", "#ffee00", "Northwind Energy\nKai 1, Hamburg")
LOGO = Logo("https://crm.example.org/logos/a.png", "Northwind", 120, 40)
BODY = "Hi {{ name }},\n\nsee https://example.org/?a=1&b=2"
LINK = {UNSUBSCRIBE_LINK: "https://crm.example.org/u/1"}


class Elements(HTMLParser):
    """The elements of a page in order, with their attributes, and the words between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        if data.strip() and self.found[-1][0] != "style":
            self.words.append(data.strip())

    def tags(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def compiled(body: str = BODY, brand: Brand = BRAND) -> MessageTemplate:
    return compile_message(subject="Hi", body=body, known={"name"}, brand=brand, unsubscribe_words="No more?")


def test_a_text_is_set_on_the_letterhead_with_its_styles_in_the_elements():
    content = compiled().render({"name": "Bo & Co", **LINK})
    page = Elements(content.html)
    assert content.html.startswith("<!DOCTYPE html><html><head>\n")
    assert page.words == [
        "Northwind Energy", "Hi Bo & Co,", "see", "https://example.org/?a=1&b=2",
        "Northwind Energy", "Kai 1, Hamburg", "No more?", "unsubscribe",
    ]  # fmt: skip
    assert [row["style"] for row in page.tags("p")[1:]] == ["margin: 0 0 16px;"] * 2 + ["margin: 0 0 8px;"] * 2
    assert page.tags("a") == [
        {"href": "https://example.org/?a=1&b=2", "style": "color: #807700;"},
        {"href": "https://crm.example.org/u/1", "style": "color: #5a615d;"},
    ]
    assert page.tags("table")[1]["style"] == (
        "width: 100%;max-width: 600px;background: #ffffff;border-top: 4px solid #ffee00;"
    )
    assert all(row["role"] == "presentation" for row in page.tags("table"))
    assert {tag for tag, _ in page.found} == {
        "html", "head", "meta", "style", "body", "table", "tbody", "tr", "td", "p", "br", "a",
    }  # fmt: skip


def test_the_text_part_stays_plain_and_ends_with_the_lines_of_the_letterhead():
    text = compiled().render({"name": "Bo", **LINK}).text
    assert text == "Hi Bo,\n\nsee https://example.org/?a=1&b=2\n\nNorthwind Energy\nKai 1, Hamburg"


def test_a_letterhead_without_lines_and_a_mail_without_unsubscribing_have_no_foot():
    template = compile_message(subject="Hi", body="x", known=(), brand=Brand("Acme"))
    content = template.render({})
    assert (content.text, 'class="foot"' in content.html) == ("x", False)
    assert Elements(content.html).words == ["Acme", "x"]


def test_a_logo_stands_in_the_place_of_the_name_with_its_words_and_size():
    page = Elements(content_of(subject="Hi", text="x", brand=Brand("Acme", GREEN, "", LOGO)).html)
    (logo,) = page.tags("img")
    assert {name: logo[name] for name in ("src", "alt", "width", "height")} == {
        "src": LOGO.url, "alt": "Northwind", "width": "120", "height": "40",
    }  # fmt: skip
    assert page.words == ["x"]


def test_links_of_a_branded_mail_are_followed_as_those_of_a_plain_one():
    template = compiled()
    followed, links = with_followed_links(template.html)
    assert links == {"link 0": "https://example.org/?a=1&b=2"}
    html = followed.render({"name": "Bo", "link 0": "https://crm.example.org/l/1?to=x&y", **LINK})
    assert [row["href"] for row in Elements(html).tags("a")] == [
        "https://crm.example.org/l/1?to=x&y",
        LINK[UNSUBSCRIBE_LINK],
    ]


HOSTILE = '"><script>alert(1)</script><style>*{}</style></td></table>{{ name }} [[x]] {{ snippet:a }} ' + MARK


@pytest.mark.parametrize(
    "brand",
    [
        Brand(HOSTILE, GREEN),
        Brand("Acme", GREEN, HOSTILE),
        Brand("Acme", GREEN, "", Logo("https://crm.example.org/a.png", HOSTILE, 9, 9)),
        Brand("Acme", GREEN, "", Logo(f"https://crm.example.org/{HOSTILE}", "x", 9, 9)),
        Brand("Acme", "#fff;} </style><script>alert(1)</script>"),
        Brand("Acme", "red"),
    ],
)
def test_nothing_of_a_letterhead_becomes_markup_or_a_field(brand):
    template = compiled("Hi {{ name }}", brand)
    assert [field.name for field in template.html.fields] == ["name", UNSUBSCRIBE_LINK]
    page = Elements(template.render({"name": "Bo", **LINK}).html)
    assert {tag for tag, _ in page.found} <= {
        "html", "head", "meta", "style", "body", "table", "tbody", "tr", "td", "p", "br", "a", "img",
    }  # fmt: skip
    assert len(page.tags("style")) == 2
    assert len(page.tags("table")) == (3 if brand.logo else 2)


def test_values_of_people_are_escaped_in_it():
    html = compiled().render({"name": "<b>\nBo", UNSUBSCRIBE_LINK: 'x" onclick="y'}).html
    assert "Hi &lt;b&gt;<br>\nBo,</p>" in html
    assert 'href="x&quot; onclick=&quot;y"' in html


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.sampled_from(["{{ name }}", "[[a]]", "x\n\n", "&", "<"])),
)
def test_whatever_is_written_the_fields_stay_where_they_were(value, pieces):
    body = "a" + "".join(pieces)
    plain = compile_message(subject="Hi", body=body, known={"name"}).html
    template = compiled(body)
    assert [*plain.fields, *template.html.fields[-1:]] == list(template.html.fields)
    values = {"name": value or "x", "[[a]]": value or "x", **LINK}
    rendered = template.html.render(values)
    assert MARK not in rendered
    assert "".join(Elements(plain.render(values)).words) in "".join(Elements(rendered).words)


@given(st.integers(0, 0xFFFFFF))
def test_words_in_any_colour_can_be_read_on_light_and_dark_paper(number):
    colour = f"#{number:06x}"
    for ground in (PAPER, DARK_PAPER):
        assert contrast(_channels(readable(colour, on=ground)), _channels(ground)) >= 4.5
        if contrast(_channels(colour), _channels(ground)) >= 4.5:
            assert readable(colour, on=ground) == colour


def test_all_other_colours_can_be_read_too():
    for words, ground in (
        ("#1f2422", PAPER), ("#5a615d", PAPER), ("#e6e8e6", DARK_PAPER), ("#a7aeaa", DARK_PAPER),
    ):  # fmt: skip
        assert contrast(_channels(words), _channels(ground)) >= 4.5
    assert contrast(_channels("#000000"), _channels("#ffffff")) == 21


def test_a_preview_shows_a_light_and_a_dark_reader_the_same_mail():
    html = lay_out("<p>x</p>", BRAND)
    assert html.count("@media (prefers-color-scheme: dark) {") == 1
    assert "\n@media all {\n.page { background: #141816 !important; }" in seen_in(html, dark=True)
    assert "\n@media not all {" in seen_in(html, dark=False)
