"""Résumés that are data already: JSON Resume, Europass XML and JSON, vCards."""

from typing import Any


def read_structured(data: bytes) -> dict[str, Any] | None:
    """The résumé of a structured file, in the shape of `Resume.as_json`; None when the file is a document to be read."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{") and not head.startswith(b"{\\rtf"):
        from rapport.intake.json_resume import read_json

        return read_json(data)
    if head.startswith(b"<") and b"SkillsPassport" in data[:8192]:
        from rapport.intake.europass import read_europass

        return read_europass(data)
    if head[:11].lower() == b"begin:vcard":
        from rapport.intake.vcard import read_vcard

        return read_vcard(data)
    return None
