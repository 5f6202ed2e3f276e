"""A file that a stranger sent → a sheet. What is not safe is refused before it is unpacked."""

import csv
import io

from evaluation.workbook.archives import Archive
from evaluation.workbook.cells import (
    MOST_COLUMNS,
    MOST_ROWS,
    TOO_MANY,
    read_sheet,
    read_strings,
    read_styles,
)
from evaluation.workbook.sheets import NotReadable, Row, Sheet, sheet_of

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE
HEAVY = 3 * MEGABYTE // 4  # unpacked; a workbook of 3,500 values has about so much
HEAVY_CSV = MEGABYTE // 8
MOST_CELLS = 3_000_000  # of a CSV file
ENCODINGS = {"utf-8-sig": "UTF-8", "cp932": "CP932（Shift_JIS）"}
XLSX, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(content: bytes) -> Sheet:
    """Return the table in a file: a workbook (XLSX), or CSV in CP932 or UTF-8 as Excel writes it.

    Raises NotReadable with the reason and the way out in Japanese: for what is damaged, too large or of
    another kind, holds macros, formulas or a document type (DTD), or packs more than a table needs.
    """
    _check_size(content)
    if content.startswith(XLSX):
        archive = Archive(content)
        strings = read_strings(archive)
        return sheet_of(read_sheet(archive, strings, read_styles(archive)), "Excel（.xlsx）")
    text, encoding = _decoded(content)
    return sheet_of(_csv_rows(text), f"CSV（{encoding}）")


def is_heavy(content: bytes) -> bool:
    """Tell whether reading a file takes longer than a page may. Raises NotReadable, as `read` does, for
    what can be seen without reading it."""
    _check_size(content)
    if content.startswith(XLSX):
        return Archive(content).size > HEAVY
    return len(content) > HEAVY_CSV


def _check_size(content: bytes) -> None:
    if not content:
        raise NotReadable("ファイルが空です。")
    if len(content) > LARGEST_FILE:
        raise NotReadable(f"ファイルが大きすぎます。{LARGEST_FILE // MEGABYTE} MBまでです。")
    if content.startswith(OLE):
        raise NotReadable(
            "古い形式（.xls）か、パスワードの付いたExcelファイルです。"
            "パスワードを外し、「Excelブック（.xlsx）」で保存し直してください。"
        )


def _decoded(content: bytes) -> tuple[str, str]:
    """Return a text and the name of its encoding: what is valid UTF-8 is hardly ever meant as CP932."""
    for encoding, name in ENCODINGS.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, name
    raise NotReadable(
        "Excel（.xlsx）でも、CSV（CP932かUTF-8）でもないファイルです。"
        "Excelで「Excelブック（.xlsx）」か「CSV UTF-8」で保存し直してください。"
    )


def _csv_rows(text: str) -> list[Row]:
    if text.count(",") + text.count("\n") > MOST_CELLS:
        raise NotReadable(TOO_MANY)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [
            [cell.replace("\r\n", "\n") if cell.strip() else "" for cell in line] for line in lines
        ]
    except csv.Error:
        raise NotReadable(
            f'{lines.line_num}行目をCSVとして読めません。引用符「"」が閉じているか確かめてください。'
        ) from None
    if len(rows) > MOST_ROWS or any(any(row[MOST_COLUMNS:]) for row in rows):
        raise NotReadable(TOO_MANY)
    # As a spreadsheet numbers them: a text with line breaks within a cell is one row.
    return [Row(number, cells) for number, cells in enumerate(rows, start=1)]
