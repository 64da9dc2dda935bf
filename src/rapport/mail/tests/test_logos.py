import zlib
from io import BytesIO

import pytest
from PIL import Image

from rapport.lib.errors import InvalidInput
from rapport.mail.logos import MAX_BYTES, read_logo
from rapport.mail.tests.pictures import picture

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><script>alert(1)</script></svg>'


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize(
    ("data", "extension", "size", "kept"),
    [
        (picture(), "png", (120, 40), (120, 40)),
        (picture(size=(2400, 320)), "png", (240, 32), (480, 64)),
        (picture(size=(600, 600)), "png", (64, 64), (128, 128)),
        (picture("JPEG", (1000, 500)), "jpg", (128, 64), (256, 128)),
        (picture("WEBP", (300, 100), "RGBA"), "png", (192, 64), (300, 100)),
        (picture("JPEG", mode="CMYK"), "jpg", (120, 40), (120, 40)),
        (picture(mode="L"), "png", (120, 40), (120, 40)),
    ],
)
def test_a_logo_becomes_a_small_picture_that_every_mail_program_shows(data, extension, size, kept):
    logo = read_logo(data)
    assert (logo.extension, (logo.width, logo.height)) == (extension, size)
    written = opened(logo.data)
    assert (written.format, written.size) == ({"png": "PNG", "jpg": "JPEG"}[extension], kept)
    assert len(logo.data) < 20_000


def test_what_is_written_holds_the_picture_alone():
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = picture("JPEG", exif=exif) + b"<script>alert(1)</script>"
    assert (b"taken at home" in data, b"<script>" in data) == (True, True)
    logo = read_logo(data)
    assert (b"taken at home" in logo.data, b"<script>" in logo.data) == (False, False)


def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert (read_logo(picture("JPEG", (60, 20), exif=exif)).width, 20)[0] == 20


def huge_png(side: int) -> bytes:
    """A small file that unpacks to a picture of side x side pixels."""
    head = b"".join(number.to_bytes(4, "big") for number in (side, side)) + bytes((8, 0, 0, 0, 0))
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big") for name, body in chunks
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SVG, "This is no PNG, JPEG or WebP picture"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "This is no PNG"),
        (b"GIF89a" + bytes(50), "This is no PNG"),
        (picture("GIF"), "This is no PNG"),
        (picture("TIFF"), "This is no PNG"),
        (picture("BMP"), "This is no PNG"),
        (b"", "This is no PNG"),
        (picture()[:60], "This is no PNG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "This is no PNG"),
        (picture(size=(4001, 20)), "This picture is 4001 × 20 pixels; 4,000 a side are the most."),
        (huge_png(60_000), "This picture has far too many pixels; 4,000 a side are the most."),
        (huge_png(10_000), "This picture has far too many pixels; 4,000 a side are the most."),
        (picture(size=(15, 200)), "This picture is 15 × 200 pixels, too small to be seen."),
        (picture() + bytes(MAX_BYTES), "This file has 2.0 MB. A logo has 2 MB at most."),
    ],
)
def test_what_is_no_logo_is_refused_by_name(data, said):
    with pytest.raises(InvalidInput) as caught:
        read_logo(data)
    assert caught.value.fields["logo"].startswith(said)
