"""Reading a table that a person uploads: CSV as Excel or anybody writes it, or the first sheet of XLSX.

An uploaded file is a stranger: how much is read of it is limited before it is opened.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError  # nosec B405
from zlib import error as ZlibError  # noqa: N812 - an exception, named as one

from django.core.exceptions import ValidationError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from jst_objectives.tables import as_csv, neutral

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 2_000
MAX_COLUMNS = 50
MAX_ENTRIES = 200  # files in the workbook's ZIP
MAX_UNPACKED = 20 * 1024 * 1024
MAX_RATIO = 100  # unpacked to packed; a workbook has about 10
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16

NOT_READABLE = (
    "CSVかExcel（.xlsx）のファイルとして読めません。保存し直してから、もう一度選んでください。"
)
NOT_TEXT = (
    "CSVの文字コードが分かりません。UTF-8、Shift_JIS（CP932）、UTF-16のどれかで保存してください。"
)
TOO_LONG = f"一度に取り込めるのは{MAX_ROWS:,}行までです。ファイルを分けてください。"
TOO_WIDE = f"列は{MAX_COLUMNS}までです。"
BOMB = "展開すると大きすぎるか、圧縮のしかたが普通でないExcelファイルです。Excelで保存し直してください。"
ENTITIES = "XMLの文書型宣言を含むExcelファイルは取り込めません。Excelで保存し直してください。"
# What openpyxl lets through when a workbook is damaged.
DAMAGED = (
    AttributeError,
    EOFError,
    IndexError,
    InvalidFileException,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    ZlibError,
    zipfile.BadZipFile,
)


@dataclass(frozen=True)
class Table:
    """What a file holds: `numbers` are the rows' numbers in the file (the header is row 1), `source`
    says how it was read, such as 「CSV（UTF-8）」."""

    header: list[str]
    rows: list[list[Any]]
    numbers: list[int]
    source: str


def read_table(content: bytes) -> Table:
    """Return the table in a file. Raises ValidationError, saying what to do."""
    if len(content) > MAX_BYTES:
        raise ValidationError("ファイルは5MBまでです。分けてから取り込んでください。")
    if content.startswith(b"PK\x03\x04"):
        return _table(_workbook_rows(content), "Excel（.xlsx）")
    text, encoding = decoded(content)
    return _table(_csv_rows(text), f"CSV（{encoding}）")


def decoded(content: bytes) -> tuple[str, str]:
    """Return a text file's text and the name of its encoding. Raises ValidationError.

    Strictly and in this order: what is valid UTF-8 is hardly ever meant as CP932; CP932 would take
    UTF-16 for text, so that is known by its mark.
    """
    wide = content.startswith(BYTE_ORDER_MARKS)
    encodings = (
        {"utf-16": "UTF-16"} if wide else {"utf-8-sig": "UTF-8", "cp932": "Shift_JIS（CP932）"}
    )
    for encoding, name in encodings.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, name
    raise ValidationError(NOT_TEXT)


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CSV file in which no text is a formula, and from which `read_table` gets the same texts."""
    return as_csv(header, ([_escaped(value) for value in row] for row in rows))


def _escaped(value: Any) -> Any:
    """Give a text that looks as if it had been neutralised one apostrophe more."""
    return f"'{value}" if isinstance(value, str) and _restored(value) != value else value


def _restored(text: str) -> str:
    """Take off the apostrophe that keeps a text from being a formula."""
    core = text.lstrip("'")
    return text[1:] if text != core and neutral(core) != core else text


def _csv_rows(text: str) -> Iterable[list[Any]]:
    head = text.partition("\n")[0]
    delimiter = "\t" if "\t" in head and "," not in head else ","
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_restored(cell) for cell in row]
    except csv.Error as error:
        raise ValidationError(
            'CSVとして読めない行があります。引用符「"」が閉じているか確かめてください。'
        ) from error


def _workbook_rows(content: bytes) -> list[list[Any]]:
    try:
        _check_archive(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)
        return [list(row) for row in rows]
    except DAMAGED as error:
        raise ValidationError(NOT_READABLE) from error


def _check_archive(content: bytes) -> None:
    """Raise ValidationError for an archive that would unpack to too much, or whose XML has entities."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        swollen = any(e.file_size > MAX_RATIO * max(e.compress_size, 1024) for e in entries)
        if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or swollen:
            raise ValidationError(BOMB)
        for entry in entries:
            # Without its zeros, UTF-16 reads like ASCII here.
            xml = archive.read(entry).replace(b"\0", b"").upper()
            if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
                raise ValidationError(ENTITIES)


def _table(rows: Iterable[Sequence[Any]], source: str) -> Table:
    """Return header and rows of equal width; empty rows and empty columns at the end are left out."""
    numbered = [
        (number, list(row))
        for number, row in enumerate(rows, start=1)
        if number == 1 or any(not _blank(cell) for cell in row)
    ]
    if not numbered or all(_blank(cell) for cell in numbered[0][1]):
        raise ValidationError("1行目に列の見出しがありません。")
    header = [str(cell or "").strip() for cell in numbered[0][1]]
    while not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise ValidationError(TOO_WIDE)
    if len(numbered) - 1 > MAX_ROWS:
        raise ValidationError(TOO_LONG)
    if len(numbered) == 1:
        raise ValidationError("見出しの下に、取り込む行がありません。")
    for number, row in numbered[1:]:
        if any(not _blank(cell) for cell in row[len(header) :]):
            raise ValidationError(f"{number}行目に、見出しのない列の値があります。")
    width = len(header)
    padded = [(row + [None] * width)[:width] for _, row in numbered[1:]]
    return Table(header, padded, [number for number, _ in numbered[1:]], source)


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
