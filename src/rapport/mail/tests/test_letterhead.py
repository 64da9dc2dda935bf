"""The letterhead: who may change it, what is stored, and where its logo is fetched."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image

from rapport.lib.errors import Conflict, InvalidInput, NotAllowed
from rapport.mail import operations, queries
from rapport.mail.branding import GREEN, Brand
from rapport.mail.models import Letterhead
from rapport.mail.tests.examples import frames, recorded
from rapport.mail.tests.pictures import picture
from rapport.mail.tests.test_logos import SVG

pytestmark = pytest.mark.django_db

FOOTER = "Northwind Energy\nKai 1, Hamburg"


def save(ada, **changes):
    return operations.save_letterhead(actor=ada.actor, **{"colour": "#123456", "footer": FOOTER, **changes})


def upload(name: str = "logo.png", data: bytes = b"", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or picture(), kind)


def logo_files() -> set[str]:
    return set(default_storage.listdir("logos")[1]) if default_storage.exists("logos") else set()


def test_before_anybody_has_chosen_branded_mail_has_the_houses_name(settings):
    settings.SITE_NAME = "Northwind"
    assert queries.get_brand() == Brand("Northwind", GREEN)
    assert (queries.brand_for("plain"), queries.brand_for("plain", "branded")) == (None, Brand("Northwind", GREEN))


def test_each_change_is_a_version_and_the_same_is_none(ada, settings):
    first = save(ada, logo=picture(), logo_alt=" Northwind  Energy ")
    assert (first.number, first.colour, first.footer, first.logo_alt) == (1, "#123456", FOOTER, "Northwind Energy")
    assert (first.logo_width, first.logo_height, first.created_by) == (120, 40, ada)
    second = save(ada, colour=" #ABCDEF", footer="  x \r\n\r\n y ", logo_alt="Northwind Energy")
    assert (second.number, second.colour, second.footer) == (2, "#abcdef", "x\ny")
    assert second.storage_name == first.storage_name
    assert save(ada, colour="#abcdef", footer="x\ny", logo_alt="Northwind Energy") == second
    assert [(row.data, row.actor_id) for row in recorded("letterhead.changed")] == [
        ({"number": 1}, ada.id), ({"number": 2}, ada.id),
    ]  # fmt: skip
    brand = queries.get_brand()
    assert brand.logo.url == f"{settings.BASE_URL}/logos/{first.storage_name.removeprefix('logos/')}"
    assert (brand.logo.alt, brand.logo.width, brand.logo.height) == ("Northwind Energy", 120, 40)
    third = save(ada, colour="#abcdef", footer="x\ny", removes_logo=True)
    assert (third.number, third.storage_name, third.logo_width, queries.get_brand().logo) == (3, "", 0, None)


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"colour": "red"}, "colour", "Write the colour as # and six digits"),
        ({"colour": "#12345"}, "colour", "Write the colour"),
        ({"colour": "#12345g"}, "colour", "Write the colour"),
        ({"colour": "#123456;}"}, "colour", "Write the colour"),
        ({"colour": "#123456\n"}, None, ""),
        ({"footer": "x" * 601}, "footer", "600 characters at most; this has 601."),
        ({"footer": "x\n" * 9}, "footer", "8 lines at most."),
        ({"logo": picture()}, "logo_alt", "Say what the logo shows"),
        ({"logo": picture(), "logo_alt": "x" * 121}, "logo_alt", "120 characters at most."),
        ({"logo": SVG, "logo_alt": "x"}, "logo", "This is no PNG, JPEG or WebP picture"),
    ],
)
def test_what_cannot_be_a_letterhead_is_refused_by_field(ada, values, field, said):
    before = logo_files()
    if field is None:
        assert save(ada, **values).colour == "#123456"
        return
    with pytest.raises(InvalidInput) as caught:
        save(ada, **values)
    assert list(caught.value.fields) == [field]
    assert caught.value.fields[field].startswith(said)
    assert (Letterhead.objects.count(), logo_files()) == (0, before)


def test_only_administrators_change_it(rita, hugo, ines, emma):
    before = logo_files()
    for user in (rita, hugo, ines, emma):
        with pytest.raises(NotAllowed):
            operations.save_letterhead(actor=user.actor, colour="#123456", logo=picture(), logo_alt="x")
        with pytest.raises(NotAllowed):
            queries.find_letterhead(user.actor)
    assert (Letterhead.objects.count(), logo_files()) == (0, before)


def test_nobody_overwrites_what_they_have_not_seen(ada):
    save(ada)
    save(ada, colour="#222222", seen_number=1)
    with pytest.raises(Conflict, match="A colleague has changed the letterhead meanwhile"):
        save(ada, colour="#333333", seen_number=1)
    assert Letterhead.objects.first().colour == "#222222"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told_and_leaves_no_file(ada):
    before = logo_files()

    def one(colour: str) -> str:
        try:
            return str(save(ada, colour=colour, logo=picture(), logo_alt="x", seen_number=0))
        except Conflict as problem:
            return str(problem)[:12]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(one, ["#111111", "#222222"]))
    assert said in (["A colleague ", "Letterhead 1"], ["Letterhead 1", "Letterhead 2"])
    assert len(logo_files() - before) == Letterhead.objects.count()


def test_the_page_saves_and_shows_what_is_wrong(ada, sign_in):
    client, url = sign_in(ada), reverse("mail:letterhead")
    page = client.get(url)
    assert 'value="#1d6b4f"' in page.content.decode()
    assert client.get(frames(page)[0]).status_code == 200
    entered = {"colour": "#0a5c8a", "footer": FOOTER, "logo_alt": "Northwind", "seen_number": "0"}
    assert client.post(url, {**entered, "logo": upload()}).status_code == 302
    stored = Letterhead.objects.get()
    assert (stored.number, stored.colour, stored.logo_width) == (1, "#0a5c8a", 120)
    refused = client.post(url, {**entered, "seen_number": "1", "logo": upload("x.svg", SVG, "image/svg+xml")})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["logo"])
    refused = client.post(url, {**entered, "seen_number": "0", "colour": "#ffffff"})
    assert refused.status_code == 422
    assert "A colleague has changed the letterhead meanwhile" in refused.content.decode()
    assert client.post(url, {**entered, "seen_number": "1", "removes_logo": "on"}).status_code == 302
    assert [row.storage_name != "" for row in Letterhead.objects.all()] == [False, True]


def test_the_preview_follows_what_is_entered_and_stores_nothing(ada, sign_in):
    client = sign_in(ada)
    entered = {"colour": "#aa0000", "footer": "<b>Kai 1</b>", "logo_alt": "Northwind", "logo": upload()}
    shown = client.post(reverse("mail:letterhead_preview"), entered)
    (url,) = frames(shown)
    frame = client.get(url)
    html = frame.content.decode()
    assert "border-top: 4px solid #aa0000;" in html
    assert "&lt;b&gt;Kai 1&lt;/b&gt;" in html
    assert '<img class="logo"' in html
    assert 'src="data:image/png;base64,' in html
    assert "@media not all" in html
    assert "@media all" in client.get(f"{url}?dark=1").content.decode()
    assert "Rita Recruiter\n\n&lt;b&gt;Kai 1&lt;/b&gt;" in shown.content.decode()
    bad = {**entered, "colour": "red", "logo": upload(data=SVG)}
    wrong = client.post(reverse("mail:letterhead_preview"), bad).content.decode()
    assert [words in wrong for words in ("Write the colour", "This is no PNG, ")] == [True, True]
    assert Letterhead.objects.count() == 0


def test_a_frame_is_for_whoever_asked_for_it_and_runs_nothing(ada, rita, sign_in):
    (url,) = frames(sign_in(ada).get(reverse("mail:letterhead")))
    assert sign_in(rita).get(url).status_code == 404
    answer = sign_in(ada).get(url)
    said = set(answer["Content-Security-Policy"].split("; "))
    assert said == {
        "default-src 'none'", "style-src 'unsafe-inline'", "img-src 'self' data:", "form-action 'none'",
        "frame-ancestors 'self'", "base-uri 'none'", "sandbox",
    }  # fmt: skip
    assert answer["Cache-Control"] == "private, no-store"
    assert Client().get(url).status_code == 302


def test_others_do_not_get_the_page(rita, hugo, emma, sign_in):
    for user in (rita, hugo, emma):
        client = sign_in(user)
        assert client.get(reverse("mail:letterhead")).status_code == 403
        assert client.post(reverse("mail:letterhead"), {"colour": "#123456"}).status_code == 403
        assert client.post(reverse("mail:letterhead_preview"), {"colour": "#123456"}).status_code == 403
    assert "Letterhead" not in sign_in(rita).get(reverse("mail:templates")).content.decode()
    assert Letterhead.objects.count() == 0


def test_everybody_can_fetch_a_logo_also_one_that_was_replaced(ada):
    old = save(ada, logo=picture("JPEG"), logo_alt="Northwind")
    save(ada, logo=picture(), logo_alt="Northwind")
    url = reverse("mail:logo", args=[old.storage_name.removeprefix("logos/")])
    answer = Client().get(url)
    assert Image.open(BytesIO(b"".join(answer.streaming_content))).format == "JPEG"
    assert {name: answer[name] for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options")} == {
        "Content-Type": "image/jpeg", "Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    assert not answer.cookies
    assert "Set-Cookie" not in answer
    default_storage.delete(old.storage_name)
    for gone in (url, reverse("mail:logo", args=["x.png"])):
        assert Client().get(gone).status_code == 404
    assert Client().post(url).status_code == 405
