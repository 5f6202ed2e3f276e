"""What is in a sheet, as read and as to be written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

NAME = "実績値"  # of the sheet that is read; where there is none, the first one
KEY = "鍵（変えないでください）"  # heads the column by which rows are known


class NotReadable(ValueError):  # noqa: N818 - it says why, in Japanese, to whoever gave the file
    """A file that is no such table, or one that is not safe to read."""


class Row(NamedTuple):
    """A row of a file: its number there, and the texts of its cells ("" for none)."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A table as a file holds it: rows above the headings, the headings, and the rows below that are
    not empty. `source` says how it was read, such as 「CSV（UTF-8）」."""

    source: str
    above: list[Row]
    headings: Row
    rows: list[Row]

    @property
    def key_column(self) -> int:
        """Return the index (from 0) of the column of keys."""
        return self.headings.cells.index(KEY)


def sheet_of(rows: Iterable[Row], source: str) -> Sheet:
    """Return the table in all rows of a file. Raises NotReadable where no row has the headings."""
    found = list(rows)
    start = next((index for index, row in enumerate(found[:20]) if KEY in row.cells), None)
    if start is None:
        raise NotReadable(
            f"見出し「{KEY}」の行がありません。ひな形をダウンロードし、そのシートに入力してください。"
        )
    headings = found[start]
    named = Counter(name for name in headings.cells if name)
    if twice := next((name for name, count in named.items() if count > 1), None):
        raise NotReadable(f"見出し「{twice}」の列が2つあります。一つを消してください。")
    rest = [row for row in found[start + 1 :] if any(row.cells)]
    if not rest:
        raise NotReadable("見出しの下に、値の行がありません。")
    return Sheet(source, found[:start], headings, rest)


def place_of(row: int, column: int) -> str:
    """Return 「F12」 of a row and a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


# --- To be written --------------------------------------------------------------------------------
class Look(StrEnum):
    """How a cell looks, and whether it may be typed into."""

    TITLE = "title"
    NOTICE = "notice"
    HEADING = "heading"
    KEY = "key"
    FACT = "fact"
    OPEN = "open"
    CLOSED = "closed"
    ERROR = "error"
    CONFLICT = "conflict"


class Box(NamedTuple):
    """A cell to be written; `decimals` of a number, `comment` for whoever opens the workbook."""

    value: str | Decimal = ""
    look: Look = Look.OPEN
    decimals: int = 0
    comment: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in characters, and what may be chosen in it (`strict`: only that)."""

    heading: str
    width: int
    choices: tuple[str, ...] = ()
    strict: bool = True


@dataclass(frozen=True)
class Page:
    """A workbook to be written: rows above, headings in row `heading`, rows with their numbers, and the
    lines of a second sheet. `banner` is printed at the head of each page."""

    columns: Sequence[Column]
    rows: Iterable[tuple[int, Sequence[Box]]]
    above: Sequence[tuple[int, Sequence[Box]]] = ()
    heading: int = 1
    last: int = 1
    help_lines: Sequence[str] = ()
    banner: str = ""
    help_name: str = field(default="入力のしかた")
