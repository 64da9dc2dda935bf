"""A logo as it goes into mail: read from what was uploaded, made small, and written anew.

Written anew, because what was uploaded may hold more than a picture: the place where a photo was taken, a script behind
the last byte, an animation. What comes out is a PNG or a JPEG, which every mail program shows; Outlook shows no WebP.
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from rapport.lib.errors import InvalidInput

MAX_BYTES = 2_000_000
MAX_SIDE = 4_000  # pixels; one of 4,000 x 4,000 takes 64 MB while it is read
MIN_SIDE = 16
SHOWN_WIDTH, SHOWN_HEIGHT = 240, 64  # CSS pixels; kept at twice that for fine screens
FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True, slots=True)
class ReadLogo:
    """`data` of a file that ends in `extension`, and the size in CSS pixels that it is shown with."""

    data: bytes
    extension: str
    width: int
    height: int

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.extension]


CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg"}


def read_logo(data: bytes) -> ReadLogo:
    """Read an uploaded logo. Raises InvalidInput for the field `logo` where it is no picture that mail can have."""
    if len(data) > MAX_BYTES:
        raise _problem(f"This file has {len(data) / 1_000_000:.1f} MB. A logo has {MAX_BYTES // 1_000_000} MB at most.")
    image, is_photo = _opened(data)
    width, height = _fitting(image.width, image.height)
    found = BytesIO()
    small = image.resize((min(image.width, width * 2), min(image.height, height * 2)))
    if is_photo:
        small.convert("RGB").save(found, "JPEG", quality=90, optimize=True)
    else:
        small.save(found, "PNG", optimize=True)
    return ReadLogo(found.getvalue(), "jpg" if is_photo else "png", width, height)


def _opened(data: bytes) -> tuple[Any, bool]:
    """The first picture of the file in RGBA, the right way up, and whether the file is a JPEG."""
    from PIL import Image, ImageOps  # imported late: commands start quickly

    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if max(image.size) > MAX_SIDE:
                raise _problem(f"{_pixels(image)}; {MAX_SIDE:,} a side are the most.")
            if min(image.size) < MIN_SIDE:
                raise _problem(f"{_pixels(image)}, too small to be seen.")
            return ImageOps.exif_transpose(image).convert("RGBA"), image.format == "JPEG"
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _problem(f"This picture has far too many pixels; {MAX_SIDE:,} a side are the most.") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:  # Pillow, of what is broken
        raise _problem("This is no PNG, JPEG or WebP picture that can be read. Mail programs show no SVG.") from error


def _pixels(image: Any) -> str:
    return f"This picture is {image.width} × {image.height} pixels"


def _fitting(width: int, height: int) -> tuple[int, int]:
    """The size in CSS pixels: what fits, and a small picture no larger than it is."""
    share = min(1.0, SHOWN_WIDTH / width, SHOWN_HEIGHT / height)
    return max(1, round(width * share)), max(1, round(height * share))


def _problem(text: str) -> InvalidInput:
    return InvalidInput({"logo": text})
