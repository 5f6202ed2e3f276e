"""A page → a workbook (XLSX): what may not be typed into is locked, and no text becomes a formula."""

import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from evaluation.workbook.sheets import NAME, Box, Column, Look, Page

LONGEST_CELL = 32_000  # characters; a spreadsheet refuses more than 32,767
EXACT = 15  # digits of a number that a spreadsheet keeps
AUTHOR = "中長期目標ポータル"
FORMULA = tuple("=+-@＝＋－＠\t\r")
# What XML, and so a workbook, cannot hold.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
GROUND = {
    Look.HEADING: "1A3C6E",
    Look.KEY: "F2F2F2",
    Look.FACT: "F2F2F2",
    Look.CLOSED: "E0E0E0",
    Look.ERROR: "F8C7C7",
    Look.CONFLICT: "FFE08A",
    Look.NOTICE: "FFF4D6",
}
INK = {
    Look.HEADING: "FFFFFF",
    Look.KEY: "8C8C8C",
    Look.CLOSED: "595959",
    Look.ERROR: "A90000",
    Look.NOTICE: "6F3B00",
}
MAY_BE_TYPED = {Look.OPEN, Look.ERROR, Look.CONFLICT}
LINE = Side(style="thin", color="BFBFBF")


def write(page: Page) -> bytes:
    """Return the workbook of a page."""
    book = Workbook(write_only=True)
    book.properties.creator = AUTHOR
    sheet = book.create_sheet(NAME)
    styles = _Styles(book)
    _set_up(sheet, page)
    headings = [Box(column.heading, Look.HEADING) for column in page.columns]
    written = 0
    for number, boxes in (*page.above, (page.heading, headings)):
        written = _append(sheet, styles, boxes, number, written)
    for number, boxes in page.rows:
        written = _append(sheet, styles, boxes, number, written)
    _add_choices(sheet, page, written)
    _add_help(book, page)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class _Styles:
    """Named styles of a workbook, one for each look and number of decimals."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.names: dict[tuple[str, int], str] = {}

    def name(self, look: Look, decimals: int) -> str:
        if (look, decimals) not in self.names:
            style = _style(look, decimals)
            self.book.add_named_style(style)
            self.names[look, decimals] = style.name
        return self.names[look, decimals]


def _style(look: Look, decimals: int) -> NamedStyle:
    plain = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    outside = look in (Look.TITLE, Look.NOTICE)
    style = NamedStyle(f"{look}-{decimals}", number_format=f"{plain};△{plain}")
    bold = look in (Look.TITLE, Look.HEADING, Look.NOTICE)
    size = 14 if look is Look.TITLE else 9 if look is Look.KEY else 11
    style.font = Font(name="游ゴシック", size=size, bold=bold, color=INK.get(look, "1A1A1A"))
    if look in GROUND:
        style.fill = PatternFill("solid", start_color=GROUND[look])
    if not outside:
        style.border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
        style.alignment = Alignment(vertical="top", wrap_text=look is not Look.KEY)
    style.protection = Protection(locked=look not in MAY_BE_TYPED)
    return style


def _set_up(sheet: Any, page: Page) -> None:
    sheet.freeze_panes = f"{get_column_letter(_facts(page.columns) + 1)}{page.heading + 1}"
    for number, column in enumerate(page.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.protection.sheet = True
    # What does no harm to keys and headings stays allowed.
    for name in ("formatCells", "formatColumns", "formatRows", "autoFilter", "sort"):
        setattr(sheet.protection, name, False)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = f"{page.heading}:{page.heading}"
    if page.banner:
        sheet.oddHeader.center.text = page.banner


def _facts(columns: Sequence[Column]) -> int:
    """Return how many columns stay in sight at the left: keys and what the rows are of."""
    return next((n for n, column in enumerate(columns) if column.choices), len(columns))


def _append(sheet: Any, styles: _Styles, boxes: Sequence[Box], number: int, written: int) -> int:
    """Write a row, after empty ones where its number asks for them; return its number."""
    for _ in range(written + 1, number):
        sheet.append([])
    sheet.append([_cell(sheet, styles, box) for box in boxes])
    return number


def _cell(sheet: Any, styles: _Styles, box: Box) -> Any:
    value = box.value
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > EXACT:
        value = f"{value:f}"  # as a text: a spreadsheet would round it
    if isinstance(value, str):
        value = _text(value)
    cell = WriteOnlyCell(sheet, value or None if isinstance(value, str) else value)
    cell.style = styles.name(box.look, box.decimals)
    if isinstance(value, str) and value:
        cell.data_type = "s"  # openpyxl makes a formula of what begins with "="
        if value.startswith(FORMULA):
            cell.quotePrefix = True
    if box.comment:
        cell.comment = Comment(_text(box.comment), AUTHOR, height=120, width=320)
    return cell


def _text(value: str) -> str:
    return ESCAPE.sub("_x005F_", UNWRITABLE.sub("", value))[:LONGEST_CELL]


def _add_choices(sheet: Any, page: Page, last: int) -> None:
    first = page.heading + 1
    for number, column in enumerate(page.columns, start=1):
        if not column.choices:
            continue
        rule = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"')
        rule.showErrorMessage = column.strict
        rule.errorTitle, rule.error = column.heading, f"選べるもの：{'・'.join(column.choices)}"
        letter = get_column_letter(number)
        rule.add(f"{letter}{first}:{letter}{max(first, last)}")
        sheet.data_validations.append(rule)


def _add_help(book: Any, page: Page) -> None:
    if not page.help_lines:
        return
    sheet = book.create_sheet(page.help_name)
    sheet.column_dimensions["A"].width = 110
    for line in page.help_lines:
        cell = WriteOnlyCell(sheet, _text(line))
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([cell])
