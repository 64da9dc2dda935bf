"""Values as the text format of COPY has them. Pure: processes that know no database write their lines with it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def cell(value: Any) -> str:
    """A text, number, moment, id, truth value or list of texts; None is NULL."""
    if type(value) is str:  # nearly all are
        return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED)
    if value is None:
        return NULL
    if isinstance(value, str):
        return str(value).translate(_ESCAPED)  # the word of a choice; what is safe as HTML stays so
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, list | tuple):
        return cell(texts_array(value))
    return str(value)


def texts_array(texts: Iterable[str]) -> str:
    """Texts as the text of a PostgreSQL array: the driver takes several times as long to write one, element by element."""
    return "{" + ",".join(['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts]) + "}"
