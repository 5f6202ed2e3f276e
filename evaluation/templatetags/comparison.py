"""How the rows of a comparison table and of the appendix are laid out, told by their classes."""

import re

from django import template

from evaluation.comparison import one_text
from evaluation.comparison.alignment import Kind
from evaluation.comparison.rows import INDICATORS, Cell, Level, Role, Row, Run, Table
from evaluation.documents.appendix import (
    AppendixRow,
    ComparedAppendix,
    ComparedRow,
    ComparedSide,
    Entry,
)
from evaluation.documents.comparison import is_short
from evaluation.documents.hand import Hand
from evaluation.excerpts import shortened

register = template.Library()

NAME = 30  # characters that tell a row from the others
_DRAWN = (Kind.REVISED, Kind.RENUMBERED_REVISED, Kind.MOVED)
# The appendix: 24 of the 28 lines that a page holds, of 17 characters in a column of indicators.
SHORT_LINES = 24
LINE = 16
# 18 characters, the narrowest line of a comparison, between which Japanese rules allow no break:
# anything but kana and kanji, and those kana that cannot begin a line.
UNBREAKABLE = re.compile(
    r"(?:[^\sぁ-ヺ㐀-鿿\U00020000-\U0003FFFF]|[ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ]){18}"
)


@register.filter
def anchored(table: Table) -> list[tuple[Row, str]]:
    """Return each row with what tells it from the others in an address: its clause, where that stands
    first and in the text, else its number."""
    names: dict[str, int] = {}
    for number, row in enumerate(table.rows):
        if row.clause_id and row.level is not Level.ENTRY:
            names.setdefault(row.clause_id, number)
    by_row = {number: name for name, number in names.items()}
    return [(row, by_row.get(n, str(n + 1))) for n, row in enumerate(table.rows)]


@register.filter
def row_class(row: Row) -> str:
    """Return the classes of a row: its level, its kind, and how it may break.

    `short`: fewer than 250 characters on either side, to be kept on one page. `unbreakable`: a
    string as long as a line, such as an address, which the renderer must break by force: when a
    mark begins inside, it would else run out of the page and be lost.
    """
    sides = [_text(row.proposed), _text(row.current)]
    classes: list[str] = [row.level, row.kind]
    if is_short(row):
        classes.append("short")
    if any(map(UNBREAKABLE.search, sides)):
        classes.append("unbreakable")
    return " ".join(classes)


@register.filter
def sides(row: Row, table: Table) -> list[tuple[str, str, str, Cell]]:
    """Return both sides as they stand from left to right: the column's title, the HTML element of a
    mark, the words that tell of it, and the runs."""
    proposed = (table.columns[0], "ins", "追加", row.proposed)
    current = (table.columns[1], "del", "削除", row.current)
    return [proposed, current] if table.first == "proposed" else [current, proposed]


@register.filter
def can_be_marked(row: Row, hand: Hand) -> bool:
    """Tell whether a row's marks can be drawn by hand: of a text that stands, reworded, on both sides.

    What moved does so only where a table follows it. An item that heads its indicators too is drawn
    where it stands in the body.
    """
    if row.kind not in _DRAWN or row.level is Level.ENTRY or row.clause_id not in hand.reworded:
        return False
    return all(any(run.role is Role.TEXT for run in cell) for cell in (row.proposed, row.current))


@register.filter
def clause_name(row: Row) -> str:
    """Return the number and the first words of a row's proposed text."""
    words = "".join([run.text for run in row.proposed if run.role is Role.TEXT]).strip()
    return shortened(words, NAME)


@register.filter
def is_in_text(row: Row) -> bool:
    """Tell whether a row shows its clause in its place in the text, not where indicators are listed."""
    return row.level not in INDICATORS


@register.filter
def titles(table: Table) -> tuple[str, str]:
    """Return the titles of both columns as they stand from left to right."""
    return table.columns if table.first == "proposed" else table.columns[::-1]


@register.filter
def pieces(row: Row) -> tuple[one_text.Piece, ...]:
    """Return a row as 見え消し."""
    return one_text.inline(row)


@register.filter
def consolidated(row: Row) -> Cell:
    """Return a row as 溶け込み; empty where nothing is left of it."""
    return one_text.consolidated(row)


@register.filter
def compared_title(side: ComparedSide, table: ComparedAppendix) -> str:
    """Return what heads one side of a row of the compared appendix."""
    return table.columns[side.side == "current"]


@register.filter
def compared_tag(side: ComparedSide) -> tuple[str, str]:
    """Return the HTML element of a mark of one side, and the words that tell of it."""
    return ("ins", "追加") if side.side == "proposed" else ("del", "削除")


@register.filter
def compared_class(row: ComparedRow) -> str:
    """Return the classes of an item's rows: `short` is kept on one page, `unbreakable` as above."""
    lists = [entries for side in row.sides for entries in side.lists if entries]
    texts = [_text(side.item) for side in row.sides]
    texts += [_text(entry.runs) for entries in lists for entry in entries]
    classes = [row.kind.value]
    if max(map(_lines, lists), default=0) <= SHORT_LINES // 2:
        classes.append("short")
    if any(map(UNBREAKABLE.search, texts)):
        classes.append("unbreakable")
    return " ".join(classes)


@register.filter
def appendix_row_class(row: AppendixRow) -> str:
    """Return the classes of a row of the appendix: `first` of its item, `short`, `unbreakable`."""
    lists = (row.axes, row.evaluation_indicators, row.monitoring_indicators)
    texts = [_text(row.item), _text(row.sub_item)]
    texts += [_text(entry.runs) for entries in lists for entry in entries]
    classes = ["first"] if row.first_of_item else []
    if max(map(_lines, lists)) <= SHORT_LINES:
        classes.append("short")
    if any(map(UNBREAKABLE.search, texts)):
        classes.append("unbreakable")
    return " ".join(classes)


def _lines(entries: tuple[Entry, ...]) -> int:
    """Return about how many printed lines a list takes, each entry beginning a new one."""
    return sum(1 + len(_text(entry.runs)) // LINE for entry in entries)


def _text(runs: tuple[Run, ...]) -> str:
    return "".join([run.text for run in runs])
