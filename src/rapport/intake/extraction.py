"""Files to text: the type is told by content, never by name; each type has its reader."""

from rapport.intake.document import Document, Refusal
from rapport.intake.filetypes import tell_type


def extract(data: bytes) -> Document:
    """Text with layout of a PDF, DOCX, ODT, RTF, HTML or text file.

    Raises Refusal with a sentence for people when the file is empty, too large, too long, encrypted, corrupt, a picture, an archive or of
    a type that is not read. Run it in the sandbox: a hostile file may still crash the process or use all of its time and memory.
    """
    kind = tell_type(data)
    if kind == "pdf":
        from rapport.intake.pdf_text import read_pdf

        return read_pdf(data)
    if kind in ("docx", "odt"):
        from rapport.intake.office_text import read_docx, read_odt

        return read_docx(data) if kind == "docx" else read_odt(data)
    if kind == "zip":
        raise Refusal("archive", "This is an archive of files; unpack it or import it as a folder.")
    from rapport.intake.plain_text import read_html, read_rtf, read_text

    return {"html": read_html, "rtf": read_rtf}.get(kind, read_text)(data)
