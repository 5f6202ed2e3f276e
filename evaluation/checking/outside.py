"""A file or a pasted text as passages, or the reason why it cannot be read."""

from evaluation.checking.reading import Passage, read_text
from evaluation.checking.word import INSTEAD, MEGABYTE, NotReadable, read_docx

LARGEST_TEXT = 2 * MEGABYTE
MOST_PASSAGES = 3_000  # the whole paper of an amendment has 500
ENCODINGS = ("utf-8-sig", "cp932")
NO_TEXT = "Wordの文書（.docx）でも、UTF-8 か Shift_JIS のテキストでもありません。"
# A file of Word, and of the Word before 2007, begin with these bytes; a PDF with the last.
_ZIP, _OLD_WORD, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


def read_file(content: bytes) -> tuple[Passage, ...]:
    """The passages of a .docx, or of a text in UTF-8 or Shift_JIS.

    Raises NotReadable with the reason in Japanese.
    """
    if content.startswith(_ZIP):
        return _checked(read_docx(content))
    if content.startswith(_OLD_WORD):
        raise NotReadable("古い形式のWordの文書（.doc）です。.docx で保存し直してください。")
    if content.startswith(_PDF):
        raise NotReadable("PDFは読めません。文章をコピーして、貼り付けてください。")
    if content.startswith(_PICTURES):
        raise NotReadable(f"画像のファイルです。{INSTEAD}")
    if b"\0" in content:
        raise NotReadable(f"{NO_TEXT}{INSTEAD}")
    if len(content) > LARGEST_TEXT:
        raise NotReadable(
            f"テキストが大きすぎます。{LARGEST_TEXT // MEGABYTE} MBまでにしてください。"
        )
    for encoding in ENCODINGS:
        try:
            return read_pasted(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise NotReadable(f"{NO_TEXT}{INSTEAD}")


def read_pasted(text: str) -> tuple[Passage, ...]:
    """The passages of a text. Raises NotReadable where there are none, or too many."""
    return _checked(read_text(text))


def _checked(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    if not passages:
        raise NotReadable("照合する文章がありません。")
    if len(passages) > MOST_PASSAGES:
        raise NotReadable(
            f"文章が長すぎます（{len(passages):,}段落）。{MOST_PASSAGES:,}段落までに分けてください。"
        )
    return passages
