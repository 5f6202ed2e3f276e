"""The same workbook back: what its person typed, wrong cells red and conflicts yellow, with comments."""

import re
from decimal import Decimal

from evaluation.importing.columns import FACTS, Columns, file_columns
from evaluation.importing.template import SAMPLE, help_lines
from evaluation.models import ImportedCell, ValueImport
from evaluation.workbook.reading import read
from evaluation.workbook.sheets import Box, Look, Page, Row, Sheet
from evaluation.workbook.writing import EXACT, write

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
Marks = dict[tuple[int, int], tuple[Look, str]]


def returned(value_import: ValueImport) -> bytes:
    """Return the uploaded table as a workbook, its cells where they were, with what is wrong marked."""
    sheet = read(bytes(value_import.content))
    columns = Columns.of(sheet, value_import.period)
    marks = _marks(value_import)
    sample = value_import.period.sample_results
    page = Page(
        columns=file_columns(sheet, value_import.period),
        rows=[(row.number, _boxes(row, sheet, columns, marks)) for row in sheet.rows],
        above=[*_above(sheet, sample=sample)],
        heading=sheet.headings.number,
        help_lines=help_lines(sample=sample),
        banner="見本の値" if sample else "",
    )
    return write(page)


def _marks(value_import: ValueImport) -> Marks:
    wrong = (ImportedCell.Status.ERROR, ImportedCell.Status.CONFLICT)
    rows = value_import.cells.filter(status__in=wrong)
    marks: Marks = {}
    for row in rows:
        conflict = row.status == ImportedCell.Status.CONFLICT
        words = f"{row.message}いまの値：{row.stood}" if conflict else row.message
        marks[row.row, row.column] = (Look.CONFLICT if conflict else Look.ERROR, words)
    return marks


def _above(sheet: Sheet, *, sample: bool) -> list[tuple[int, list[Box]]]:
    """Return the rows above the headings; that the values are samples is said even where it was removed."""
    rows = {row.number: [Box(cell, Look.TITLE) for cell in row.cells] for row in sheet.above}
    if sample and sheet.headings.number > 1:
        free = next((n for n in range(1, sheet.headings.number) if n not in rows), 1)
        said = next((n for n, boxes in rows.items() if any(b.value == SAMPLE for b in boxes)), free)
        rows[said] = [Box("", Look.NOTICE), Box(SAMPLE, Look.NOTICE)]
    return sorted(rows.items())


def _boxes(row: Row, sheet: Sheet, columns: Columns, marks: Marks) -> list[Box]:
    values = set(columns.values.values())
    boxes = []
    for index, words in enumerate(row.cells):
        look, comment = marks.get((row.number, index + 1), (_look(sheet, columns, index), ""))
        number = _number(words) if index in values else None
        boxes.append(
            Box(words, look, 0, comment)
            if number is None
            else Box(number, look, -int(number.as_tuple().exponent), comment)
        )
    for index in range(len(row.cells), len(sheet.headings.cells)):
        look, comment = marks.get((row.number, index + 1), (_look(sheet, columns, index), ""))
        boxes.append(Box("", look, 0, comment))
    return boxes


def _look(sheet: Sheet, columns: Columns, index: int) -> Look:
    if index == columns.key:
        return Look.KEY
    heading = sheet.headings.cells[index] if index < len(sheet.headings.cells) else ""
    return Look.FACT if heading in FACTS else Look.OPEN


def _number(words: str) -> Decimal | None:
    """Return a number that a spreadsheet holds as one."""
    return Decimal(words) if NUMBER.fullmatch(words) and len(words) <= EXACT else None
