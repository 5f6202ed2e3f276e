"""Workbooks as others write them: from cells, or from parts that no spreadsheet would write."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

from evaluation.workbook.sheets import KEY, NAME

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
BOOK = (
    f'{HEAD}<workbook {MAIN} {OFFICE}><sheets><sheet name="{NAME}" sheetId="1" r:id="r1"/></sheets>'
    "</workbook>"
)
RELATIONS = (
    f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="t" Target="worksheets/sheet1.xml"/></Relationships>'
)
TEXT = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
HEADING = f'<row r="1">{TEXT.format("A1", KEY)}{TEXT.format("B1", "令和7年度")}</row>'


def saved(rows: Sequence[Sequence[Any]], name: str = NAME) -> bytes:
    """Return a workbook of these rows."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    return bytes_of(book)


def bytes_of(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def opened(content: bytes) -> Any:
    """Return the sheet of values of a workbook, to be filled; its book is `parent`."""
    return load_workbook(io.BytesIO(content))[NAME]


def packed(parts: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def by_hand(rows: str, **parts: str | bytes) -> bytes:
    """Return a workbook whose sheet holds these rows of XML below the headings."""
    sheet = f"{HEAD}<worksheet {MAIN}><sheetData>{HEADING}{rows}</sheetData></worksheet>"
    return packed(
        {
            "xl/workbook.xml": BOOK,
            "xl/_rels/workbook.xml.rels": RELATIONS,
            "xl/worksheets/sheet1.xml": sheet,
            **parts,
        }
    )
