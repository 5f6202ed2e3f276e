"""A Word file as blocks: paragraphs with their underlined runs, and tables by cells.

Read by the standard library alone, straight from `word/document.xml`: nothing of a file is written,
opened or followed, no entity is ever declared, and what unpacks to more than a document holds is refused.
"""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat  # nosec B407 - a document type is refused, so no entity expands

from evaluation.checking.reading import Block, Grid, Passage, Span, passages

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_DOCUMENT = 40 * MEGABYTE  # unpacked; the ministry's table of 40 rows has 0.3 MB
DEEPEST = 200  # elements within each other
DOCUMENT = "word/document.xml"
# What the other programs of the same office put in their archives.
OTHERS = {
    "xl/workbook.xml": "Excelのファイル（.xlsx）",
    "ppt/presentation.xml": "PowerPointのファイル（.pptx）",
}
INSTEAD = "Wordの文書かテキストを選ぶか、文章をコピーして、貼り付けてください。"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006 "
# What is not there for a reader: deleted or moved away, said again for older programs, readings of kanji.
_UNSEEN = {"del", "moveFrom", "Fallback", "rt"}
# What is raised for archives that are broken, encrypted or packed in unusual ways.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError),
    *(RuntimeError, NotImplementedError),
)
_BREAKS = {"tab": "　", "br": "\n", "cr": "\n"}


class NotReadable(ValueError):  # noqa: N818 - it says why, in Japanese, to whoever gave the file
    """A file that is no Word document, or one that cannot be read."""


def read_docx(content: bytes) -> tuple[Passage, ...]:
    """The passages of a Word file. Raises NotReadable with the reason in Japanese."""
    return tuple(passages(_Reader(_document(content)).blocks))


def _document(content: bytes) -> bytes:
    if len(content) > LARGEST_FILE:
        raise NotReadable(f"ファイルが大きすぎます。{LARGEST_FILE // MEGABYTE} MBまでです。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if DOCUMENT not in names:
                kind = next(
                    (OTHERS[name] for name in OTHERS if name in names), "別の形式のファイル"
                )
                raise NotReadable(f"Wordの文書（.docx）ではなく、{kind}です。{INSTEAD}")
            with archive.open(DOCUMENT) as part:
                unpacked = part.read(LARGEST_DOCUMENT + 1)
    except NotReadable:
        raise
    except UNREADABLE:
        raise NotReadable(
            "ファイルを開けません。壊れているか、パスワードが付いているか、Wordの文書（.docx）ではありません。"
        ) from None
    if len(unpacked) > LARGEST_DOCUMENT:
        raise NotReadable("文書の中身が大きすぎます。分けてから、照合してください。")
    return unpacked


@dataclass
class _Paragraph:
    """A paragraph as its runs come."""

    where: str
    words: list[str] = field(default_factory=list)
    marks: list[Span] = field(default_factory=list)
    length: int = 0

    def add(self, words: str, *, marked: bool) -> None:
        start, end = self.length, self.length + len(words)
        if marked and self.marks and self.marks[-1][1] == start:
            self.marks[-1] = (self.marks[-1][0], end)
        elif marked:
            self.marks.append((start, end))
        self.words.append(words)
        self.length = end

    def lines(self) -> Iterator[Passage]:
        """Yield the paragraph by its line breaks; empty lines are none."""
        whole = Passage("".join(self.words), tuple(self.marks), self.where, flows=False)
        start = 0
        for line in whole.text.split("\n"):
            if line.strip():
                yield whole.cut(start, start + len(line))
            start += len(line) + 1


class _Reader:
    """Blocks of a document, read as its elements open and close."""

    def __init__(self, document: bytes) -> None:
        self.blocks: list[Block] = []
        self.stack: list[str] = []
        self.rows: list[list[list[Passage]]] = []
        self.paragraphs: list[_Paragraph] = []  # a text box holds paragraphs within a paragraph
        self.marked = False
        self.number = self.tables = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self.open
        parser.EndElementHandler = self.close
        parser.CharacterDataHandler = self.text
        try:
            parser.Parse(document, True)
        except NotReadable:
            raise
        except (expat.ExpatError, ValueError, LookupError):  # the last two: of an unusual encoding
            raise NotReadable(
                "文書の中身（XML）を読めません。Wordで開いて保存し直してください。"
            ) from None

    @property
    def in_table(self) -> bool:
        return "tbl" in self.stack

    def open(self, name: str, attributes: dict[str, str]) -> None:
        space, _, element = name.rpartition(" ")
        element = element if f"{space} " in (W, COMPATIBILITY) else ""
        if len(self.stack) >= DEEPEST:
            raise NotReadable("文書の入れ子が深すぎます。")
        opening = {"tr": self._open_row, "tc": self._open_cell, "p": self._open_paragraph}
        if element in opening:
            opening[element]()
        elif element == "tbl" and not self.in_table:
            self.tables, self.rows = self.tables + 1, []
        elif element == "r":
            self.marked = False
        elif element == "u" and self.stack[-2:] == ["r", "rPr"]:
            self.marked = attributes.get(f"{W}val", "single") != "none"
        elif element in _BREAKS and "r" in self.stack:
            self._add(_BREAKS[element])
        self.stack.append(element)

    def close(self, name: str) -> None:
        element = self.stack.pop()
        if element == "p":
            self._close_paragraph()
        elif element == "tbl" and not self.in_table and (rows := [r for r in self.rows if r]):
            self.blocks.append(Grid(rows))

    def text(self, words: str) -> None:
        if self.stack[-1] == "t":
            self._add(words)

    def _open_row(self) -> None:
        if self.stack.count("tbl") == 1:
            self.rows.append([])

    def _open_cell(self) -> None:
        """Cells of a table within a table belong to the cell around it."""
        if self.stack.count("tbl") == 1 and self.rows:
            self.rows[-1].append([])

    def _open_paragraph(self) -> None:
        self.number += 0 if self.in_table else 1
        where = f"{self.number}段落目"
        if self.in_table and self.rows and self.rows[-1]:
            where = f"表{self.tables}・{len(self.rows)}行{len(self.rows[-1])}列"
        self.paragraphs.append(_Paragraph(where))

    def _add(self, words: str) -> None:
        if self.paragraphs and _UNSEEN.isdisjoint(self.stack):
            self.paragraphs[-1].add(words, marked=self.marked and bool(words.strip()))

    def _close_paragraph(self) -> None:
        lines = list(self.paragraphs.pop().lines())
        if self.in_table and self.rows and self.rows[-1]:
            self.rows[-1][-1] += lines
        else:
            self.blocks += lines


def _refuse(*_: object) -> None:
    raise NotReadable("文書型の宣言（DTD）を含む文書は、読みません。")
