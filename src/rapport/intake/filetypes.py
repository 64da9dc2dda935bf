"""What a file is, by its content alone: names and media types lie."""

import zipfile

from rapport.intake.document import Refusal
from rapport.intake.limits import MAX_COMPRESSION_RATIO, MAX_FILE_BYTES, MAX_UNPACKED_BYTES
from rapport.intake.zip_files import open_zip, read_member

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE_KINDS = (("xl/", "a spreadsheet"), ("ppt/", "a presentation"), ("visio/", "a drawing"))


def tell_type(data: bytes) -> str:
    """One of pdf, docx, odt, rtf, html, europass, json, vcard, zip, text.

    Raises Refusal (empty, too_large, encrypted, corrupt, picture, unknown_type) with a sentence that says what the file is.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise Refusal("empty", "This file is empty. Ask for a new copy.")
    if len(data) > MAX_FILE_BYTES:
        raise Refusal(
            "too_large", f"This file has {len(data) // 1048576} MB; up to {MAX_FILE_BYTES // 1048576} MB are read."
        )
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_type(data)
    if data.startswith(_OLE):
        raise _ole_refusal(data)
    return _text_type(data)


def _zip_type(data: bytes) -> str:
    names = check_package(data)
    if "word/document.xml" in names:
        return "docx"
    if "content.xml" in names and "mimetype" in names:
        return _open_document_type(data)
    for prefix, label in _OFFICE_KINDS:
        if any(name.startswith(prefix) for name in names):
            raise Refusal(
                "unknown_type",
                f"This file is {label}, not a résumé. PDF, Word, OpenDocument, RTF, HTML and text are read.",
            )
    if "[Content_Types].xml" in names:
        main = [name for name in names if name.endswith(("document.xml", "document2.xml"))]
        return "docx" if main else _refuse_office()
    return "zip"


def _refuse_office() -> str:
    raise Refusal("unknown_type", "This is an office file without a text document in it. Ask for a PDF or a Word file.")


def _open_document_type(data: bytes) -> str:
    with open_zip(data) as package:
        kind = read_member(package, "mimetype", 100).decode("ascii", "replace").strip()
        has_manifest = "META-INF/manifest.xml" in package.namelist()
        manifest = read_member(package, "META-INF/manifest.xml", 200_000) if has_manifest else b""
    if b"encryption-data" in manifest:
        raise Refusal("encrypted", "This document is locked with a password. Ask for a copy without one.")
    if not kind.startswith("application/vnd.oasis.opendocument.text"):
        raise Refusal(
            "unknown_type", "This OpenDocument file is not a text document. Ask for a PDF or a text document."
        )
    return "odt"


def check_package(data: bytes) -> list[str]:
    """Names inside a zip that claims a sane size. Raises Refusal: corrupt, encrypted, or archive for what unpacks to too much."""
    with open_zip(data) as package:
        members = package.infolist()
    is_office = any(member.filename in ("[Content_Types].xml", "mimetype") for member in members)
    if is_office and any(member.flag_bits & 1 for member in members):
        raise Refusal("encrypted", "This document is locked with a password. Ask for a copy without one.")
    if is_office:
        check_unpacked(members)
    return [member.filename for member in members]


def check_unpacked(members: list[zipfile.ZipInfo]) -> None:
    """Raises Refusal when members would unpack to more than an honest document holds (zip bombs)."""
    total = sum(member.file_size for member in members)
    dense = any(
        m.file_size > 1048576 and m.file_size > MAX_COMPRESSION_RATIO * max(m.compress_size, 1) for m in members
    )
    if total > MAX_UNPACKED_BYTES or dense or len(members) > 5000:
        raise Refusal("archive", "This file unpacks to far more than a document holds; it was not opened.")


def _ole_refusal(data: bytes) -> Refusal:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Refusal("encrypted", "This Office file is locked with a password. Ask for a copy without one.")
    if "WordDocument".encode("utf-16-le") in data:
        return Refusal("unknown_type", "This is a Word file of the format before 2007 (.doc). Ask for a PDF or .docx.")
    return Refusal("unknown_type", "This is an Office file of the format before 2007. Ask for a PDF or .docx.")


def _text_type(data: bytes) -> str:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    lower = head.lower()
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if lower.startswith(b"begin:vcard"):
        return "vcard"
    if lower.startswith((b"<!doctype html", b"<html")) or (lower.startswith(b"<") and b"<body" in lower):
        return "html"
    if lower.startswith(b"<"):
        return _xml_type(data, lower)
    if head.startswith(b"{"):
        return "json"
    _refuse_binary(data)
    return "text"


def _xml_type(data: bytes, head: bytes) -> str:
    if b"<!entity" in head or b"<!doctype" in head:
        if b"<html" in data[:20_000].lower():
            return "html"
        raise Refusal("corrupt", "This XML file carries its own definitions, which are not read. Ask for a PDF.")
    if b"SkillsPassport" in data[:8192] or b"europass" in data[:8192]:
        return "europass"
    if b"<html" in data[:20_000].lower():
        return "html"
    raise Refusal(
        "unknown_type", "This XML file is no Europass résumé. PDF, Word, OpenDocument, RTF, HTML and text are read."
    )


def _refuse_binary(data: bytes) -> None:
    """Raises Refusal for what is no text: pictures by name, everything else as far as its signature tells."""
    sample = data[:8192]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_utf16(sample):
        return
    if b"\0" not in sample and sum(byte < 9 or 13 < byte < 32 for byte in sample) <= 0.01 * len(sample):
        return
    name = _signature_name(data)
    if name.startswith("image/"):
        raise Refusal("picture", "This file is a picture, not a document. Ask for the original file.")
    hint = f" ({name})" if name else ""
    raise Refusal(
        "unknown_type", f"This type of file{hint} cannot be read. PDF, Word, OpenDocument, RTF, HTML and text are."
    )


def _looks_utf16(sample: bytes) -> bool:
    pairs = max(len(sample) // 2, 1)
    return len(sample) > 20 and max(sample[1::2].count(0), sample[::2].count(0)) > 0.8 * pairs


def _signature_name(data: bytes) -> str:
    import puremagic

    try:
        found = puremagic.magic_string(data[:65536])
    except (puremagic.PureError, ValueError, IndexError):
        return ""
    return str(found[0].mime_type) if found and found[0].confidence >= 0.5 else ""
