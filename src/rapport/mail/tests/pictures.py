"""Small pictures for tests."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (120, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A picture of one colour as a file of this format."""
    made = BytesIO()
    Image.new(mode, size, (29, 107, 79, 255)[: len(mode)]).save(made, kind, **options)
    return made.getvalue()
