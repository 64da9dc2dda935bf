"""The demo company's letterhead: its colour, its lines, and a logo that is drawn here."""

from io import BytesIO

from rapport.accounts.models import User
from rapport.mail.operations import save_letterhead

COLOUR, FOOTER = (
    "#12557a",
    "Halden Grid AB\nStorgatan 14, 262 42 Ängelholm, Sweden\nhttps://halden-grid.example.org/jobs",
)
NAME = "Halden Grid"


def make_letterhead(administrator: User) -> None:
    """What branded mail of the demo is set on."""
    save_letterhead(actor=administrator.actor, colour=COLOUR, footer=FOOTER, logo=_drawn_logo(), logo_alt=NAME)


def _drawn_logo() -> bytes:
    """Three lines of a grid and the name, for screens with twice the points."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGBA", (440, 96), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for row, colour in enumerate(("#12557a", "#2f86b5", "#f2a93b")):
        top = 14 + row * 26
        draw.rounded_rectangle((8, top, 88 - row * 18, top + 16), radius=8, fill=colour)
    draw.text((108, 48), NAME, font=ImageFont.load_default(54), fill="#12303f", anchor="lm")
    made = BytesIO()
    image.save(made, "PNG")
    return made.getvalue()
