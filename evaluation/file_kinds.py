"""Whether a file is what its name says: the kinds of files that are kept beside steps and values."""

import io
import zipfile
from pathlib import PurePath

# How the files of each kind begin; texts have no such sign.
SIGNS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
# The part that makes an archive a document of its kind; one with macros is none of these.
PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
MACROS = "vbaProject.bin"
TEXTS = ("txt", "csv")
ENCODINGS = ("utf-8-sig", "cp932")


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in lower case without its dot, "jpg" for jpeg; "" for none."""
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    return "jpg" if suffix == "jpeg" else suffix


def is_of_its_kind(suffix: str, content: bytes) -> bool:
    """Tell whether a file's content is what its suffix says, of the kinds that are kept."""
    if suffix in SIGNS:
        return content.startswith(SIGNS[suffix])
    if suffix in PARTS:
        return _is_document(content, PARTS[suffix])
    return suffix in TEXTS and _is_text(content)


def _is_document(content: bytes, part: str) -> bool:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return part in names and not any(name.endswith(MACROS) for name in names)


def _is_text(content: bytes) -> bool:
    return b"\0" not in content and any(_decodes(content, encoding) for encoding in ENCODINGS)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
