"""Tables for spreadsheets: CSV and XLSX in which no text can become a formula.

A spreadsheet runs what begins like a formula, and a text that a user typed may begin so. Numbers are
given as numbers and stay so; everything else is text.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

# Begins a formula, alone or full-width: Japanese spreadsheets read ＝ as = (OWASP, CSV Injection).
FORMULA = frozenset("=+-@")
INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})  # spaces, control and format characters
NOTHING = "－"  # what the portal prints for nothing: a sign alone is no formula
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Control characters and what is no character: XML, and so a workbook, cannot hold them.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_767  # characters; a spreadsheet refuses more
CUT = "…（以下略。全文はCSVにあります）"


def neutral(value: Any) -> Any:
    """Return a value for a CSV cell: a text read as a formula gets an apostrophe in front.

    Spaces and invisible characters before the sign count as nothing. Numbers are returned as they
    are, also those written as text.
    """
    if not isinstance(value, str) or value in ("", NOTHING) or NUMBER.fullmatch(value):
        return value
    sign = next((c for c in value if unicodedata.category(c) not in INVISIBLE), "")
    formula = unicodedata.normalize("NFKC", sign) in FORMULA
    return f"'{value}" if formula or value[0] in "\t\r\n" else value


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CSV file as spreadsheets read it: UTF-8 with a byte order mark, CRLF, texts quoted."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([neutral(name) for name in header])
    writer.writerows([neutral(_plain(value)) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], sheet: str) -> bytes:
    """Return a workbook with one sheet, its header bold and fixed. `sheet`: at most 31 characters."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    titles = [_cell(page, name) for name in header]
    for title in titles:
        title.font = Font(bold=True)
    page.append(titles)
    for row in rows:
        page.append([_cell(page, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(page: Any, value: Any) -> Any:
    """Return a number as it is, and a text as a cell that stays text also after it was edited."""
    value = _plain(value)
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST_CELL:
        value = value[: LONGEST_CELL - len(CUT)] + CUT
    cell = WriteOnlyCell(page, value)
    cell.data_type = "s"  # openpyxl makes a formula of what begins with "="
    if neutral(value) != value:
        cell.quotePrefix = True
    return cell


def _plain(value: Any) -> Any:
    """Return a number, None for nothing, or a text without what no file may hold."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    return UNWRITABLE.sub("", str(value))
